"""An incident in the words of an alert: line 1, facts, what to do and who is next, the gravest invoices, the footer.

Its one rule: an incident of one invoice reads like that invoice's own alert, any other says how many, where and since
when. Sums are never taken over currencies.
"""

from datetime import datetime

from app.domain import incident_figures as figures
from app.domain.incident import Reason, Trouble
from app.domain.incident_phrases import (
    ADDED,
    AFTERWARDS,
    END,
    ENDS,
    LABELS,
    LEFT,
    LINES,
    MATTERS,
    MOVED_ON,
    PLACES,
    SPECIAL_TITLES,
    STILL_LATE,
    STRANGE,
    TITLES,
    VALUES,
)
from app.domain.incident_story import IncidentStory
from app.domain.invoice_lines import advice, invoice_facts, invoice_words, row, short, total
from app.domain.phrases import CASES, PHRASES, Case, beijing
from app.domain.story import InvoiceStory
from app.domain.words import Words

_GRAVE_LEVEL = 2
_SHORT_ID = 8
_SAY_HOW_LONG = (Trouble.DEADLINE, Trouble.ENDPOINT)
"""Their sentences do so anyway."""

_MOVED_ON = Case("⚪", MOVED_ON["title"], MOVED_ON["sentence"])

_CASE_OF_STATE = {"voided": "voided", "synced": "recovered"}


def case(story: IncidentStory) -> Case:
    """Mark, title and sentence of line 1, as `phrases.CASES` has them for single events."""
    reason, matter = story.occasion.reason, MATTERS.get(story.cause, STRANGE)
    if story.only and story.over:
        return _settled(story.only) or _MOVED_ON
    form = SPECIAL_TITLES.get((story.cause, reason)) or TITLES.get(reason)
    one = CASES.get(story.cause) if story.only else None
    title = _titled(form, (one or matter).title, story.occasion.level)
    return Case(_mark(story), title, one.sentence if one else _sentence(story))


def sentence(story: IncidentStory, said: Words, spoken: str, now: datetime) -> str:
    """The middle of line 1: what happened, to how many, how late."""
    told = said[spoken].format_map(_words(story, spoken, now))
    if story.only:
        subject = PHRASES["invoice"][spoken].format(number=short(story.only.number)) if story.only.number else ""
        told = f"{subject} {told}"
    return " ".join(f"{told}{'' if story.over else _added(story, spoken, now)}".split())


def amount(story: IncidentStory, spoken: str) -> str:
    """The end of line 1; empty where no amount was told."""
    if story.only:
        return total(story.only)
    sums = figures.sums(story)
    return VALUES["open_total" if figures.partial(story) else "total"][spoken].format(sums=sums) if sums else ""


def facts(story: IncidentStory, spoken: str, now: datetime) -> list[tuple[str, str]]:
    """At most six pairs of label and value; what is not known is left out."""
    if story.only:
        return invoice_facts(story.only, spoken, now)
    values = {
        "endpoint": story.place.endpoint,
        "scope": "" if story.place.endpoint else figures.extent(story, spoken),
        "since": figures.since(story, spoken, now),
        "invoices": figures.count(story, spoken),
        "open_amount" if figures.partial(story) else "amount": figures.sums(story),
        "oldest": "" if story.over else figures.oldest(story, spoken, now),
        "acknowledged": "" if story.over else figures.acknowledged(story, spoken),
    }
    return [(LABELS[name][spoken], value) for name, value in values.items() if value]


def lines(story: IncidentStory, spoken: str) -> list[str]:
    """Why, what to do, who is next, where exactly, and the gravest invoices: what may be cut stands last."""
    reason = story.occasion.reason
    if reason == Reason.RESOLVED:
        return []
    told = advice({}, AFTERWARDS[reason], spoken) if reason in AFTERWARDS and not story.only else _advice(story, spoken)
    if not story.over:
        told += _next(story, spoken)
    return told if story.only else [*told, *figures.details(story, spoken), *_rows(story, spoken)]


def footer(story: IncidentStory, spoken: str) -> str:
    """`编号 7f3a90c1 · 首次发现 2026-11-22 14:05 +08:00 · 第 3 次通知`. The end of an id differs most."""
    said = {
        "incident": {"id": story.id[-_SHORT_ID:]} if story.id else None,
        "first_seen": {"at": beijing(story.since)} if story.since else None,
        "sequence": {"count": story.sequence} if story.sequence else None,
    }
    return " · ".join(LINES[name][spoken].format_map(words) for name, words in said.items() if words)


def _settled(invoice: InvoiceStory) -> Case | None:
    """How it ended for the invoice; None where that was not told."""
    return CASES.get("manual" if invoice.cause == "manual" else _CASE_OF_STATE.get(invoice.state, ""))


def _mark(story: IncidentStory) -> str:
    if story.over:
        return "✅"
    matter = MATTERS.get(story.cause, STRANGE)
    grave = story.occasion.level >= _GRAVE_LEVEL and matter.mark == "⚠️"
    return "🔴" if grave or story.occasion.reason == Reason.STILL_LATE else matter.mark


def _titled(form: Words | None, title: Words, level: int) -> Words:
    if form is None:
        return title
    return {language: said.format(title=title[language], level=level) for language, said in form.items()}


def _sentence(story: IncidentStory) -> Words:
    reason = story.occasion.reason
    if story.over:
        return ENDS.get((story.cause, reason), END)
    if reason == Reason.STILL_LATE:
        return STILL_LATE
    if story.cause == Trouble.OUTAGE and not story.remaining:
        return ADDED["none_late"]
    return MATTERS.get(story.cause, STRANGE).sentence


def _words(story: IncidentStory, spoken: str, now: datetime) -> dict[str, str]:
    where = figures.where(story, spoken)
    counts = {
        "count": f"{story.remaining:,}",
        "members": f"{story.members:,}",
        "settled": f"{story.members - story.remaining:,}",
        "invoices": figures.invoices(story.remaining),
        "invoices_ever": figures.invoices(story.members),
    }
    places = {
        "where": where,
        "of": PLACES["of"][spoken].format(where=where) if where else "",
        "there": where or PLACES["there"][spoken],
        "extent": figures.extent(story, spoken),
        "endpoint": story.place.endpoint,
    }
    times = {
        "late": figures.late(story, spoken, now),
        "lasted": figures.lasted(story, spoken, now),
    }
    words = {"actor": PHRASES["nobody"][spoken]} | counts | places | times
    words["left"] = LEFT[_left(story)][spoken].format_map(words)
    return words | invoice_words(story.only, spoken, now) if story.only else words


def _left(story: IncidentStory) -> str:
    if not story.members:
        return "none"
    if story.remaining:
        return "some"
    return "found" if story.cause == Trouble.OUTAGE else "settled"


def _added(story: IncidentStory, spoken: str, now: datetime) -> str:
    """What is new since the last notice."""
    occasion = story.occasion
    if occasion.reason == Reason.REMINDER and story.since and not story.only and story.cause not in _SAY_HOW_LONG:
        return ADDED["lasting"][spoken].format(lasted=figures.lasted(story, spoken, now))
    if occasion.reason == Reason.LAPSED:
        name = "lapsed" if story.acknowledged_by else "lapsed_unnamed"
        return ADDED[name][spoken].format(by=story.acknowledged_by)
    if not (occasion.grown_by > 0 and occasion.before_at):
        return ""
    return ADDED["grown"][spoken].format(at=figures.clock(occasion.before_at, now), grown=f"{occasion.grown_by:,}")


def _advice(story: IncidentStory, spoken: str) -> list[str]:
    """The diagnosis with the provider's own code; where there is none, what to do about such a matter."""
    guidance = story.next_step or MATTERS.get(story.cause, STRANGE).guidance
    if only := story.only:
        return advice(only.diagnosis or story.diagnosis, only.next_step or guidance, spoken)
    text = dict(story.diagnosis)
    if story.code and story.code not in text.get(spoken, ""):
        form = LINES["coded" if text.get(spoken) else "code"][spoken]
        text[spoken] = text.get(spoken, "") + form.format(code=story.code)
    return advice(text, guidance, spoken)


def _next(story: IncidentStory, spoken: str) -> list[str]:
    """Who hears of it next, and when; or who has it in hand."""
    occasion = story.occasion
    if story.acknowledged_by and story.acknowledged_until and occasion.reason != Reason.LAPSED:
        until = beijing(story.acknowledged_until)
        return [LINES["in_hand"][spoken].format(by=story.acknowledged_by, until=until)]
    if not occasion.next_at:
        return []
    to = LINES["next_to"][spoken].format(names=figures.listed(occasion.next_to, spoken)) if occasion.next_to else ""
    return [LINES["next_level"][spoken].format(at=beijing(occasion.next_at), level=occasion.next_level, to=to)]


def _rows(story: IncidentStory, spoken: str) -> list[str]:
    rows = [LINES["row"][spoken].format(row=told) for told in map(row, story.invoices) if told]
    if rows and (rest := story.remaining - len(rows)) > 0:
        rows.append(PHRASES["rest"][spoken].format(count=rest))
    return rows
