"""A single event in the words of an alert. Its one rule: what it tells of an invoice, `invoice_lines.py` says."""

from datetime import datetime

from app.domain.invoice_lines import advice, invoice_facts, invoice_words
from app.domain.phrases import LABELS, PHRASES, UNREACHABLE, beijing
from app.domain.story import EventStory

_DISABLED = "webhook.disabled"


def words(story: EventStory, spoken: str, now: datetime) -> dict[str, str]:
    """What the sentences of `phrases.CASES` ask for."""
    return invoice_words(story.invoice, spoken, now) | {
        "actor": story.actor or PHRASES["nobody"][spoken],
        "name": story.webhook,
        "why": UNREACHABLE["gone" if story.webhook_gone else "away"][spoken],
        "type": story.type,
    }


def facts(story: EventStory, spoken: str, now: datetime) -> list[tuple[str, str]]:
    """At most six pairs of label and value; what is not known is left out."""
    values = {"endpoint": story.webhook, "failing": beijing(story.failing_since) if story.failing_since else ""}
    told = [(LABELS[name][spoken], value) for name, value in values.items() if value]
    return told or invoice_facts(story.invoice, spoken, now)


def lines(story: EventStory, spoken: str) -> list[str]:
    """Why, and what to do."""
    next_step = PHRASES["enable"] if story.type == _DISABLED else story.invoice.next_step
    return advice(story.invoice.diagnosis, next_step, spoken)
