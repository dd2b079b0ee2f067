"""From messages to incidents, from incidents to alerts: who is told what, and when.

One rule: it reads what was committed, in that order, and writes what follows from it together with how far it read;
any number of replicas may run it, one at a time does the work.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import Clock
from app.domain import alerting, outage
from app.domain.alerting import Around, Look
from app.domain.alerting_policy import AlertPolicy
from app.domain.incident import Incident, IncidentState, Notice, Scope, Trouble
from app.domain.incident_payload import payload
from app.domain.muting import Muting, muted_until
from app.domain.outage import Outage
from app.domain.tally import Tally
from app.store import incident_documents, incidents, muting, notices, outages
from app.store.database import Connection, Database

log = logging.getLogger(__name__)

CHUNK = 1_000  # messages read in one step
LOOKS = 50  # incidents looked at in one step
MOVED = 5_000  # invoices of an outage that is over, moved on in one step
JUDGED_EVERY = 2.0  # real seconds between two looks at the accounts
MUTED_FOR = timedelta(hours=1)  # after which an incident of a muted cause is looked at again


@dataclass(frozen=True, slots=True)
class _Step:
    """One step's surroundings, read once. `over`: outages and failing endpoints that have begun, ended or come back,
    and whether the trouble is past.
    """

    connection: Connection
    now: datetime
    over: Mapping[str, bool]
    chats: tuple[str, ...]
    mutings: Sequence[Muting]


class Alerter:
    """One tenant's alerts. `step` is what `loop` runs. `told` hears of every notice after its commit."""

    def __init__(
        self,
        *,
        tenant: str,
        accounts: Sequence[str],
        database: Database,
        clock: Clock,
        policy: AlertPolicy,
        tally: Tally,
        rest: float = 1.0,
        told: Callable[[Incident, Notice], None] | None = None,
    ) -> None:
        self._tenant, self._accounts, self._database, self._clock = tenant, accounts, database, clock
        self._policy, self._tally, self._rest, self._hear = policy, tally, rest, told
        self._begun = False
        self._judged_at: datetime | None = None

    async def step(self) -> float:
        """Reads one chunk, looks at what is due; returns zero while there is more to read."""
        now = self._clock.now()
        await self._begin()
        await self._add_tallies(now)
        said: list[tuple[Incident, Notice]] = []

        async def work(tx: Connection) -> bool:
            said.clear()
            return await self._work(tx, now, said)

        more = await self._database.repeatably(work)
        for incident, notice in said:
            self._report(incident, notice)
        return 0 if more else self._rest

    async def _begin(self) -> None:
        if not self._begun:
            async with self._database.connection() as connection:
                await incidents.begin(connection, self._tenant)
            self._begun = True

    async def _add_tallies(self, now: datetime) -> None:
        """Counts that cannot be written are lost: they are a sample, and the next ones say the same."""
        if counts := self._tally.drain(now):
            async with self._database.connection() as connection:
                await outages.add(connection, self._tenant, counts)

    async def _work(self, tx: Connection, now: datetime, said: list[tuple[Incident, Notice]]) -> bool:
        mark = await incidents.hold(tx, self._tenant)
        if mark is None:
            return False
        over = await self._judge(tx, now)
        news = await incidents.news(tx, self._tenant, mark, CHUNK)
        running = await incidents.running(tx, self._tenant, Trouble.OUTAGE)
        await incidents.leave(tx, self._tenant, news.relieved, now)
        await incidents.join(tx, self._tenant, news.troubled, running, self._policy, now)
        await incidents.advance(tx, self._tenant, news.mark)
        looked = await incidents.awake(tx, self._tenant, now, over, LOOKS)
        if looked:
            mutings = await muting.running(tx, self._tenant, now)
            around = _Step(tx, now, over, await notices.chats(tx, self._tenant), mutings)
            looks = [await self._look(around, incident) for incident in looked]
            said += [(look.incident, look.notice) for look in looks if look.notice]
            # After all looks: what moves on joins incidents that this very step may have looked at.
            moved = [await self._move_on(around, look.incident) for look in looks if look.leftover]
            return news.more or len(looked) == LOOKS or MOVED in moved
        return news.more

    async def _judge(self, tx: Connection, now: datetime) -> Mapping[str, bool]:
        """Opens what is out; outages and failing endpoints that have begun, ended or come back: whether it is past."""
        if self._judged_at and now - self._judged_at < self._clock.real(JUDGED_EVERY):
            return {}
        policy = self._policy.outage
        asked = {*self._accounts, *await outages.asked(tx, self._tenant, now)}
        healths = await outages.healths(tx, self._tenant, sorted(asked))
        tallies = await outages.tallied(tx, self._tenant, policy.within, policy.at_least, now)
        running = await incidents.running(tx, self._tenant, Trouble.OUTAGE, Trouble.ENDPOINT)
        known = [one.scope for one in running if one.scope.cause is Trouble.OUTAGE]
        weather = outage.weather(healths, tallies, known, policy, now)
        there = {one.scope: one for one in (*weather.outages, *await outages.endpoints(tx, self._tenant, now))}
        begun = await incidents.open_(tx, self._tenant, list(there.values()), now)
        self._judged_at = now
        well = weather.well | {scope for scope in known if scope.account not in asked}
        ended = [one.id for one in running if one.state is IncidentState.OPEN and _past(one.scope, well, there)]
        back = [one.id for one in running if one.state is IncidentState.DRAINING and one.scope in there]
        fresh = set(begun.values()) - {one.id for one in running}
        return dict.fromkeys(ended, True) | dict.fromkeys([*back, *fresh], False)

    async def _look(self, step: _Step, incident: Incident) -> Look:
        tx, now = step.connection, step.now
        told, in_vain = await notices.told(tx, self._tenant, incident)
        named = {name for level in self._policy.levels for name in level.to}
        around = Around(
            told=told,
            in_vain=in_vain,
            deaf=frozenset({*named, *step.chats} - await notices.reach(tx, self._tenant, incident)),
            chats=step.chats,
            amount=await notices.amount(tx, self._tenant, incident, self._policy),
            muted_until=self._muted_until(step, incident.scope)
            or await notices.acknowledged_until(tx, self._tenant, incident, now),
            over=step.over.get(incident.id),
        )
        look = alerting.look(incident, self._policy, around, now)
        if look.notice:
            await self._tell(step, incident, look, around)
        await incidents.keep(tx, self._tenant, look.incident, look.wake_at)
        return look

    def _muted_until(self, step: _Step, scope: Scope) -> datetime | None:
        if scope.cause in self._policy.mute_causes:
            return step.now + MUTED_FOR
        return muted_until(scope, step.mutings, step.now)

    async def _tell(self, step: _Step, before: Incident, look: Look, around: Around) -> None:
        assert look.notice is not None
        tx, incident = step.connection, look.incident
        told = payload(
            incident,
            look.notice,
            document=await incident_documents.document(tx, self._tenant, incident),
            invoices=await incident_documents.gravest(tx, self._tenant, incident),
            following=alerting.next_level(incident, self._policy, around, step.now),
            now=step.now,
            before=before,
        )
        await notices.tell(tx, self._tenant, incident, told, look.notice.destinations, step.now)

    async def _move_on(self, step: _Step, incident: Incident) -> int:
        """What an outage left behind becomes an incident of its own, told as "still late"; how many were met. Whoever
        is out of trouble by now stays until the message that says so comes by.
        """
        left = await incidents.leftover(step.connection, self._tenant, incident, MOVED)
        others = [
            one
            for one in await incidents.running(step.connection, self._tenant, Trouble.OUTAGE)
            if one.id != incident.id and one.state is IncidentState.OPEN
        ]
        await incidents.join(step.connection, self._tenant, left, others, self._policy, step.now, follows=incident.id)
        return len(left)

    def _report(self, incident: Incident, notice: Notice) -> None:
        log.warning(
            "incident",
            extra={
                "incident": incident.id, "cause": incident.scope.cause, "account": incident.scope.account,
                "seller": incident.scope.seller, "reason": notice.reason, "level": notice.level,
                "members": incident.members, "remaining": incident.remaining, "told": list(notice.destinations),
            },
        )  # fmt: skip
        if self._hear:
            self._hear(incident, notice)


def _past(scope: Scope, well: frozenset[Scope], there: Mapping[Scope, Outage]) -> bool:
    """An outage is past when all has been well for a while, a failing endpoint with its first success."""
    return scope not in there and (scope.cause is Trouble.ENDPOINT or scope in well)
