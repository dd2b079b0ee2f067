"""Decides what answers mean and writes them down, in groups.

One rule: whoever is there when the last commit returns goes together in the next; nobody waits for company. An
answer may have cost money, so it is written with patience; what makes that raise takes nobody with it.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.clock import Clock
from app.domain.decision import decide
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import Answer, Outcome, Record, State
from app.domain.policy import Policy
from app.domain.swift import swift
from app.domain.tally import Tally
from app.domain.trace import Trace
from app.domain.transition import Finding, Move, move
from app.observability.metrics import Metrics
from app.observability.tracing import SETTLE, Tracing, Untraced
from app.store import quarantine, settlement
from app.store.database import Database, patiently
from app.store.moves import new_id
from app.store.schedule import Claim
from app.store.settlement import Checked

log = logging.getLogger(__name__)

SETTLE_TIME = 10.0  # real seconds that the database is waited for; kept free in a lease
MOST_TOGETHER = 1_000
STALE_ROUNDS = 3
UNWRITABLE = Answer(Outcome.TRANSIENT, code="unwritable")


@swift
@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a claimed question; `took` in real seconds. `trace`: where the check that brought it stands."""

    claim: Claim
    answer: Answer
    asked_at: datetime
    took: float
    trace: Trace | None = None


@dataclass(slots=True)
class _Waiting:
    answered: Sequence[Answered]
    written: asyncio.Future[None]


class Settler:
    """Writes the answers of one account."""

    def __init__(
        self,
        *,
        tenant: str,
        account: str,
        database: Database,
        clock: Clock,
        policy: Policy,
        metrics: Metrics,
        tally: Tally | None = None,
        tracing: Tracing | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tally, self._tracing = tally or Tally(), tracing or Untraced()
        self._tenant, self._account, self._database, self._clock = tenant, account, database, clock
        self._policy, self._metrics, self._chance = policy, metrics, chance
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None

    async def settle(self, answered: Sequence[Answered]) -> None:
        """Returns when it is written, set aside, or given up because the database stayed away: then the lease ends
        and the question comes due again.
        """
        for one in answered:
            self._tally.note(self._account, one.claim.case.record.invoice, one.answer, one.asked_at)
        waiting = _Waiting(answered, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await waiting.written

    async def _flush(self) -> None:
        try:
            while self._waiting:
                group = self._next_group()
                try:
                    await self._write([one for waiting in group for one in waiting.answered])
                finally:
                    for waiting in group:
                        if not waiting.written.done():
                            waiting.written.set_result(None)
        finally:  # whatever ended this: those who still wait are not left waiting
            self._flushing = asyncio.create_task(self._flush()) if self._waiting else None

    def _next_group(self) -> list[_Waiting]:
        """Those who came first, together at most `MOST_TOGETHER` answers, or one call's."""
        size, count = 0, 0
        for waiting in self._waiting:
            size += len(waiting.answered)
            if count and size > MOST_TOGETHER:
                break
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _write(self, answered: Sequence[Answered]) -> None:
        try:
            await patiently(lambda: self._attempt(answered), SETTLE_TIME)
        except DatabaseUnavailable as error:
            log.error("answers lost", extra={"account": self._account, "count": len(answered), "reason": str(error)})  # noqa: TRY400
        except Exception as error:
            # One of them cannot be decided or stored: it must not take its neighbours with it, or be asked for ever.
            log.exception("answer not written", extra={"account": self._account, "count": len(answered)})
            if len(answered) > 1:
                half = len(answered) // 2
                await self._write(answered[:half])
                await self._write(answered[half:])
            elif answered[0].answer != UNWRITABLE:
                await self._write([replace(answered[0], answer=UNWRITABLE)])
            else:
                await self._set_aside(answered[0], error)

    async def _set_aside(self, one: Answered, error: Exception) -> None:
        """The invoice is to blame, not the answer: nobody asks about it until a person does."""
        broken = [(one.claim.case.record.id, f"{type(error).__name__}: {error}")]
        now = self._clock.now()
        try:
            await self._database.repeatably(lambda tx: quarantine.set_aside(tx, self._tenant, "settle", broken, now))
        except DatabaseUnavailable:
            log.exception("not set aside; it comes due again", extra={"account": self._account})

    async def _attempt(self, answered: Sequence[Answered]) -> None:
        """One statement for all; those whose invoice moved meanwhile are decided again on what it is now."""
        open_: Sequence[Answered] = answered
        began = time.time_ns()
        for _ in range(STALE_ROUNDS):
            now = self._clock.now()
            checked = [self._decide(one, now) for one in open_]
            written = await settlement.settle(self._database, self._tenant, checked)
            unwritten = written.stale | written.lost
            told = [one for one in checked if one.case.record.id not in unwritten]
            self._report(told)
            self._trace(told, open_, began)
            if written.lost:
                self._metrics.stale(self._account, len(written.lost))
                log.warning("lease lost", extra={"account": self._account, "invoices": sorted(written.lost)[:20]})
            if not written.stale:
                return
            fresh = await settlement.reread(self._database, self._tenant, sorted(written.stale))
            open_ = [_onto(one, fresh[one.claim.case.record.id]) for one in open_ if one.claim.case.record.id in fresh]

    def _decide(self, one: Answered, now: datetime) -> Checked:
        claim = one.claim
        decision = decide(claim.case, one.answer, now, self._policy, self._chance())
        check_id = new_id(one.asked_at)
        made: Move | None = None
        if decision.cause is not None:
            finding = Finding(decision.diagnosis, decision.answer.outcome, decision.answer.code)
            record = replace(claim.case.record, trace=one.trace) if one.trace else claim.case.record
            made = move(record, decision.cause, now, evidence=f"check:{check_id}", finding=finding)
        return Checked(claim, check_id, one.asked_at, one.took, decision, made)

    def _report(self, checked: Sequence[Checked]) -> None:
        """After the commit: metrics, and a line for each check; one that says what the one before it said is debug."""
        for outcome, count in Counter(one.decision.answer.outcome for one in checked).items():
            self._metrics.check(self._account, outcome, count)
        for one in checked:
            if one.move:
                self._report_move(one.move)
            level = logging.DEBUG if one.decision.streak > 1 and not one.move else logging.INFO
            if log.isEnabledFor(level):
                log.log(level, "check", extra=_line(one))

    def _trace(self, written: Sequence[Checked], answered: Sequence[Answered], began: int) -> None:
        if not self._tracing.records:
            return
        traces = {one.claim.case.record.id: one.trace for one in answered}
        found = {one.case.record.id: traces[one.case.record.id] for one in written}
        facts = {"piaoda.account": self._account}
        with self._tracing.step(SETTLE, "", found, facts, since=began) as step:
            step.became((one.case.record.id, one.move.record.state, False) for one in written if one.move)

    def _report_move(self, made: Move) -> None:
        record, transition = made.record, made.transition
        account = record.invoice.account or ""
        self._metrics.transition(transition.before, transition.after, transition.cause, account=account)
        if transition.after is State.SYNCED:
            latency = (transition.at - record.invoice.issued_at).total_seconds()
            kept = record.trace.kept if record.trace else None
            self._metrics.synced(account, record.invoice.kind, max(0.0, latency), kept)


def _line(one: Checked) -> dict[str, object]:
    record, answer, ask = one.case.record, one.decision.answer, one.decision.ask
    fields = {
        "account": one.case.asked, "invoice": record.id, "outcome": answer.outcome, "code": answer.code,
        "request_id": answer.request_id, "seconds": round(one.took, 3),
        "before": record.state, "after": record.state,
        "next_at": str(ask.due_at) if ask else None,
    }  # fmt: skip
    if one.move:
        fields |= {"after": one.move.record.state, "cause": one.move.transition.cause}
    if record.trace:
        fields["trace_id"] = record.trace.id
    return fields


def _onto(one: Answered, record: Record) -> Answered:
    """The same answer, to be decided on the invoice as it is now."""
    claim = replace(one.claim, case=replace(one.claim.case, record=record))
    return replace(one, claim=claim)
