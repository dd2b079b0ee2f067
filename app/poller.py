"""Claim due invoices, ask the tax system, decide, settle: one poller an account.

One rule: no transaction is open while anybody is asked. What was claimed is settled, handed back, or comes due again
when its lease ends. Seconds of trouble are retried here, around the call; everything longer is a due time in the
database.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from app.clock import Clock
from app.domain import breaker as breakers
from app.domain.breaker import Breaker, BreakerPolicy
from app.domain.decision import Decision, decide
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import Answer, Family, Invoice, Outcome, Record, State
from app.domain.plan import tax_day
from app.domain.policy import Policy
from app.domain.transition import Finding, Move, move
from app.observability.metrics import Metrics
from app.store import accounts, schedule
from app.store.database import Database, patiently
from app.store.moves import new_id
from app.store.schedule import Checked, Claim, Lease, Spending
from app.tax.adapter import TaxAdapter

log = logging.getLogger(__name__)

TRIES = 3  # of one call, within the lease
CALL_LIMIT = 2  # times the timeout that one try may take in all: a token may have to be fetched first
STALE_ROUNDS = 3
SETTLE_TIME = 10.0  # real seconds kept free in a lease for writing the result

# Broken before the tax system saw the question: asking again at once costs nothing.
_NEVER_SENT = frozenset({"connect", "dns", "tls"})
_MAYBE_SENT = frozenset({"timeout", "reset", "http_500", "http_502", "http_503", "http_504"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard one account may be asked. `rate`: calls a second; `timeout`: real seconds of one call; `rest` between
    looks.
    """

    rate: float
    concurrency: int
    batch: int
    timeout: float
    rest: float = 1.0


class Bucket:
    """A token bucket in real time: `take` waits until the next call is within the rate."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._gap, self._now, self._free_at = 1 / rate, now, 0.0

    async def take(self) -> None:
        now = self._now()
        self._free_at = max(self._free_at, now) + self._gap
        await asyncio.sleep(max(0.0, self._free_at - self._gap - now))


class Poller:
    """Asks one account about all its due invoices. `step` is what `loop` runs; `finish` ends what is in flight."""

    def __init__(
        self,
        *,
        tenant: str,
        account: str,
        adapter: TaxAdapter,
        database: Database,
        clock: Clock,
        policy: Policy,
        pace: Pace,
        breaker_policy: BreakerPolicy,
        metrics: Metrics,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tenant, self._account, self._adapter = tenant, account, adapter
        self._database, self._clock, self._policy = database, clock, policy
        self._pace, self._breaker_policy, self._metrics, self._chance = pace, breaker_policy, metrics, chance
        self._bucket = Bucket(pace.rate)
        self._calls: set[asyncio.Task[None]] = set()
        self._budgeted = policy.plans[account].family is Family.PROOF

    async def step(self) -> float:
        """Claims as much as there are free hands for; returns how long to rest."""
        free = self._pace.concurrency - len(self._calls)
        if free <= 0:
            await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED)
            return 0
        now = self._clock.now()
        state = await accounts.breaker(self._database, self._tenant, self._account)
        if state.is_open(now) or (state.is_canary(now) and self._calls):
            return self._pace.rest
        wanted = 1 if state.is_canary(now) else free * self._pace.batch
        held = schedule.lease(now + self._clock.real(self._lease_seconds()))
        claims = await schedule.claim(
            self._database, self._tenant, self._account, now, wanted, held, self._spending(now)
        )
        for start in range(0, len(claims), self._pace.batch):
            self._begin(claims[start : start + self._pace.batch], held, state)
        return 0 if len(claims) == wanted else self._pace.rest

    async def finish(self, grace: float) -> None:
        """Waits at most `grace` real seconds for calls in flight; the rest is handed back, not lost."""
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=grace)
            for call in late:
                call.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _lease_seconds(self) -> float:
        waiting = self._pace.concurrency / self._pace.rate
        return self._pace.timeout * CALL_LIMIT * TRIES + waiting + SETTLE_TIME

    def _spending(self, now: datetime) -> Spending | None:
        budget = self._policy.budget
        return Spending(tax_day(now), budget.automatic, budget.checks_per_day) if self._budgeted else None

    def _begin(self, claims: Sequence[Claim], held: Lease, state: Breaker) -> None:
        call = asyncio.create_task(self._call(list(claims), held, state))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, claims: list[Claim], held: Lease, state: Breaker) -> None:
        """One call for a group, from question to commit. Once asked, it is written down: cancelling waits for that."""
        asked = [claim for claim in claims if claim.affordable]
        blocked = [claim for claim in claims if not claim.affordable]
        began = time.monotonic()
        try:
            answers = await self._ask(asked) if asked else []
        except asyncio.CancelledError:
            await self._hand_back(claims, held)
            raise
        took = time.monotonic() - began
        spent = [Answer(Outcome.QUOTA_INVOICE_DAY, code="budget")] * len(blocked)
        writing = asyncio.create_task(self._write([*asked, *blocked], [*answers, *spent], held, took))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
        if answers:
            await self._tell_breaker(state, answers)

    async def _ask(self, claims: Sequence[Claim]) -> list[Answer]:
        invoices = [claim.case.record.invoice for claim in claims]
        for claim in claims:
            self._metrics.lag(self._account, max(0.0, (self._clock.now() - claim.due_at).total_seconds()))
        retrying = AsyncRetrying(
            stop=stop_after_attempt(TRIES) | stop_after_delay(self._pace.timeout * (TRIES - 1)),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            retry=retry_if_result(self._worth_repeating),
            retry_error_callback=_last_result,
        )
        try:
            return await retrying(self._call_once, invoices)
        except Exception:
            # The other place that may catch all: an adapter that raises must not take its neighbours' turn.
            log.exception(
                "adapter raised", extra={"account": self._account, "invoices": [c.case.record.id for c in claims]}
            )
            return [Answer(Outcome.TRANSIENT, code="adapter_error")] * len(claims)

    async def _call_once(self, invoices: Sequence[Invoice]) -> list[Answer]:
        await self._bucket.take()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._pace.timeout * CALL_LIMIT):
                answers = await self._adapter.check(invoices)
        except TimeoutError:
            answers = [Answer(Outcome.TRANSIENT, code="timeout")] * len(invoices)
        self._metrics.call(self._account, time.monotonic() - began)
        assert len(answers) == len(invoices), "an adapter gives one answer an invoice"
        return answers

    def _worth_repeating(self, answers: list[Answer]) -> bool:
        """Transport trouble that hit the whole call, and that cost no question of the day's budget."""
        codes = _NEVER_SENT if self._budgeted else _NEVER_SENT | _MAYBE_SENT
        return all(a.outcome is Outcome.TRANSIENT and a.code in codes and a.retry_after is None for a in answers)

    async def _write(self, claims: Sequence[Claim], answers: Sequence[Answer], held: Lease, took: float) -> None:
        """Settles with patience: an answer may have cost money. In the end the lease ends and the question comes due
        again.
        """
        try:
            await patiently(lambda: self._settle(claims, answers, held, took), SETTLE_TIME)
        except DatabaseUnavailable as error:
            log.error("answers lost", extra={"account": self._account, "count": len(claims), "reason": str(error)})  # noqa: TRY400
        except Exception:
            # An answer that cannot be decided or stored: without a word in the database it would be asked for ever.
            log.exception("answer not written", extra={"account": self._account, "count": len(claims)})
            if len(claims) > 1:
                for claim, answer in zip(claims, answers, strict=True):
                    await self._write([claim], [answer], held, took)
            elif answers[0].code != "unwritable":
                await self._write(claims, [Answer(Outcome.TRANSIENT, code="unwritable")], held, took)

    async def _settle(self, claims: Sequence[Claim], answers: Sequence[Answer], held: Lease, took: float) -> None:
        asked_at = self._clock.now()
        pairs = [(claim, answer) for claim, answer in zip(claims, answers, strict=True)]
        for _ in range(STALE_ROUNDS):
            checked = [self._decide(claim, answer, asked_at, took) for claim, answer in pairs]
            settlement = await schedule.settle(self._database, self._tenant, held, checked)
            self._report([one for one in checked if one.case.record.id in settlement.settled])
            if settlement.lost:
                log.warning("lease lost", extra={"account": self._account, "invoices": sorted(settlement.lost)})
            if not settlement.stale:
                return
            fresh = await schedule.reread(self._database, self._tenant, sorted(settlement.stale))
            pairs = [
                (_onto(claim, fresh[claim.case.record.id]), answer)
                for claim, answer in pairs
                if claim.case.record.id in fresh
            ]

    def _decide(self, claim: Claim, answer: Answer, asked_at: datetime, took: float) -> Checked:
        now = self._clock.now()
        decision = decide(claim.case, answer, now, self._policy, self._chance())
        check_id = new_id(asked_at)
        return Checked(claim.case, check_id, asked_at, took, decision, self._move(claim, decision, check_id, now))

    def _move(self, claim: Claim, decision: Decision, check_id: str, now: datetime) -> Move | None:
        if decision.cause is None:
            return None
        finding = Finding(decision.diagnosis, decision.answer.outcome, decision.answer.code)
        return move(claim.case.record, decision.cause, now, evidence=f"check:{check_id}", finding=finding)

    async def _tell_breaker(self, before: Breaker, answers: Sequence[Answer]) -> None:
        now = self._clock.now()
        after = breakers.after_call(before, answers, now, self._breaker_policy)
        if after != before or not after.failures:
            await accounts.keep_breaker(self._database, self._tenant, self._account, after, now)
        if after.is_open(now) and not before.is_open(now):
            log.warning(
                "breaker opened",
                extra={"account": self._account, "reason": after.reason, "until": str(after.open_until)},
            )

    async def _hand_back(self, claims: Sequence[Claim], held: Lease) -> None:
        ids = [claim.case.record.id for claim in claims]
        await asyncio.shield(schedule.release(self._database, self._tenant, held, ids))

    def _report(self, checked: Sequence[Checked]) -> None:
        """After the commit: metrics and one line a check."""
        for one in checked:
            record, answer, ask = one.case.record, one.decision.answer, one.decision.ask
            self._metrics.check(self._account, answer.outcome)
            fields = {
                "account": self._account, "invoice": record.id, "outcome": answer.outcome, "code": answer.code,
                "request_id": answer.request_id, "seconds": round(one.took, 3),
                "before": record.state, "after": record.state,
                "next_at": str(ask.due_at) if ask else None,
            }  # fmt: skip
            if one.move:
                fields |= {"after": one.move.record.state, "cause": one.move.transition.cause}
                self._report_move(one.move)
            log.info("check", extra=fields)

    def _report_move(self, made: Move) -> None:
        record, transition = made.record, made.transition
        self._metrics.transition(transition.before, transition.after, transition.cause)
        if transition.after is State.SYNCED:
            latency = (transition.at - record.invoice.issued_at).total_seconds()
            self._metrics.synced(record.invoice.account or "", record.invoice.kind, max(0.0, latency))


def _onto(claim: Claim, record: Record) -> Claim:
    """The same claim, decided again on the invoice as it is now."""
    return replace(claim, case=replace(claim.case, record=record))


def _last_result(state: RetryCallState) -> list[Answer]:
    assert state.outcome is not None
    answers: list[Answer] = state.outcome.result()
    return answers
