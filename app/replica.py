"""A replica at work: what it has, whether it may serve, and the small chores that keep it well.

One rule: it is handed everything (`main` wires it) and decides nothing about invoices.
"""

import contextlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.clock import DatabaseClock
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import Transition
from app.domain.policy import Policy
from app.domain.reading import Present
from app.domain.tally import Tally
from app.domain.transition import Move
from app.egress import Egress
from app.loop import Loop
from app.notifier import Notifier
from app.observability.metrics import Metrics
from app.observability.tracing import Tracing, Untraced
from app.poller import Poller
from app.settings import Settings
from app.store import calls, migration, partitions, readings, statistics, used_links
from app.store.accounts import Configured
from app.store.database import Database
from app.store.intake import Intake
from app.store.migration import Standing
from app.tax.expiry import Reminder
from app.tax.registry import ADAPTERS
from app.turns import Turns

log = logging.getLogger(__name__)

TENANT = "default"
FOLLOW_EVERY = 30.0  # real seconds between two looks at the database's clock
UPKEEP_EVERY = 600.0  # real seconds between two looks at the partitions
GROWTH_EVERY = 5.0  # real seconds between two looks at how tables have grown

_UNFIT: Mapping[Standing, Sequence[str]] = {
    Standing.FIT: (),
    Standing.BEHIND: ("The database is not migrated: run `piaoda migrate`.",),
    Standing.AHEAD: (migration.TOO_NEW,),
}


def credential_ends(settings: Settings) -> dict[str, datetime]:
    """When the newest credentials of each account end, where that is written down: the same on every replica."""
    return {name: account.expires_at for name, account in settings.config.accounts.items() if account.expires_at}


def configured_accounts(settings: Settings) -> dict[str, Configured]:
    """What anybody may know of the accounts in the settings."""
    return {
        name: Configured(
            account.adapter, account.proof, account.expires_at, account.daily(ADAPTERS[account.adapter].capabilities)
        )
        for name, account in settings.config.accounts.items()
    }


@dataclass
class Service:
    """Everything wired together, not yet running. `ready` answers for this replica until it drains."""

    settings: Settings
    url: str
    clock: DatabaseClock
    database: Database
    work: Database
    egress: Egress
    metrics: Metrics
    policy: Policy
    reminder: Reminder
    tally: Tally = field(default_factory=Tally)
    tracing: Tracing = field(default_factory=Untraced)
    draining: bool = False
    turns: Turns = field(init=False)
    pollers: list[Poller] = field(default_factory=list)
    notifier: Notifier = field(init=False)
    intake: Intake | None = None
    loops: list[Loop] = field(default_factory=list)

    async def ready(self) -> list[str]:
        """What keeps this replica from serving; empty when nothing does."""
        if self.draining:
            return ["This replica is shutting down."]
        try:
            return list(_UNFIT[await migration.standing(self.database)])
        except DatabaseUnavailable as error:
            return [f"The database does not answer: {error}"]

    def moved(self, transitions: Sequence[Transition]) -> None:
        """Counts moves that were made at the doorway."""
        for kind, count in Counter((each.before, each.after, each.cause) for each in transitions).items():
            self.metrics.transition(*kind, count)

    def moved_by_hand(self, made: Move) -> None:
        """Counts a move that a person made."""
        transition, account = made.transition, made.record.invoice.account or ""
        self.metrics.transition(transition.before, transition.after, transition.cause, account=account)

    def present(self) -> Present:
        """What is under way here at this moment."""
        return Present(
            calls={account: share.in_use for account, share in self.turns.shares.items()},
            pools={"api": self.database.connections, "worker": self.work.connections},
            events_waiting=self.intake.waiting if self.intake else 0,
            sends=self.notifier.in_flight,
            clock_offset=self.clock.offset,
        )

    async def readout(self) -> None:
        """Takes a fresh reading for the gauges; while the database is away they keep their last one."""
        with contextlib.suppress(DatabaseUnavailable):
            daily = {name: account.daily for name, account in configured_accounts(self.settings).items()}
            reading = await readings.take(self.database, TENANT, daily, self.clock.now(), daily)
            self.metrics.gauges(replace(reading, credentials_expire_at=credential_ends(self.settings)))

    async def follow(self) -> float:
        """Reads the database's clock."""
        self.clock.follow(await self.work.time())
        return FOLLOW_EVERY

    async def upkeep(self) -> float:
        """Makes the partitions of the months to come, drops what is over; reminds of credentials."""
        self.reminder.remind(self.clock.now())
        retention = self.settings.config.retention
        keep_for = {"checks": retention.checks, "attempts": retention.attempts}
        dropped = await partitions.keep(self.work, self.clock.now(), keep_for)
        await used_links.forget(self.work, TENANT, self.clock.now())
        await calls.forget(self.work, TENANT, self.clock.now())
        if dropped:
            log.info("partitions dropped", extra={"partitions": dropped})
        return UPKEEP_EVERY

    async def statistics(self) -> float:
        """Keeps the planner's idea of tables that grow fast near the truth."""
        await statistics.refresh(self.work)
        return GROWTH_EVERY
