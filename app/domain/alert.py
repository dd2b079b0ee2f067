"""A payload as a chat message: what, how late, how much; then the facts; then what to do and who is next.

Its one rule: line 1 says all that the lock screen of a telephone can show, and never by colour alone.

It tells single events (of invoices, `webhook.disabled`, `test.ping`) and incidents; many at once become a digest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain import event_lines, incident_lines
from app.domain.digest import TOP, digest, newest
from app.domain.headline import Language, Story, case_of, headline, spoken_of
from app.domain.incident import Trouble
from app.domain.incident_phrases import ACTIONS
from app.domain.incident_story import IncidentStory, read_incident
from app.domain.phrases import PHRASES
from app.domain.story import EventStory, Payload, read_event

__all__ = ["Action", "Alert", "Language", "Link", "Payload", "Tone", "compose"]

Tone = Literal["trouble", "warning", "good", "news"]

TONES: Mapping[str, Tone] = {
    "🚨": "trouble",
    "🔴": "trouble",
    "⚠️": "warning",
    "✅": "good",
    "⚪": "news",
    "🔔": "news",
}
"""By mark, so that colour and shape never disagree."""

Link = Callable[[str, str], str]
"""From an action and an incident's id to the page where a person confirms it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do about it. `name`: open, acknowledge, check, silence or runbook."""

    name: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A message before a channel dresses it. `urgent`: a person must act, so people may be mentioned.

    `facts`: at most six pairs of label and value. `lines`: what may be cut stands last. `tone` chooses a colour where a
    tool has them; the words say it, too. `incident`: the id of the one it is about; empty for a digest.
    """

    headline: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    urgent: bool
    tone: Tone = "trouble"
    actions: Sequence[Action] = ()
    footer: str = ""
    incident: str = ""


def compose(payloads: Sequence[Payload], language: Language, now: datetime, link: Link | None = None) -> Alert:
    """One message out of one or many payloads; of several about one subject only the newest is told."""
    stories = [_read(payload) for payload in payloads]
    told = newest(stories)
    urgent = any(_urgent(story, stories) for story in told)
    if len(told) > 1:
        return _many(told, language, now, link, urgent=urgent)
    story = told[0]
    if isinstance(story, IncidentStory):
        return _incident(story, language, now, link, urgent=urgent)
    return _event(story, language, now)


def _read(payload: Payload) -> Story:
    about_incident = str(payload.get("type")).startswith("incident.") or "incident" in (payload.get("data") or {})
    return read_incident(payload) if about_incident else read_event(payload)


def _urgent(story: Story, stories: Sequence[Story]) -> bool:
    """People called by an earlier notice of an incident are called, even where a later one replaces it in time."""
    if isinstance(story, EventStory) or story.over:
        return story.urgent
    return any(each.urgent for each in stories if each.subject == story.subject)


def _event(story: EventStory, language: Language, now: datetime) -> Alert:
    spoken = spoken_of(language)
    return Alert(
        headline(story, language, now),
        event_lines.facts(story, spoken, now),
        event_lines.lines(story, spoken),
        story.urgent,
        TONES[case_of(story).mark],
    )


def _incident(story: IncidentStory, language: Language, now: datetime, link: Link | None, *, urgent: bool) -> Alert:
    spoken = spoken_of(language)
    return Alert(
        headline(story, language, now),
        incident_lines.facts(story, spoken, now),
        incident_lines.lines(story, spoken),
        urgent,
        TONES[case_of(story).mark],
        tuple(_actions(story, spoken, link)),
        incident_lines.footer(story, spoken),
        story.id,
    )


def _many(told: Sequence[Story], language: Language, now: datetime, link: Link | None, *, urgent: bool) -> Alert:
    first, *rest = digest(told, language, now)
    return Alert(
        first, (), rest, urgent, TONES[case_of(told[0]).mark], tuple(_openings(told, spoken_of(language), link))
    )


def _actions(story: IncidentStory, spoken: str, link: Link | None) -> Iterator[Action]:
    for name, label in ACTIONS.items():
        if name == "runbook":
            url = story.runbook
        else:
            url = link(name, story.id) if link and story.id and _possible(name, story) else ""
        if url:
            yield Action(name, label[spoken], url)


def _possible(name: str, story: IncidentStory) -> bool:
    """Whether there is anything left to do by it."""
    if name == "open":
        return True
    if name == "acknowledge" and story.acknowledged_by:
        return story.occasion.reason == "lapsed"
    return not story.over and not (name == "check" and story.cause == Trouble.ENDPOINT)


def _openings(told: Sequence[Story], spoken: str, link: Link | None) -> Iterator[Action]:
    """In a digest each incident can be opened by its number; the rest is done there."""
    for place, story in enumerate(told[:TOP], 1):
        if link and isinstance(story, IncidentStory) and story.id and (url := link("open", story.id)):
            yield Action("open", PHRASES["look_at"][spoken].format(number=place), url)
