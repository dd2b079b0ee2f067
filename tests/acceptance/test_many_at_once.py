"""Load, replicas, SIGTERM, days: what one invoice at a time does not show. All is held against the invariants."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import asyncpg

from tests.acceptance.story import Document, Story, rows
from tests.billing import Billing
from tests.evidence import Outside, read
from tests.invariants import violations
from tests.processes import BEIJING, until
from tests.town import Town

UNDONE = """
SELECT (SELECT count(*) FROM invoices WHERE state = 'pending')
     + (SELECT count(*) FROM deliveries WHERE state = 'pending') AS n"""
LEASED = """
SELECT (SELECT count(*) FROM schedule WHERE lease IS NOT NULL)
     + (SELECT count(*) FROM deliveries WHERE lease IS NOT NULL) AS n"""
HOLDERS = "SELECT count(DISTINCT holder) AS n FROM slots WHERE account = 'proof'"
UNDER_WAY = "SELECT count(*) AS n FROM schedule WHERE lease IS NOT NULL"

NOON = 12
Build = Callable[..., Town]


def count(town: Town, statement: str) -> int:
    return int(rows(town.database_url, statement)[0]["n"])


def broken(town: Town, billing: Billing, invoices: Sequence[Document]) -> list[str]:
    """Which invariants do not hold, once every invoice is decided and every message delivered."""
    until(lambda: count(town, UNDONE) == 0, "every invoice is decided and every message delivered")
    register = {(one["number"], one["code"] or ""): town.simulator.view(one) for one in invoices}
    ledger = town.simulator.ledger()["records"]
    seen = Outside(billing.told, town.receiver.hits(), ledger, register, frozenset(billing.voided))
    return violations(read(town.database_url), seen)


def questions(town: Town) -> Counter[str]:
    """How often the proof was asked about each invoice, by the tax system's own ledger."""
    return Counter(record["number"] for record in town.simulator.ledger(dialect="baidu")["records"] if record["number"])


def test_two_replicas_share_the_work_and_ask_nothing_twice(build: Build):
    town = build()
    town.simulator.behave(slow={"baidu": 1, "seconds": 0.2})
    replicas = [town.service(), town.service()]
    story = Story(town, replicas[0].ready())
    replicas[1].ready()
    until(lambda: count(town, HOLDERS) == len(replicas), "both have a part of the account")
    invoices = [story.invoice(account="proof") for _ in range(80)]
    town.simulator.register(invoices, upload_after=0, visible_after=0)

    with Billing(lambda: replicas[0].url) as billing:
        billing.tell(invoices)

    assert not broken(town, billing, invoices)
    assert set(questions(town).values()) == {1}, "a question under way is nobody else's"
    assert all('"event": "check"' in replica.log for replica in replicas), "both have worked"


async def test_a_row_that_somebody_holds_does_not_hold_up_the_others(build: Build):
    town = build()
    doorway = town.service("--api-only").ready()
    story = Story(town, doorway)
    first, *others = [story.issue(story.invoice(account="proof"), upload_after=0, visible_after=0) for _ in range(10)]
    connection = await asyncpg.connect(town.database_url)
    async with connection.transaction():
        await connection.execute("SELECT FROM schedule WHERE invoice_id = $1::uuid FOR UPDATE", first)
        town.service("--worker-only")
        for other in others:
            await asyncio.to_thread(story.becomes, other, "synced")
        assert story.state(first) == "pending"
    await connection.close()

    await asyncio.to_thread(story.becomes, first, "synced")


def test_a_replica_that_slept_through_its_lease_cannot_overwrite(build: Build):
    town = build()
    stalled = town.service().ready()
    story = Story(town, stalled)
    story.becomes(story.issue(story.invoice(account="slow"), upload_after=0, visible_after=0), "synced")
    town.simulator.behave(slow={"nuonuo": 1, "seconds": 2})
    before = len(town.simulator.ledger(dialect="nuonuo")["records"])
    id_ = story.issue(story.invoice(account="slow"), upload_after=0, visible_after=0)
    until(lambda: len(town.simulator.ledger(dialect="nuonuo")["records"]) > before, "the question has been asked")
    stalled.signal(signal.SIGSTOP)
    # Its leases end while it sleeps.
    rows(town.database_url, "UPDATE schedule SET lease_until = due_at WHERE lease IS NOT NULL")
    rows(town.database_url, "UPDATE slots SET holder = NULL, held_until = NULL")

    awake = Story(town, town.service().ready())
    awake.becomes(id_, "synced")
    stalled.signal(signal.SIGCONT)
    until(lambda: "lease lost" in stalled.log, "the one that slept has tried to write its answer")

    assert len(awake.history(id_, "check")) == 1
    assert len(awake.moves(id_)) == len(["issued", "confirmed"])


def test_sigterm_under_load_loses_nothing_and_leaves_nothing_half_done(build: Build):
    town = build()
    town.simulator.behave(slow={"nuonuo": 1, "baidu": 1, "seconds": 0.3})
    first = town.service().ready()
    story = Story(town, first)
    invoices = [story.invoice() for _ in range(120)]
    town.simulator.register(invoices, upload_after=0, visible_after=0)

    with Billing(lambda: town.services[-1].url) as billing, ThreadPoolExecutor() as pool:
        telling = pool.submit(billing.tell, invoices)
        until(lambda: len(billing.told) > len(invoices) / 2 and questions(town), "it is busy with events and questions")
        first.signal(signal.SIGTERM)
        until(lambda: not first.is_ready(), "it says that it is going")
        while first.alive:
            assert not first.is_ready()
        assert first.finish() == 0, first.log[-2000:]
        assert count(town, LEASED) == 0, "whatever was begun is written down or handed back"
        answered = count(town, "SELECT count(*) AS n FROM checks WHERE account = 'proof'")
        assert answered == questions(town).total(), "every question that was asked has its answer"
        town.service().ready()
        telling.result()

    assert not broken(town, billing, invoices)


def test_no_invoice_is_asked_about_more_than_four_times_a_beijing_day(build: Build):
    """A day in six seconds. Nothing ever appears, and the plan would ask eight times a day, all before noon."""
    town = build(factor=86_400 / 6)
    story = Story(town, town.service().ready())

    def now() -> datetime:
        return town.tempo.now().astimezone(BEIJING)

    until(lambda: now().hour < NOON, "a morning comes")
    for _ in range(20):
        story.issue(story.invoice(account="tireless"), visible_after="never")
    second_day = now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
    until(lambda: now() > second_day.replace(hour=NOON + 6), "the next morning is over, too")

    records = [record for record in town.simulator.ledger(dialect="baidu")["records"] if record["number"]]
    asked = Counter((record["number"], record["day"]) for record in records)
    assert max(asked.values()) == 4, "the fifth question of a day is kept for a person"
    assert {number for number, day in asked if day == f"{second_day:%F}"} == {number for number, _ in story.told}
