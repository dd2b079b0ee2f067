"""Was it noticed, when, who was told, and was anything invented? Pure: what was played against what was seen.

One rule: `false` and `stuck` must be empty whatever was played; everything else is an account, not a judgement.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.invoice import Diagnosis, State
from app.drill.played import Fate, Issued, Played, Trouble

_TOLD_BY_CHANNEL: dict[Fate, frozenset[Diagnosis]] = {
    Fate.STUCK: frozenset({Diagnosis.NOT_UPLOADED}),
    Fate.NEVER: frozenset({Diagnosis.NOT_FOUND, Diagnosis.NOT_UPLOADED}),
    Fate.FAILED: frozenset({Diagnosis.UPLOAD_FAILED}),
    Fate.DIFFERS: frozenset({Diagnosis.DATA_MISMATCH}),
    Fate.CHANGED: frozenset({Diagnosis.DATA_MISMATCH}),
}
_TOLD_BY_PROOF = _TOLD_BY_CHANNEL | dict.fromkeys(
    (Fate.STUCK, Fate.NEVER, Fate.FAILED), frozenset({Diagnosis.NOT_FOUND, Diagnosis.NOT_UPLOADED})
)
_TOLD_BY_PROOF[Fate.FAILED] |= {Diagnosis.UPLOAD_FAILED}  # some say so where nobody can count on it
"""A proof alone sees that an invoice is not there, never why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the service says of one invoice in the end. `told`: destination and instant of each message that arrived,
    the first one first.
    """

    state: State
    diagnosis: Diagnosis | None
    synced_at: datetime | None
    overdue_at: datetime
    escalate_at: datetime
    told: tuple[tuple[str, datetime], ...] = ()

    def of(self, number: str) -> str:
        """`number` with what the service says of it: 2026-05232388 (escalated, credentials)."""
        return f"{number} ({', '.join(filter(None, (self.state, self.diagnosis)))})"


@dataclass(frozen=True, slots=True)
class Outage:
    """An incident of an account that could not be asked. `told`: the destination of each message that arrived."""

    opened_at: datetime
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Since when the tax system has an invoice: to its issuing channel, and to a proof; None: never."""

    uploaded_at: datetime | None = None
    visible_at: datetime | None = None


NOT_THERE = Shown()
SETTLED_WITHIN = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Noted:
    """Something hidden, and what came of it. `after`: from the issue (or the beginning) until somebody was told, the
    median; `told`: how many messages reached each destination; `missed`: what nobody was shown rightly, with what
    the service says of it.
    """

    what: str
    count: int
    noticed: int
    after: timedelta | None
    longest: timedelta | None
    told: Mapping[str, int]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`false`: synced without the tax system having it so; `stuck`: neither confirmed nor shown to anybody after its
    time; `unsettled`: nothing is wrong with it, the tax system shows it for long, and it is not confirmed; `lost`:
    issued and unknown to the service; `overdrawn`: checks of one invoice on one day beyond five.
    """

    invoices: int
    synced: int
    noted: tuple[Noted, ...]
    false: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    most_checks_a_day: int = 0
    limit: int = 5
    states: Mapping[str, int] = field(default_factory=dict)

    @property
    def overdrawn(self) -> bool:
        return self.most_checks_a_day > self.limit

    @property
    def well(self) -> bool:
        missed = any(noted.missed for noted in self.noted)
        return not (missed or self.false or self.stuck or self.unsettled or self.lost or self.overdrawn)


def judge(
    played: Played,
    seen: Mapping[str, Seen],
    visible: Mapping[str, Shown],
    outages: Mapping[str, Sequence[Outage]],
    most_checks_a_day: int,
) -> Verdict:
    """`seen` and `visible` by identity (code and number): what the service says, and since when the tax system
    shows it. `outages`: the incidents of each account that could not be asked.
    """
    known = [one for one in played.issued if identity(one) in seen]
    return Verdict(
        invoices=len(played.issued),
        synced=sum(seen[identity(one)].state is State.SYNCED for one in known),
        noted=(
            *_fates(known, seen),
            *(_outage(each, outages.get(each.account, ()), played) for each in played.troubles),
        ),
        false=tuple(_named(one, seen) for one in known if _is_false(one, seen[identity(one)], visible, played)),
        stuck=tuple(_named(one, seen) for one in known if _is_stuck(seen[identity(one)], played.ended)),
        unsettled=tuple(_named(one, seen) for one in known if _is_unsettled(one, seen[identity(one)], visible, played)),
        lost=tuple(one.number for one in played.issued if identity(one) not in seen),
        most_checks_a_day=most_checks_a_day,
        states=dict(Counter(each.state.value for each in seen.values())),
    )


def identity(one: Issued) -> str:
    return f"{one.code}/{one.number}"


def _named(one: Issued, seen: Mapping[str, Seen]) -> str:
    return seen[identity(one)].of(one.number)


def _is_false(one: Issued, seen: Seen, visible: Mapping[str, Shown], played: Played) -> bool:
    """Confirmed although the tax system never showed it, or shows something else."""
    if seen.synced_at is None:
        return seen.state is State.SYNCED
    shown_at = _shown_at(one, visible)
    return one.fate is Fate.DIFFERS or shown_at is None or seen.synced_at + played.slack < shown_at


def _shown_at(one: Issued, visible: Mapping[str, Shown]) -> datetime | None:
    shown = visible.get(identity(one), NOT_THERE)
    return shown.visible_at if one.proven else shown.uploaded_at


def _is_unsettled(one: Issued, seen: Seen, visible: Mapping[str, Shown], played: Played) -> bool:
    """A false alarm, or a deadline that never comes: time enough to confirm it, and nobody kept the service from it."""
    shown_at = _shown_at(one, visible)
    free_since = max((trouble.end for trouble in played.troubles), default=played.began)
    if one.fate is not Fate.PLAIN or shown_at is None or seen.state is State.SYNCED:
        return False
    return played.ended > max(shown_at, free_since) + SETTLED_WITHIN


def _is_stuck(seen: Seen, now: datetime) -> bool:
    """Its time is over, and its state does not say so."""
    late = {State.PENDING: seen.overdue_at, State.OVERDUE: seen.escalate_at}.get(seen.state)
    return late is not None and now > late + timedelta(hours=6)


def _fates(issued: Sequence[Issued], seen: Mapping[str, Seen]) -> Iterable[Noted]:
    for fate in Fate:
        members = [one for one in issued if one.fate is fate]
        if members and fate is not Fate.PLAIN:
            yield _of_fate(fate, members, seen)


def _of_fate(fate: Fate, members: Sequence[Issued], seen: Mapping[str, Seen]) -> Noted:
    noticed = [(one, seen[identity(one)]) for one in members if _is_noticed(one, seen[identity(one)])]
    messages = {identity(one): [entry for entry in each.told if entry[1] >= one.since] for one, each in noticed}
    delays = [messages[identity(one)][0][1] - one.since for one, _ in noticed if messages[identity(one)]]
    told = Counter(destination for each in messages.values() for destination, _ in each)
    missed = [one for one in members if not messages.get(identity(one))]
    return Noted(
        what=fate.value,
        count=len(members),
        noticed=len(noticed),
        after=sorted(delays)[len(delays) // 2] if delays else None,
        longest=max(delays, default=None),
        told=dict(told),
        missed=tuple(_named(one, seen) for one in missed),
    )


def _is_noticed(one: Issued, seen: Seen) -> bool:
    expected = (_TOLD_BY_CHANNEL if one.channel else _TOLD_BY_PROOF)[one.fate]
    if not one.compared:
        expected = expected | {Diagnosis.NOT_FOUND}
    return seen.state is State.ESCALATED and seen.diagnosis in expected


def _outage(trouble: Trouble, outages: Sequence[Outage], played: Played) -> Noted:
    """The first incident that was opened within the trouble: what is noticed after it is missed."""
    noticed = min(
        (each for each in outages if trouble.begin <= each.opened_at <= trouble.end + played.slack),
        key=lambda each: each.opened_at,
        default=None,
    )
    after = noticed.opened_at - trouble.begin if noticed else None
    return Noted(
        what=f"outage of {trouble.account}",
        count=1,
        noticed=1 if noticed else 0,
        after=after,
        longest=after,
        told=dict(Counter(noticed.told)) if noticed else {},
        missed=() if noticed else (trouble.account,),
    )
