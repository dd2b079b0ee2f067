"""Many alerts in one message: how many, how much, the gravest five, how many more.

Its one rule: of several payloads about one subject only the newest is told. Sums are never taken over currencies, and
not at all where incidents and single invoices could count an invoice twice.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from app.domain.headline import Language, Story, case_of, headline, spoken_of, title
from app.domain.incident_story import IncidentStory
from app.domain.phrases import CASES, MARKS, PHRASES, Case, beijing, money
from app.domain.story import EventStory

TOP = 5
_GRAVITY = {case: rank for rank, case in enumerate(CASES)}


def newest(stories: Iterable[Story]) -> list[Story]:
    """The last word on each subject, gravest first, the largest among equals."""
    ordered = sorted(stories, key=lambda story: story.sequence)
    return sorted({story.subject: story for story in ordered}.values(), key=_gravity)


def digest(told: Sequence[Story], language: Language, now: datetime) -> list[str]:
    """The lines of a message about all of `told`, which `newest` has put in order."""
    events = [story for story in told if isinstance(story, EventStory)]
    if len(events) == len(told):
        return _of_events(events, language, now)
    return _of_incidents(told, language, now)


def _gravity(story: Story) -> tuple[int, int, Decimal]:
    mark = MARKS.index(case_of(story).mark)
    if isinstance(story, IncidentStory):
        return mark, 0, Decimal(-story.remaining)
    return mark, _GRAVITY.get(story.case, len(_GRAVITY)), -abs(story.invoice.total or Decimal(0))


def _of_incidents(told: Sequence[Story], language: Language, now: datetime) -> list[str]:
    spoken = spoken_of(language)
    alerts = {name: words.format(count=len(told)) for name, words in PHRASES["alerts"].items()}
    lines = [title(Case(case_of(told[0]).mark, alerts, {}), language)]
    lines += [f"{place}. {headline(story, spoken, now)}" for place, story in enumerate(told[:TOP], 1)]
    if rest := told[TOP:]:
        lines.append(PHRASES["other_alerts"][spoken].format(count=len(rest)))
    return lines


def _of_events(told: Sequence[EventStory], language: Language, now: datetime) -> list[str]:
    spoken = spoken_of(language)
    lines = [_summary(told, language), *_subtotals(told, spoken)]
    lines += [headline(story, spoken, now) for story in told[:TOP]]
    if rest := told[TOP:]:
        lines.append(PHRASES["rest"][spoken].format(count=len(rest)))
    return lines


def _summary(told: Sequence[EventStory], language: Language) -> str:
    spoken, worst = spoken_of(language), case_of(told[0])
    mixed = len({story.case for story in told}) > 1
    named = title(Case(worst.mark, PHRASES["mixed"], {}) if mixed else worst, language)
    issued = [story.invoice.issued_at for story in told if story.invoice.issued_at]
    oldest = PHRASES["oldest"][spoken].format(at=beijing(min(issued))) if issued else ""
    return " | ".join(filter(None, (_count(named, told, spoken), _sums(told, spoken), oldest)))


def _subtotals(told: Sequence[EventStory], spoken: Language) -> list[str]:
    """A line a case, where there is more than one; `told` is sorted by case."""
    groups = [(case_of(first), [first, *rest]) for _, (first, *rest) in groupby(told, lambda story: story.case)]
    if len(groups) == 1:
        return []
    counts = [(_count(title(case, spoken), same, spoken), _sums(same, spoken)) for case, same in groups]
    return [" | ".join(filter(None, parts)) for parts in counts]


def _count(named: str, told: Sequence[EventStory], spoken: str) -> str:
    return PHRASES["count"][spoken].format(title=named, count=len(told))


def _sums(told: Sequence[EventStory], spoken: str) -> str:
    sums: dict[str, Decimal] = {}
    for story in told:
        if story.invoice.total is not None:
            sums[story.invoice.currency] = sums.get(story.invoice.currency, Decimal(0)) + story.invoice.total
    amounts = " + ".join(money(total, currency) for currency, total in sums.items())
    return PHRASES["sum"][spoken].format(sums=amounts) if amounts else ""
