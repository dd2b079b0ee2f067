"""One call out: the client's CPU, ours against the libraries that others call with, before the same server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench import stub
from tests.bench.crew import Hand
from tests.bench.harness import Case, Contender, Figures, NotMeasured, Target
from tests.bench.rig import PEERS, Rig

CALLS, FLYING = 4_000, 50


@contextmanager
def calls(rig: Rig) -> Iterator[list[Contender]]:
    server = Hand(rig.log, "tests.bench.stub", None)
    try:
        run = partial(_run, rig, server.told()["url"])
        yield [
            Contender("egress", partial(run, "tests.bench.caller", "", Path(sys.executable))),
            *(Contender(name, partial(run, "tests.bench.engines.clients", name, PEERS))
              for name in ("httpx", "httpx2", "aiohttp")),
        ]  # fmt: skip
    finally:
        server.end()


def _run(rig: Rig, url: str, module: str, client: str, python: Path) -> Figures:
    if not python.exists():
        raise NotMeasured("no environment of the peers")
    task = {"url": url, "client": client, "count": rig.amount(CALLS), "flying": FLYING, "size": len(stub.BODY)}
    return rig.crew(module, [task], python)


CASES = (
    Case(
        name="calls",
        title=f"One call out, {FLYING} in flight, an answer of {len(stub.BODY)} bytes (client's CPU µs a call)",
        stage=calls, main="python_us", baseline="egress",
        shown={"rate": "calls/s"},
        targets=(
            Target("egress", "python_us", 400, most=True),
            Target("httpx", "python_us", 5, against="egress"),
        ),
    ),
)  # fmt: skip
