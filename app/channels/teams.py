"""Microsoft Teams by a Workflows URL (https://….logic.azure.com/…&sig=…), which takes an Adaptive Card.

Its one rule: 202 says that a workflow was started, not that anybody sees the message: the receipt says `unconfirmed`.
The former connectors (outlook.office.com/webhook) are gone since spring 2026. Card and limits: learn.microsoft.com,
Workflows webhooks and Adaptive Cards for Teams; the codes are those of Azure Logic Apps.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from app.channels.channel import Kind, Receipt
from app.channels.chat import Chat, Document, Tool
from app.channels.cutting import cut, fit
from app.channels.limits import LIMITS
from app.channels.prose import harmless, in_json, plain, weight, whole
from app.channels.reply import BUSY, GOOD, HOPELESS, UNFIT, WRONG, Verdict, document, judged, unfit
from app.domain.alert import Alert, Tone
from app.egress import Reply

BODY = LIMITS["teams"]["body"]
HEADLINE, LABEL, FACT, FACTS, PEOPLE = BODY // 8, 20, 160, 8, 4_096
"""Bytes of line 1, characters of a label and of a fact, facts, and bytes for people to call."""

ANSWERS: Mapping[str, Verdict] = {
    "unconfirmed": GOOD,
    "TriggerInputSchemaMismatch": UNFIT,
    "413": UNFIT,
    "WorkflowTriggerIsNotEnabled": WRONG,  # the workflow is switched off
    "400": HOPELESS,
    "401": WRONG,  # `sig` is missing or wrong
    "403": WRONG,
    "404": WRONG,  # the workflow is gone
    "410": WRONG,
    "408": BUSY,
}
STYLES: Mapping[Tone, str] = {"trouble": "attention", "warning": "warning", "good": "good", "news": "accent"}
_ACCEPTED = 202


def card(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """Always fits: facts are cut, buttons that do not fit fall away, the lines take what room is left."""
    room = BODY - weight(_card(alert, mentions, "…"))
    spaced = [part for line in alert.lines for part in (harmless(line), "")]  # one line break alone is none here
    return (_card(alert, mentions, fit(spaced, room, in_json) if spaced else ""),)


def text(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """The plainest card there is: a workflow takes nothing but cards. Nobody is called."""
    del mentions
    room = BODY - weight(_message([_block("")], [], []))
    return (_message([_block(plain(alert, room, clean=harmless))], [], []),)


def judge(reply: Reply, now: datetime) -> Receipt:
    error = document(reply).get("error")
    word = error.get("code") if isinstance(error, dict) else None
    if reply.status == _ACCEPTED:
        return judged(reply, now, "unconfirmed", ANSWERS)
    return judged(reply, now, word if isinstance(word, str) and word in ANSWERS else str(reply.status), ANSWERS)


def _card(alert: Alert, mentions: Sequence[str], lines: str) -> Document:
    people = whole(mentions, PEOPLE, lambda person: 2 * weight(_entity(person)))
    buttons = [{"type": "Action.OpenUrl", "title": action.label, "url": action.url} for action in alert.actions]
    return _message([*_body(alert, people, lines)], whole(buttons, BODY // 4, weight), [*map(_entity, people)])


def _message(body: Sequence[Document], actions: Sequence[Document], entities: Sequence[Document]) -> Document:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full", "entities": entities},
        "body": body,
        "actions": actions,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _body(alert: Alert, people: Sequence[str], lines: str) -> Iterator[Mapping[str, Any]]:
    first = _block(harmless(cut(alert.headline, HEADLINE, in_json)), size="Medium", weight="Bolder")
    yield {"type": "Container", "style": STYLES[alert.tone], "bleed": True, "items": [first]}
    if alert.facts:
        yield {"type": "FactSet", "facts": [_fact(*fact) for fact in alert.facts[:FACTS]]}
    if lines:
        yield _block(lines)
    if people:
        yield _block(" ".join(map(_tag, people)))
    if alert.footer:
        yield _block(harmless(cut(alert.footer, FACT)), size="Small", isSubtle=True)


def _block(text: str, **looks: Any) -> Document:
    return {"type": "TextBlock", "text": text, "wrap": True, **looks}


def _fact(label: str, value: str) -> Mapping[str, str]:
    return {"title": harmless(cut(label, LABEL)), "value": harmless(cut(value, FACT))}


def _tag(person: str) -> str:
    return f"<at>{harmless(person)}</at>"


def _entity(person: str) -> Mapping[str, Any]:
    """By user principal name or Entra object id."""
    return {"type": "mention", "text": _tag(person), "mentioned": {"id": person, "name": harmless(person)}}


TEAMS = Kind(
    partial(Chat, Tool((card, text), judge, unfit(ANSWERS))),
    hosts=("*.logic.azure.com", "*.environment.api.powerplatform.com", "api.powerautomate.com"),
    gap=0.3,
    confirms=False,
)
"""About four messages a second are taken."""
