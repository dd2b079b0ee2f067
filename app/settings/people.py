"""The sections under `people`: who may act on an alert from inside a chat, and by which names the tools know them.

One rule: a tool's name for somebody leads to one person.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from app.settings.fault import refusal
from app.settings.section import Section

Act = Literal["acknowledge", "silence", "check"]
EVERY_ACT: Final[tuple[Act, ...]] = ("acknowledge", "silence", "check")


def _written(pattern: str, what: str, hint: str) -> AfterValidator:
    def judged(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refusal(f"is not {what}", hint)
        return value

    return AfterValidator(judged)


SlackId = Annotated[str, _written(r"[UW][A-Z0-9]{1,20}", "a member of Slack", "a member id such as U012AB3CD")]
WeComId = Annotated[str, _written(r"[A-Za-z0-9][\w.@-]{0,63}", "a userid of WeCom", "such as lifang")]
MailAddress = Annotated[
    str, _written(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,253}", "a mail address", "such as li@example.com")
]


class PersonSettings(Section):
    """One person. `may`: what buttons and links in a chat do in their name."""

    slack: SlackId | None = None
    wecom: WeComId | None = None
    email: MailAddress | None = None
    may: tuple[Act, ...] = EVERY_ACT


def one_person_each(people: Mapping[str, PersonSettings]) -> Mapping[str, PersonSettings]:
    """Refuses two people whom a tool cannot tell apart: what one does would be written down as the other's."""
    seen: set[tuple[str, str]] = set()
    for name, person in people.items():
        for tool in ("slack", "wecom", "email"):
            known_as = getattr(person, tool)
            if known_as and (tool, known_as) in seen:
                raise refusal("is somebody else's too", "one person, one entry", name, tool)
            seen.add((tool, known_as))
    return people
