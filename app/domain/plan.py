"""When to ask next. One rule: a question is scarce, so each has a place in a plan; nothing here knows a clock.

A plan is a ladder of ages since issue, then a rhythm (`every`) or Beijing times of day (`daily_at`). The next
question is the first rung after now: no counter is kept, so a service that slept asks once and is back in step.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.invoice import Family

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one account is asked. `proof` names the account that proves independently what this channel reports.

    `free`: no question counts against the invoice's budget of the Beijing day. `retention`: how long after the issue
    the account remembers; None: for ever.
    """

    account: str
    family: Family
    ladder: tuple[timedelta, ...]
    every: timedelta | None = None
    daily_at: tuple[time, ...] = ()
    minimum_age: timedelta = timedelta(0)
    same_day: bool = True
    proof: str | None = None
    give_up_after: timedelta = timedelta(days=60)
    free: bool = False
    retention: timedelta | None = None

    @property
    def budgeted(self) -> bool:
        return self.family is Family.PROOF and not self.free


CHANNEL_LADDER = tuple(timedelta(seconds=s) for s in (30, 90, 210, 510, 1110, 2310, 4710))
PROOF_LADDER = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
PROOF_DAILY_AT = (time(1, 30), time(9), time(14), time(20), time(21))


@dataclass(frozen=True, slots=True)
class Budget:
    """Questions an invoice and Beijing day, over all proof accounts: the authority's rule of five, one kept for
    people.
    """

    checks_per_day: int = 5
    reserve: int = 1

    @property
    def automatic(self) -> int:
        return self.checks_per_day - self.reserve


@dataclass(frozen=True, slots=True)
class Rechecks:
    """When a synced invoice is looked at again: it may still be voided or red-flushed."""

    after: tuple[timedelta, ...] = (DAY, 7 * DAY)
    month_end: bool = True


def tax_day(instant: datetime) -> date:
    """The Beijing day of an instant: what tax systems mean by a day."""
    return instant.astimezone(BEIJING).date()


def day_in(instant: datetime, zone: str) -> date:
    """The day of an instant in an IANA time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def beijing(day: date, at: time) -> datetime:
    return datetime.combine(day, at, BEIJING).astimezone(UTC)


def next_tax_day(instant: datetime) -> datetime:
    """The next Beijing midnight: counters start again and invoices of today can be asked for."""
    return beijing(tax_day(instant) + DAY, time(0))


def next_rung(plan: Plan, issued_at: datetime, now: datetime) -> datetime | None:
    """The first planned question after `now`; None once the plan has given up."""
    earliest = issued_at + plan.minimum_age
    if not plan.same_day:
        earliest = max(earliest, next_tax_day(issued_at) + timedelta(minutes=30))
    if now < earliest:
        return earliest
    rung = _rung_after(plan, issued_at, now)
    return rung if rung and rung <= issued_at + min(plan.give_up_after, plan.retention or DAY.max) else None


def _rung_after(plan: Plan, issued_at: datetime, now: datetime) -> datetime | None:
    """The ladder, then the rhythm; the days of `daily_at` that matter are the present one and the next."""
    step = bisect_right(plan.ladder, now - issued_at)
    if step < len(plan.ladder):
        return issued_at + plan.ladder[step]
    top = issued_at + (plan.ladder[-1] if plan.ladder else timedelta(0))
    if plan.every:
        beats = max(0, (now - top) // plan.every)
        return top + (beats + 1) * plan.every
    days = (tax_day(max(now, top)) + n * DAY for n in range(2))
    times = (beijing(day, clock) for day in days for clock in plan.daily_at)
    return next((at for at in times if at > top and at > now), None)


def next_recheck(rechecks: Rechecks, issued_at: datetime, synced_at: datetime, now: datetime) -> datetime | None:
    """The next look at a synced invoice; None when all are done."""
    planned = [synced_at + age for age in rechecks.after]
    if rechecks.month_end:
        planned.append(_after_month_end(issued_at))
    return min((at for at in planned if at > now), default=None)


def _after_month_end(issued_at: datetime) -> datetime:
    """02:00 on the second day of the following month: voids and red letters of the month are in by then."""
    day = tax_day(issued_at)
    return beijing(date(day.year + day.month // 12, day.month % 12 + 1, 2), time(2))


def spread(now: datetime, due_at: datetime, chance: float, most: timedelta = timedelta(minutes=5)) -> datetime:
    """`due_at` moved later by up to a tenth of the wait, at most `most`, so that equal invoices do not ask together.

    `chance` in [0, 1) is drawn by the caller.
    """
    return due_at + min((due_at - now) / 10, most) * chance


PlansByAccount = Mapping[str, Plan]
