"""What is told about an incident, and when: opening, levels, growth, reminders, recovery. Pure and total.

One rule: `look` says one thing at a time, and `wake_at` when to look again; a notice that is not due costs nothing.
Nobody hears of the end who did not hear of the trouble, and nobody hears of a trouble that ended before it was told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.alerting_policy import AlertPolicy, Level
from app.domain.incident import Incident, IncidentState, Notice, Reason, Trouble

ENDPOINT_WARNINGS = (timedelta(days=1), timedelta(days=3))
"""A webhook that fails is told of after an hour, then at these ages; after five days it is switched off."""

_MOST_PATIENT = 24  # times `update_every`: four hours between two notes that a group has grown, by default
_TENFOLD = 10
_WITHOUT_MEMBERS = frozenset({Trouble.OUTAGE, Trouble.ENDPOINT})  # which begin and end whatever their invoices do


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the incident. `told`: destinations that heard of it; `in_vain`: those that it could not be
    delivered to; `deaf`: those that by their own filters do not want it, or are switched off; `chats`: all that could;
    `amount`: of the remaining, in the incident's main currency; `muted_until`: silenced or under maintenance; `over`:
    of an outage, whether the tax system has answered steadily (None: it is neither down nor steady yet).
    """

    told: frozenset[str] = frozenset()
    in_vain: frozenset[str] = frozenset()
    deaf: frozenset[str] = frozenset()
    chats: tuple[str, ...] = ()
    amount: Decimal = Decimal(0)
    muted_until: datetime | None = None
    over: bool | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The incident after the look, what is to be told now (None: nothing), when to look again (None: not by itself).

    `leftover`: an outage that is over leaves invoices behind, which have to go on as an incident of their own first.
    """

    incident: Incident
    notice: Notice | None = None
    wake_at: datetime | None = None
    leftover: bool = False


@dataclass(frozen=True, slots=True)
class NextLevel:
    level: int
    at: datetime
    destinations: tuple[str, ...]


def look(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Look:
    """What is to be done about `incident` now."""
    if incident.state is IncidentState.RESOLVED:
        return Look(incident)
    if _is_back(incident, around):
        incident = _reopened(incident)
    elif ended := _end(incident, policy, around, now):
        return ended
    if around.muted_until and now < around.muted_until:
        return Look(incident, wake_at=around.muted_until)
    if incident.state is IncidentState.DRAINING:  # nobody is reminded of what is over
        return Look(incident, wake_at=_drained_at(incident, policy))
    if incident.acknowledged_until:
        return _acknowledged(incident, policy, around, now)
    return _speak(incident, policy, around, now)


def next_level(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> NextLevel | None:
    """Who hears of it next if nobody acts."""
    coming = [
        NextLevel(number, _due_at(level, incident, policy), tuple(sorted(_listeners(level, around))))
        for number, level in enumerate(policy.levels, 1)
        if number > incident.level
    ]
    return next((level for level in coming if level.at > now), None)


def _end(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Look | None:
    """What the end of the trouble does to the incident."""
    outage, draining = incident.scope.cause is Trouble.OUTAGE, incident.state is IncidentState.DRAINING
    over = bool(around.over) if incident.scope.cause in _WITHOUT_MEMBERS else not incident.remaining
    if not draining and over:
        return _drain(incident, policy, around, now)
    if draining and now >= _drained_at(incident, policy):
        if outage and incident.remaining:
            return Look(incident, wake_at=now, leftover=True)
        resolved = replace(incident, state=IncidentState.RESOLVED, resolved_at=now)
        listeners = () if outage else tuple(sorted(around.told))
        notice = Notice(Reason.RESOLVED, incident.level, listeners) if incident.notices else None
        return Look(_told(resolved, notice, now), notice)
    return None


def _is_back(incident: Incident, around: Around) -> bool:
    """Whether the trouble has come back before its end was final."""
    alone = incident.scope.cause in _WITHOUT_MEMBERS
    return incident.state is IncidentState.DRAINING and (around.over is False if alone else bool(incident.remaining))


def _drain(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Look:
    """One that came back and was told to nobody since ends without a second recovery."""
    drained = replace(incident, state=IncidentState.DRAINING, draining_at=now)
    notice = None
    if incident.scope.cause is Trouble.OUTAGE and incident.notices:
        listeners = tuple(sorted(around.told)) if incident.level else ()
        notice = Notice(Reason.RECOVERED, incident.level, listeners)
    return Look(_told(drained, notice, now), notice, _drained_at(drained, policy))


def _reopened(incident: Incident) -> Incident:
    """An outage that comes back is told like a new one: its end was told, too, and nobody has this one in hand."""
    incident = replace(incident, state=IncidentState.OPEN, draining_at=None)
    outage = incident.scope.cause is Trouble.OUTAGE
    return replace(_unacknowledged(incident), level=0, told_members=0) if outage else incident


def _unacknowledged(incident: Incident) -> Incident:
    return replace(
        incident, acknowledged_by=None, acknowledged_at=None, acknowledged_until=None, acknowledged_text=None
    )


def _drained_at(incident: Incident, policy: AlertPolicy) -> datetime:
    since = incident.draining_at or incident.opened_at
    if incident.scope.cause is Trouble.OUTAGE:
        return since + policy.outage.drain
    # What was told ends no more often than it grows, or invoices that trickle through would be two notices each.
    return since + (max(policy.gather, policy.update_every) if incident.notices else policy.gather)


def _acknowledged(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Look:
    until = incident.acknowledged_until
    assert until is not None
    if now < until:
        return Look(incident, wake_at=until)
    lapsed = _unacknowledged(incident)
    due = _due(lapsed, policy, around, now)
    if not due and (opening := policy.hours.next_opening(now)) > now:
        return Look(incident, wake_at=opening)  # a word at night to nobody would be the only one
    notice = _notice(Reason.LAPSED, due, around, mention=any(level.mention for _, level in due))
    return _say(lapsed, notice, policy, around, now)


def _speak(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Look:
    """The first thing worth saying."""
    for notice in _worth_saying(incident, policy, around, now):
        return _say(incident, notice, policy, around, now)
    return Look(incident, wake_at=_wake_at(incident, policy, around, now))


def _worth_saying(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> Iterator[Notice]:
    if now < _first_at(incident, policy):
        return
    due = _due(incident, policy, around, now)
    fresh = [(number, level) for number, level in due if number > incident.level or _unheard(level, around)]
    mention = any(level.mention for number, level in fresh if number > incident.level)
    if not incident.notices or not incident.level:
        first = Reason.STILL_LATE if incident.follows else Reason.OPENED
        if not incident.notices or due:
            yield _notice(first, due, around, mention=mention)
    elif fresh:
        yield _notice(Reason.LEVEL, fresh, around, mention=mention)
    if not due:
        return
    if _has_grown(incident, policy, now):
        yield _notice(Reason.GREW, due, around)
    reminder = _reminder_at(incident, policy)
    if reminder and now >= reminder:
        yield _notice(Reason.REMINDER, due, around)


def _say(incident: Incident, notice: Notice, policy: AlertPolicy, around: Around, now: datetime) -> Look:
    told = _told(incident, notice, now)
    heard = replace(around, told=around.told | frozenset(notice.destinations))
    return Look(told, notice, _wake_at(told, policy, heard, now))


def _told(incident: Incident, notice: Notice | None, now: datetime) -> Incident:
    """The incident after `notice`."""
    if notice is None:
        return incident
    again = notice.reason is Reason.REMINDER
    reminders = incident.reminders + again if again or incident.scope.cause is Trouble.ENDPOINT else 0
    level = max(incident.level, notice.level)
    return replace(
        incident,
        notices=incident.notices + 1,
        told_at=now,
        told_members=incident.members,
        reminders=reminders,
        level=level,
        level_at=now if level > incident.level else incident.level_at,
    )


def _notice(reason: Reason, due: Sequence[tuple[int, Level]], around: Around, *, mention: bool = False) -> Notice:
    listeners = {name for _, level in due for name in _listeners(level, around)}
    return Notice(reason, max((number for number, _ in due), default=0), tuple(sorted(listeners)), mention)


def _unheard(level: Level, around: Around) -> bool:
    """Somebody of the level has not heard yet: it was night, or the sum too small. Whom nothing reaches does not count:
    for their sake the others would be told with every look.
    """
    return not _listeners(level, around) <= around.told | around.in_vain


def _listeners(level: Level, around: Around) -> frozenset[str]:
    """Who hears of what is told to `level`."""
    return frozenset(level.to or around.chats) - around.deaf


def _due(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> list[tuple[int, Level]]:
    """The levels, counted from 1, that may hear of it at this moment."""
    return [
        (number, level)
        for number, level in enumerate(policy.levels, 1)
        if now >= _due_at(level, incident, policy)
        and _grave_enough(level, incident, around)
        and (level.when == "always" or policy.hours.working(now))
    ]


def _due_at(level: Level, incident: Incident, policy: AlertPolicy) -> datetime:
    at = incident.opened_at + level.after
    return at if level.when == "always" else policy.hours.next_opening(at)


def _grave_enough(level: Level, incident: Incident, around: Around) -> bool:
    if incident.scope.cause in _WITHOUT_MEMBERS:
        return True  # grave by itself, whatever waits behind it
    dear = level.minimum_amount is None or around.amount >= level.minimum_amount
    return dear and incident.remaining >= level.at_least


def _first_at(incident: Incident, policy: AlertPolicy) -> datetime:
    """When it may be told first: invoices wait a moment for others of their kind."""
    alone = incident.scope.cause in _WITHOUT_MEMBERS
    return incident.opened_at + (timedelta(0) if alone else policy.gather)


def _has_grown(incident: Incident, policy: AlertPolicy, now: datetime) -> bool:
    if incident.members <= incident.told_members:
        return False
    if incident.scope.cause is Trouble.OUTAGE:
        return incident.members >= _next_step(incident.told_members)
    return now >= _growth_at(incident, policy)


def _next_step(members: int) -> int:
    """Of an outage only its magnitude is news: ten, a hundred, a thousand."""
    step = _TENFOLD
    while step <= members:
        step *= _TENFOLD
    return step


def _growth_at(incident: Incident, policy: AlertPolicy) -> datetime:
    """Each note that a group has grown makes the next one wait twice as long."""
    patience = min(1 << min(max(incident.notices - 1, 0), 10), _MOST_PATIENT)
    return (incident.told_at or incident.opened_at) + policy.update_every * patience


def _reminder_at(incident: Incident, policy: AlertPolicy) -> datetime | None:
    if incident.scope.cause is Trouble.ENDPOINT:
        left = ENDPOINT_WARNINGS[incident.reminders :]
        return incident.since + left[0] if left else None
    if not policy.remind_after:
        return None
    wait = policy.remind_after[min(incident.reminders, len(policy.remind_after) - 1)]
    return (incident.told_at or incident.opened_at) + wait


def _wake_at(incident: Incident, policy: AlertPolicy, around: Around, now: datetime) -> datetime | None:
    """The next moment at which there may be something to say though nothing happens."""
    if incident.acknowledged_until:
        return incident.acknowledged_until
    moments = [_first_at(incident, policy)]
    moments += [_due_at(level, incident, policy) for level in policy.levels]
    if any(level.when == "working_hours" and _unheard(level, around) for level in policy.levels):
        moments.append(policy.hours.next_opening(now))
    if incident.notices:
        if reminder := _reminder_at(incident, policy):
            moments.append(reminder if _always_heard(policy) else policy.hours.next_opening(max(reminder, now)))
        if incident.members > incident.told_members and incident.scope.cause is not Trouble.OUTAGE:
            moments.append(_growth_at(incident, policy))
    return min((moment for moment in moments if moment > now), default=None)


def _always_heard(policy: AlertPolicy) -> bool:
    return any(level.when == "always" for level in policy.levels)
