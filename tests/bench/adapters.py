"""What an adapter costs: a batch of fifty results through Nuonuo, and two hundred calls of each adapter under way."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from tests.bench.asker import BARE, body
from tests.bench.crew import Hand
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig
from tests.contract.tax.speakers.all import SPEAKERS

BATCH, CALLS, FLYING = 50, 1_000, 200
ALL_KEPT = "nuonuo, all kept"
DELAY = 0.5  # seconds that an answer takes, so that all calls are under way at once
MOST_MB = 40


@contextmanager
def batch(rig: Rig) -> Iterator[list[Contender]]:
    server = Hand(rig.log, "tests.bench.stub", {"body": body("nuonuo", BATCH), "delay": 0.0})
    try:
        task = {"url": server.told()["url"], "items": BATCH, "count": rig.amount(CALLS), "flying": 0}
        yield [
            *(Contender(name, partial(_cost, rig, {**task, "speaker": name})) for name in ("nuonuo", BARE)),
            Contender(ALL_KEPT, partial(_cost, rig, {**task, "speaker": "nuonuo", "kept": True})),
        ]
    finally:
        server.end()


def _cost(rig: Rig, task: dict[str, object]) -> Figures:
    figures = rig.crew("tests.bench.asker", [task])
    return {**figures, "python_ms": figures["python_us"] / 1000}


@contextmanager
def flight(rig: Rig) -> Iterator[list[Contender]]:
    with ExitStack() as stack:
        yield [Contender(name, partial(_held, rig, stack, name)) for name in SPEAKERS]


def _held(rig: Rig, stack: ExitStack, name: str) -> Figures:
    server = Hand(rig.log, "tests.bench.stub", {"body": body(name, 1), "delay": DELAY})
    stack.callback(server.end)
    task = {"url": server.told()["url"], "items": 1, "count": 0, "flying": FLYING, "speaker": name}
    figures = rig.crew("tests.bench.asker", [task])
    return {**figures, "held_mb": figures["told"][0]["held_mb"]}


CASES = (
    Case(
        name="batch",
        title=f"A batch of {BATCH} results through Nuonuo (client's CPU ms a call)",
        stage=batch, main="python_ms", baseline=BARE, shown={"rate": "calls/s"},
        targets=(Target("nuonuo", "python_ms", 2, most=True),),
    ),
    Case(
        name="flight",
        title=f"{FLYING} calls of one adapter in flight (MB more than at rest)",
        stage=flight, main="held_mb", baseline="nuonuo", shown={"python_us": "Python µs a call"},
        targets=tuple(Target(name, "held_mb", MOST_MB, most=True) for name in SPEAKERS),
    ),
)  # fmt: skip
