"""A payload as a chat message: what, how late, how much; then the facts; then what to do.

Its one rule: line 1 says all that the lock screen of a telephone can show, and never by colour alone.
Sums are never taken over currencies. The buyer is shown by the first character only.

Beside invoices it can tell `incident.*` (`data.incident`: id, account, invoices (a count), opened_at),
`webhook.disabled` (`data.webhook`: id, name) and `test.ping`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal

from app.domain.phrases import CASES, FOUND, LABELS, NEWS, ODD, PHRASES, Case, beijing, money, span
from app.domain.story import Payload, Story, read

Language = Literal["zh", "en", "both"]

TOP = 5
_GRAVITY = {case: rank for rank, case in enumerate(CASES)}
_SHORTENED_FROM = 12


Tone = Literal["trouble", "warning", "good", "news"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do about it. `name`: open, acknowledge, silence, check or runbook."""

    name: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A message before a channel dresses it. `urgent`: a person must act, so people may be mentioned.

    `tone` chooses a colour where a tool has them; the words say it, too. `incident`: the id of the one it is about.
    """

    headline: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    urgent: bool
    tone: Tone = "trouble"
    actions: Sequence[Action] = ()
    footer: str = ""
    incident: str = ""


def compose(payloads: Sequence[Payload], language: Language, now: datetime) -> Alert:
    """One message out of one or many payloads; of several about one invoice only the newest is told."""
    told = _newest(map(read, payloads))
    urgent = any(story.urgent for story in told)
    if len(told) == 1:
        story = told[0]
        return Alert(_headline(story, language, now), _facts(story, language, now), _advice(story, language), urgent)
    first, *rest = _digest(told, language, now)
    return Alert(first, (), rest, urgent)


def headline(payload: Payload, language: Language, now: datetime) -> str:
    """Line 1: `🔴 发票逾期 | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥1,060.00`."""
    return _headline(read(payload), language, now)


def facts(payload: Payload, language: Language, now: datetime) -> list[tuple[str, str]]:
    """At most six pairs of label and value; what is not known is left out."""
    return _facts(read(payload), language, now)


def digest(payloads: Sequence[Payload], language: Language, now: datetime) -> str:
    """Many in one: count, sum per currency and the oldest; a line a case; the gravest five; how many more."""
    return "\n".join(_digest(_newest(map(read, payloads)), language, now))


def _newest(stories: Iterable[Story]) -> list[Story]:
    """The last word on each subject, gravest first, the largest amounts first among equals."""
    ordered = sorted(stories, key=lambda story: story.sequence)
    return sorted({story.subject: story for story in ordered}.values(), key=_gravity)


def _gravity(story: Story) -> tuple[int, Decimal]:
    return _GRAVITY.get(story.case, len(_GRAVITY)), -abs(story.total or Decimal(0))


def _headline(story: Story, language: Language, now: datetime) -> str:
    case, spoken = CASES.get(story.case, NEWS), _spoken(language)
    sentence = case.sentence[spoken].format_map(_words(story, spoken, now))
    subject = f"{_short(story.number)} {sentence}".strip()
    return " | ".join(filter(None, (_title(case, language), subject, _total(story))))


def _facts(story: Story, language: Language, now: datetime) -> list[tuple[str, str]]:
    spoken = _spoken(language)
    values = {
        "number": _number(story, spoken),
        "parties": " → ".join(filter(None, (story.seller, _masked(story.buyer)))),
        "amount": _taxed(story, spoken),
        "issued": _moment(story.issued_at),
        "opened": _moment(story.opened_at),
        "limit": _limit(story, spoken, now),
        "account": story.account,
    }
    return [(LABELS[name][spoken], value) for name, value in values.items() if value]


def _advice(story: Story, language: Language) -> list[str]:
    """Why it is not there and what to do, a line each; empty when there is nothing to explain."""
    spoken = _spoken(language)
    said = {"reason": story.diagnosis.get(spoken), "next": story.next_step.get(spoken)}
    return [PHRASES[name][spoken].format(words=" ".join(words.split())) for name, words in said.items() if words]


def _digest(told: Sequence[Story], language: Language, now: datetime) -> list[str]:
    spoken = _spoken(language)
    lines = [_summary(told, language), *_subtotals(told, spoken)]
    lines += [_headline(story, spoken, now) for story in told[:TOP]]
    if rest := told[TOP:]:
        lines.append(PHRASES["rest"][spoken].format(count=len(rest)))
    return lines


def _summary(told: Sequence[Story], language: Language) -> str:
    spoken, worst = _spoken(language), CASES.get(told[0].case, NEWS)
    mixed = len({story.case for story in told}) > 1
    title = _title(Case(worst.mark, PHRASES["mixed"], {}) if mixed else worst, language)
    issued = [story.issued_at for story in told if story.issued_at]
    oldest = PHRASES["oldest"][spoken].format(at=beijing(min(issued))) if issued else ""
    return " | ".join(filter(None, (_count(title, told, spoken), _sums(told, spoken), oldest)))


def _subtotals(told: Sequence[Story], spoken: Language) -> list[str]:
    """A line a case, where there is more than one; `told` is sorted by case."""
    groups = [(CASES.get(case, NEWS), list(same)) for case, same in groupby(told, lambda story: story.case)]
    if len(groups) == 1:
        return []
    counts = [(_count(_title(case, spoken), same, spoken), _sums(same, spoken)) for case, same in groups]
    return [" | ".join(filter(None, parts)) for parts in counts]


def _count(title: str, told: Sequence[Story], spoken: str) -> str:
    return PHRASES["count"][spoken].format(title=title, count=len(told))


def _sums(told: Sequence[Story], spoken: str) -> str:
    sums: dict[str, Decimal] = {}
    for story in told:
        if story.total is not None:
            sums[story.currency] = sums.get(story.currency, Decimal(0)) + story.total
    amounts = " + ".join(money(total, currency) for currency, total in sums.items())
    return PHRASES["sum"][spoken].format(sums=amounts) if amounts else ""


def _title(case: Case, language: Language) -> str:
    said = (case.title["zh"], case.title["en"]) if language == "both" else (case.title[language],)
    return f"{case.mark} {' · '.join(said)}"


def _words(story: Story, spoken: str, now: datetime) -> dict[str, str]:
    return {
        "late": _late(story, spoken, now),
        "took": span((story.synced_at or now) - story.issued_at, spoken) if story.issued_at else "?",
        "found": FOUND.get(story.outcome, ODD)[spoken],
        "actor": story.actor,
        "account": story.account,
        "count": str(story.members),
        "name": story.webhook,
        "type": story.type,
    }


def _late(story: Story, spoken: str, now: datetime) -> str:
    if story.overdue_at is None or now - story.overdue_at < timedelta(minutes=1):
        return PHRASES["just_late"][spoken]
    return PHRASES["late"][spoken].format(span=span(now - story.overdue_at, spoken))


def _limit(story: Story, spoken: str, now: datetime) -> str:
    """The deadline, and how far away it is or by how much it was missed."""
    if story.overdue_at is None or story.voided:
        return ""
    late = (story.synced_at or now) - story.overdue_at
    past, ahead = ("missed", "kept") if story.synced_at else ("by", "left")
    phrase = PHRASES[past if late > timedelta(0) else ahead][spoken]
    return phrase.format(at=beijing(story.overdue_at), span=span(abs(late), spoken))


def _short(number: str) -> str:
    return f"{number[:4]}…{number[-4:]}" if len(number) >= _SHORTENED_FROM else number


def _number(story: Story, spoken: str) -> str:
    if not (story.number and story.code):
        return story.number
    return PHRASES["code"][spoken].format(number=story.number, code=story.code)


def _masked(name: str) -> str:
    return f"{name[0]}××" if name else ""


def _total(story: Story) -> str:
    return "" if story.total is None else money(story.total, story.currency)


def _taxed(story: Story, spoken: str) -> str:
    if story.total is None or story.tax is None:
        return _total(story)
    return PHRASES["taxed"][spoken].format(total=_total(story), tax=money(story.tax, story.currency))


def _moment(instant: datetime | None) -> str:
    return beijing(instant) if instant else ""


def _spoken(language: Language) -> Literal["zh", "en"]:
    """The language of all but the title."""
    return "en" if language == "en" else "zh"
