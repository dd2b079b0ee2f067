"""Line 1 of an alert: mark and title, what happened and how late, how much.

Its one rule: a title says in words what its mark says by shape. `both` puts the title in both languages, and the rest
in Chinese.
"""

from datetime import datetime
from typing import Literal

from app.domain import event_lines, incident_lines
from app.domain.incident_story import IncidentStory
from app.domain.invoice_lines import short, total
from app.domain.phrases import CASES, NEWS, Case
from app.domain.story import EventStory

Language = Literal["zh", "en", "both"]
Story = EventStory | IncidentStory


def headline(story: Story, language: Language, now: datetime) -> str:
    """`🔴 发票逾期 | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥1,060.00`."""
    case, spoken = case_of(story), spoken_of(language)
    if isinstance(story, IncidentStory):
        said = incident_lines.sentence(story, case.sentence, spoken, now)
        amount = incident_lines.amount(story, spoken)
    else:
        said = (
            f"{short(story.invoice.number)} {case.sentence[spoken].format_map(event_lines.words(story, spoken, now))}"
        )
        amount = total(story.invoice)
    return " | ".join(filter(None, (title(case, language), " ".join(said.split()), amount)))


def case_of(story: Story) -> Case:
    if isinstance(story, IncidentStory):
        return incident_lines.case(story)
    return CASES.get(story.case, NEWS)


def title(case: Case, language: Language) -> str:
    said = (case.title["zh"], case.title["en"]) if language == "both" else (case.title[language],)
    return f"{case.mark} {' · '.join(said)}"


def spoken_of(language: Language) -> Literal["zh", "en"]:
    """The language of all but the title."""
    return "en" if language == "en" else "zh"
