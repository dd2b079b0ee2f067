"""kill -9 at random moments while invoices flow; afterwards everything is held against the invariants.

The moments are drawn from a seed that a failure shows; CHAOS_SEED repeats it.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.story import SOON, Document, Story, baidu, configuration, nuonuo, rows
from tests.billing import Billing
from tests.evidence import Outside, read
from tests.invariants import violations
from tests.processes import Tempo, until
from tests.town import Town, town

SEED = int(os.environ.get("CHAOS_SEED", "20261122"))
IN_FLIGHT = 8  # messages that one destination may be sent at the same moment, so that a kill may double as many
UNDECIDED = """
SELECT (SELECT count(*) FROM invoices WHERE state IN ('pending', 'overdue'))
     + (SELECT count(*) FROM deliveries WHERE state = 'pending') AS n"""
LEASED = "SELECT count(*) AS n FROM schedule WHERE lease IS NOT NULL"


def patient(simulator: str, receiver: str) -> Document:
    """Questions without end, in small groups; short timeouts, because a dead worker's lease is made of them."""
    limits = {"rate": 500, "concurrency": 4, "timeout": "0.5s"}
    usual = configuration(simulator, receiver)
    ladder = ["10s", "1m", "2m", "3m", "5m", "7m", "9m"]
    return {
        **usual,
        "accounts": {
            "channel": nuonuo(simulator, proof="proof", limits={**limits, "batch": 10}),
            "proof": {**baidu(simulator, ladder, every="2m"), "limits": limits},
        },
        "budget": {"checks_per_day": 1000},
        "rechecks": {"after": ["30d"], "month_end": False},
        "destinations": {name: {**each, "timeout": "1s"} for name, each in usual["destinations"].items()},
    }


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with town(tmp_path, database_url, Tempo.starting(timedelta(hours=10), 60), patient) as made:
        made.simulator.behave(daily_limit=None)
        yield made


def drawn(story: Story, chance: random.Random, count: int) -> list[tuple[Document, Document]]:
    """Invoices with their fates at the tax system; `voided` tells whether billing withdraws it, and when."""

    def fate() -> tuple[Document, Document]:
        ways: Sequence[tuple[float, str, Document]] = (
            (62, "digital_ordinary", {"upload_after": chance.uniform(0, 20), "visible_after": chance.uniform(20, 60)}),
            (10, SOON, {"upload": "stuck"}),
            (8, "digital_ordinary", {"upload_after": 0, "face_differs": {"amount": {"with_tax": "0.01"}}}),
            (8, "digital_ordinary", {"upload": "fail", "upload_after": chance.uniform(0, 20)}),
            (6, "digital_ordinary", {"upload": "never", "voided": "early"}),
            (6, "digital_ordinary", {"visible_after": 10, "voided": "late"}),
        )
        [(_, kind, fate)] = chance.choices(ways, weights=[way[0] for way in ways])
        return story.invoice(kind), fate

    return [fate() for _ in range(count)]


def enter(place: Town, flow: Sequence[tuple[Document, Document]]) -> None:
    """The tax system's register first, so that nothing is asked about what it cannot know."""
    known = [{**invoice, **{key: value for key, value in fate.items() if key != "voided"}} for invoice, fate in flow]
    for start in range(0, len(known), 500):
        place.simulator.register(known[start : start + 500])


def tell(billing: Billing, one: tuple[Document, Document]) -> None:
    invoice, fate = one
    if fate.get("voided") == "early":
        billing.void(invoice)
    billing.issue(invoice)
    if fate.get("voided") == "late":
        billing.void(invoice)


@pytest.mark.parametrize(
    ("count", "kills"),
    [(400, 3), pytest.param(10_000, 20, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])],
)
def test_killed_at_any_moment_nothing_is_lost_doubled_or_untold(place: Town, count: int, kills: int):
    chance = random.Random(SEED)
    service = place.service().ready()
    story = Story(place, service)
    flow = drawn(story, chance, count)
    enter(place, flow)
    moments = sorted(chance.uniform(0.1, 1.4) * count for _ in range(kills))

    with Billing(lambda: service.url) as billing, ThreadPoolExecutor(16) as pool:
        telling = [pool.submit(tell, billing, one) for one in flow]

        def progress() -> int:
            return len(billing.told) + len(place.receiver.hits())

        for moment in moments:
            until(lambda moment=moment: progress() >= moment, f"the flow reaches {moment:.0f}")
            time.sleep(chance.uniform(0, 0.2))
            service.kill()
            service.start().ready()
        for each in telling:
            each.result()

    until(
        lambda: rows(place.database_url, UNDECIDED)[0]["n"] == 0,
        "every invoice is decided and told",
        within=60 + count / 10,
    )
    assert service.stop() == 0
    found = violations(read(place.database_url), outside(place, billing, flow, kills))
    assert not found, f"CHAOS_SEED={SEED}: {found}"
    assert rows(place.database_url, LEASED)[0]["n"] == 0


def outside(place: Town, billing: Billing, flow: Sequence[tuple[Document, Document]], kills: int) -> Outside:
    def view(one: tuple[Document, Document]) -> Any:
        return (one[0]["number"], one[0]["code"] or ""), place.simulator.view(one[0])

    return Outside(
        told=billing.told,
        hits=place.receiver.hits(),
        ledger=place.simulator.ledger()["records"],
        register=dict(map(view, flow)),
        voided=frozenset(billing.voided),
        duplicates=kills * IN_FLIGHT,
    )
