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
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

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
from app.domain.breaker import TROUBLE, Breaker, BreakerPolicy
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import Answer, Invoice, Outcome
from app.domain.lanes import Rota
from app.domain.meter import Daily
from app.domain.plan import tax_day
from app.domain.policy import Policy
from app.domain.tally import Tally
from app.observability.metrics import Metrics
from app.observability.tracing import CHECK, Step, Tracing, Untraced
from app.settler import SETTLE_TIME, Answered, Settler
from app.store import accounts, quarantine, schedule
from app.store.database import Database
from app.store.schedule import Claim, Claimed, Spending
from app.tax.adapter import TaxAdapter
from app.turns import Limits, Share, TurnLost, alone

log = logging.getLogger(__name__)

TRIES = 3  # of one call, within the lease
CALL_LIMIT = 2  # times the timeout that one try may take in all: a token may have to be fetched first
BREATH = 0.015  # real seconds between claims that did not bring all that was wanted
WELL_EVERY = 5.0  # real seconds between two notes that an account answers
_NEVER = datetime.min.replace(tzinfo=UTC)

# Broken before the tax system saw the question: asking again at once costs nothing.
_NEVER_SENT = frozenset({"connect", "dns", "tls"})
_MAYBE_SENT = frozenset({"timeout", "reset", "http_500", "http_502", "http_503", "http_504"})


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard one account may be asked. `rate`: calls a second; `timeout`: real seconds of one call; `rest` between
    looks; `daily`: how often on one day.
    """

    rate: float
    concurrency: int
    batch: int
    timeout: float
    rest: float = 1.0
    daily: Daily = Daily()

    @property
    def limits(self) -> Limits:
        """What all replicas together keep to."""
        return Limits(self.rate, self.concurrency, self.timeout * CALL_LIMIT, self.daily)


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
        provider: str = "unknown",
        share: Share | None = None,
        tally: Tally | None = None,
        tracing: Tracing | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tenant, self._account, self._adapter = tenant, account, adapter
        self._database, self._clock, self._policy = database, clock, policy
        self._pace, self._breaker_policy, self._metrics = pace, breaker_policy, metrics
        self._provider, self._tracing = provider, tracing or Untraced()
        self._share = share or alone(account, pace.limits, clock)
        self._rota, self._idle = Rota(), False
        self._well_at = _NEVER
        self._settler = Settler(
            tenant=tenant, account=account, database=database, clock=clock, policy=policy, metrics=metrics,
            tally=tally, tracing=self._tracing, chance=chance,
        )  # fmt: skip
        self._calls: set[asyncio.Task[None]] = set()
        self._budgeted = policy.plans[account].budgeted

    async def step(self) -> float:
        """Claims as much as there are free hands for; returns how long to rest."""
        free = self._share.free(len(self._calls))
        if not free:
            return await self._until_free()
        now = self._clock.now()
        if self._idle and not self._rota.wants_sweep(now) and (wait := await self._until_next(now)):
            return wait
        state = await accounts.breaker(self._database, self._tenant, self._account)
        if state.is_open(now) or (state.is_canary(now) and self._calls):
            return self._pace.rest
        wanted = 1 if state.is_canary(now) else free * self._pace.batch
        claimed = await self._claim(wanted, now)
        for start in range(0, len(claimed.claims), self._pace.batch):
            self._begin(claimed.claims[start : start + self._pace.batch], state)
        if claimed.given:
            return 0 if self._rota.wants_more else BREATH
        return max(BREATH, await self._until_next(now))

    async def _until_free(self) -> float:
        """Waits for a call to end; without one, for a slot, which comes with a renewal, or for the day to end."""
        if not self._calls:
            return min(BREATH * 5, self._pace.rest)
        await asyncio.wait(self._calls, timeout=self._pace.rest, return_when=asyncio.FIRST_COMPLETED)
        return 0

    async def _claim(self, wanted: int, now: datetime) -> Claimed:
        turn = self._rota.round(wanted, now)
        held = schedule.lease(now + self._clock.real(self._lease_seconds()))
        claimed = await schedule.claim(
            self._database, self._tenant, self._account, now, turn, held, self._spending(now)
        )
        self._rota = self._rota.after(claimed.given, wanted, now)
        if claimed.unfit:
            await self._set_aside(claimed.unfit, now)
        return claimed

    async def _set_aside(self, unfit: Sequence[tuple[str, str]], now: datetime) -> None:
        try:
            await self._database.repeatably(lambda tx: quarantine.set_aside(tx, self._tenant, "claim", unfit, now))
        except DatabaseUnavailable as error:  # it comes due again; the rest of the claim is to be asked all the same
            log.warning("not set aside", extra={"account": self._account, "reason": str(error)})

    async def _until_next(self, now: datetime) -> float:
        """Real seconds until the next planned question, within the rest that configuration allows; 0: it is due.

        Who has nothing to do for a whole rest is idle: one look then tells whether that is still so.
        """
        at = await schedule.next_due(self._database, self._tenant, self._account, now, self._rota.floors)
        wait = (at - now) / self._clock.real(1) if at else self._pace.rest
        self._idle = wait >= self._pace.rest
        return min(max(wait, 0.0), self._pace.rest)

    async def finish(self, grace: float) -> None:
        """Waits at most `grace` real seconds for calls in flight; the rest is handed back, not lost."""
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=grace)
            for call in late:
                call.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _lease_seconds(self) -> float:
        waiting = 2 * self._pace.limits.cycle
        return (self._pace.timeout * CALL_LIMIT + waiting) * TRIES + SETTLE_TIME

    def _spending(self, now: datetime) -> Spending | None:
        budget = self._policy.budget
        return Spending(tax_day(now), budget.automatic, budget.checks_per_day) if self._budgeted else None

    def _begin(self, claims: list[Claim], state: Breaker) -> None:
        call = asyncio.create_task(self._call(claims, state))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, claims: list[Claim], state: Breaker) -> None:
        """One call for a group, from question to commit. Once asked, it is written down: cancelling waits for that."""
        asked = [claim for claim in claims if claim.affordable]
        blocked = [claim for claim in claims if not claim.affordable]
        began = time.monotonic()
        try:
            with self._checking(asked) as checking:
                answers = await self._ask(asked, checking) if asked else []
        except asyncio.CancelledError:
            await asyncio.shield(schedule.release(self._database, self._tenant, claims))
            raise
        except TurnLost as lost:
            log.warning("turn lost", extra={"account": self._account, "reason": str(lost)})
            with suppress(DatabaseUnavailable):  # then the lease ends
                # What is budgeted is asked again only after it was never sent: no turn, no question.
                await schedule.release(self._database, self._tenant, claims, refund=self._budgeted)
            return
        took, asked_at = time.monotonic() - began, self._clock.now()
        spent = [Answer(Outcome.QUOTA_INVOICE_DAY, code="budget")] * len(blocked)
        answered = [
            Answered(claim, answer, asked_at, took, checking.traces.get(claim.case.record.id))
            for claim, answer in zip([*asked, *blocked], [*answers, *spent], strict=True)
        ]
        writing = asyncio.create_task(self._settler.settle(answered))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
        if answers:
            await self._tell_breaker(state, answers)

    def _checking(self, claims: Sequence[Claim]) -> Step:
        traces = {claim.case.record.id: claim.case.record.trace for claim in claims}
        return self._tracing.step(CHECK, self._account, traces, {"piaoda.account": self._account})

    async def _ask(self, claims: Sequence[Claim], checking: Step) -> list[Answer]:
        invoices = [claim.case.record.invoice for claim in claims]
        now = self._clock.now()
        self._metrics.lag(self._account, *((now - claim.due_at).total_seconds() for claim in claims))
        retrying = AsyncRetrying(
            stop=stop_after_attempt(TRIES) | stop_after_delay(self._pace.timeout * (TRIES - 1)),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            retry=retry_if_result(self._worth_repeating),
            retry_error_callback=_last_result,
        )
        try:
            answers: list[Answer] = await retrying(self._call_once, invoices, checking.kept)
        except TurnLost:
            raise
        except Exception:
            # The other place that may catch all: an adapter that raises must not take its neighbours' turn.
            log.exception(
                "adapter raised", extra={"account": self._account, "invoices": [c.case.record.id for c in claims]}
            )
            answers = [Answer(Outcome.TRANSIENT, code="adapter_error")] * len(claims)
        checking.became(
            (claim.case.record.id, answer.outcome, answer.outcome in TROUBLE)
            for claim, answer in zip(claims, answers, strict=True)
        )
        return answers

    async def _call_once(self, invoices: Sequence[Invoice], trace_id: str | None) -> list[Answer]:
        async with self._share.turn():
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._pace.timeout * CALL_LIMIT):
                    answers = await self._adapter.check(invoices)
            except TimeoutError:
                answers = [Answer(Outcome.TRANSIENT, code="timeout")] * len(invoices)
        self._metrics.call(self._account, time.monotonic() - began, trace_id)
        for answer in answers:
            if answer.unlisted:
                self._metrics.unlisted(self._provider, answer.code)
        assert len(answers) == len(invoices), "an adapter gives one answer an invoice"
        return answers

    def _worth_repeating(self, answers: list[Answer]) -> bool:
        """Transport trouble that hit the whole call, and that cost no question of the day's budget."""
        codes = _NEVER_SENT if self._budgeted else _NEVER_SENT | _MAYBE_SENT
        return self._share.places > 0 and all(
            a.outcome is Outcome.TRANSIENT and a.code in codes and a.retry_after is None for a in answers
        )

    async def _tell_breaker(self, before: Breaker, answers: Sequence[Answer]) -> None:
        """Keeps the breaker when it changed; that all is well is worth a write only now and then."""
        now = self._clock.now()
        after = breakers.after_call(before, answers, now, self._breaker_policy)
        if after == before and now - self._well_at < self._clock.real(WELL_EVERY):
            return
        try:
            await accounts.keep_breaker(self._database, self._tenant, self._account, after, now)
        except DatabaseUnavailable as error:  # the next answer says the same
            log.warning("breaker not kept", extra={"account": self._account, "reason": str(error)})
            return
        if not after.failures:
            self._well_at = now
        if after.is_open(now) and not before.is_open(now):
            log.warning(
                "breaker opened",
                extra={"account": self._account, "reason": after.reason, "until": str(after.open_until)},
            )


def _last_result(state: RetryCallState) -> list[Answer]:
    assert state.outcome is not None
    answers: list[Answer] = state.outcome.result()
    return answers
