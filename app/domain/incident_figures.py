"""The where, how many, how much and since when of an incident, each as a person reads it.

Its one rule: what was not told is empty, never nought. Moments are Beijing's; in full they carry their offset.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.incident import Reason, Trouble
from app.domain.incident_phrases import ADDED, LINES, PLACES, VALUES
from app.domain.incident_story import IncidentStory
from app.domain.phrases import BEIJING, beijing, money, span
from app.domain.words import KINDS, Words

_LATE = (Trouble.DEADLINE, Trouble.OUTAGE)
"""In these an invoice is late; in all others its deadline is beside the point."""

_KINDS: Mapping[str, Words] = {kind.value: said for kind, said in KINDS.items()}


def where(story: IncidentStory, spoken: str) -> str:
    """`账户 baidu-main，销方 甲公司`."""
    place = story.place
    alone = len(place.accounts) == 1
    named = {
        "account" if alone else "accounts": place.accounts[0] if alone else len(place.accounts) or "",
        "seller": place.seller,
        "region": place.region,
    }
    parts = [PLACES[name][spoken].format(name=value) for name, value in named.items() if value]
    return ("，" if spoken == "zh" else ", ").join(parts)


def extent(story: IncidentStory, spoken: str) -> str:
    """How much of that place is hit: all of it, or some."""
    place, part = where(story, spoken), "whole" if story.place.whole else "part"
    return PLACES[part if place else f"{part}_unnamed"][spoken].format(where=place)


def details(story: IncidentStory, spoken: str) -> list[str]:
    """Sellers, kinds and regions, a line each."""
    place = story.place
    sellers = [LINES["seller"][spoken].format(name=name, count=f"{count:,}") for name, count in place.sellers]
    named = listed(sellers, spoken)
    if place.sellers_total > len(sellers):
        named = LINES["sellers_more"][spoken].format(names=named, count=f"{place.sellers_total:,}")
    kinds = listed([_KINDS[kind][spoken] if kind in _KINDS else kind for kind in place.kinds], spoken)
    said = {"sellers": named if sellers else "", "kinds": kinds, "regions": listed(place.regions, spoken)}
    return [LINES[name][spoken].format(names=names) for name, names in said.items() if names]


def listed(names: Sequence[str], spoken: str) -> str:
    return ("、" if spoken == "zh" else ", ").join(names)


def count(story: IncidentStory, spoken: str) -> str:
    """`10,000 张`, or `120 张未解决，累计 10,000 张`."""
    if not story.members:
        return ""
    form = VALUES["of" if 0 < story.remaining < story.members else "count"][spoken]
    return form.format(count=f"{story.remaining:,}", members=f"{story.members:,}")


def invoices(number: int) -> str:
    """For English; Chinese has no plural, and its templates do not ask."""
    return f"{number:,} {'invoice' if number == 1 else 'invoices'}"


def sums(story: IncidentStory) -> str:
    """`¥1,060.00 + USD 20.00`: never one sum over currencies."""
    return " + ".join(money(total, currency) for currency, total in story.amounts.items())


def partial(story: IncidentStory) -> bool:
    """Whether the amounts are those of the invoices that are left, rather than of all."""
    return story.remaining < story.members and story.occasion.reason != Reason.RESOLVED


def since(story: IncidentStory, spoken: str, now: datetime) -> str:
    if story.since is None:
        return ""
    form = VALUES["lasted" if story.over else "lasting"][spoken]
    return form.format(at=beijing(story.since), lasted=lasted(story, spoken, now))


def lasted(story: IncidentStory, spoken: str, now: datetime) -> str:
    """From its beginning until it was over, or until now."""
    until = story.recovered_at if story.over and story.recovered_at else now
    return span(until - story.since, spoken) if story.since else "?"


def late(story: IncidentStory, spoken: str, now: datetime) -> str:
    """How far past its deadline the oldest one is."""
    if story.oldest_overdue_at is None or now - story.oldest_overdue_at < timedelta(minutes=1):
        return ADDED["late"][spoken]
    return ADDED["oldest_late"][spoken].format(span=span(now - story.oldest_overdue_at, spoken))


def oldest(story: IncidentStory, spoken: str, now: datetime) -> str:
    if story.oldest_issued_at is None:
        return ""
    late = story.oldest_overdue_at if story.cause in _LATE else None
    behind = now - late if late else timedelta(0)
    form = VALUES["issued_late" if behind > timedelta(0) else "issued"][spoken]
    return form.format(at=beijing(story.oldest_issued_at), span=span(behind, spoken))


def clock(instant: datetime, now: datetime) -> str:
    """The time of day in Beijing, with the day where that is not today."""
    told, today = instant.astimezone(BEIJING), now.astimezone(BEIJING)
    return told.strftime("%H:%M" if told.date() == today.date() else "%m-%d %H:%M")


def acknowledged(story: IncidentStory, spoken: str) -> str:
    if not (story.acknowledged_by and story.acknowledged_at):
        return story.acknowledged_by
    return VALUES["acknowledged"][spoken].format(by=story.acknowledged_by, at=beijing(story.acknowledged_at))
