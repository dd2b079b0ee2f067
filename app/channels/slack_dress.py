"""How an alert looks in Slack: as blocks, as text; the webhook and the application share it.

Its one rule: what is ours is marked up, what others wrote is escaped, before it is measured. The headline, the people
called and what one can do stand above; the rest stands in an attachment, which has the colour of the alert's tone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.channels.chat import Document
from app.channels.cutting import called, cut, fit, framed, whole
from app.channels.limits import LIMITS
from app.domain.alert import Action, Alert, Tone

Block = Mapping[str, Any]
Deeds = Callable[[Alert], Sequence[Block]]
"""The blocks that offer an alert's actions; a webhook has links, an application buttons."""

_LIMITS = LIMITS["slack"]
FACT, MENTIONS, FOOTER = 800, 1_000, 300
"""Characters we give to these at most, so that all blocks together stay below the cap."""

_COLOURS: Mapping[Tone, str] = {"trouble": "#a30200", "warning": "#daa038", "good": "#2eb886", "news": "#dddddd"}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_URL_ESCAPES = str.maketrans({"|": "%7C", "<": "%3C", ">": "%3E", " ": "%20", "&": "&amp;"})


def blocks(alert: Alert, mentions: Sequence[str], deeds: Sequence[Block]) -> Sequence[Document]:
    """`text` is what notifications and screen readers show; none where all of it is more than Slack takes."""
    names = called([f"<@{member}>" for member in mentions], MENTIONS)
    above = [_headline(alert.headline), *([section(names)] if names else []), *deeds]
    below = [
        *([{"type": "section", "fields": [_field(*fact) for fact in alert.facts]}] if alert.facts else []),
        *([section(_escape(fit(alert.lines, _LIMITS["section"], escaped)))] if any(alert.lines) else []),
        *([_context(alert.footer)] if alert.footer else []),
    ]
    if _measured(above) + _measured(below) > _LIMITS["blocks_together"] or not all(map(_fits, deeds)):
        return ()
    coloured = [{"color": _COLOURS[alert.tone], "blocks": below}] if below else []
    return ({"text": _line_1(alert), "blocks": above, "attachments": coloured},)


def text(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """No blocks at all; what others wrote is cut before it is escaped, or half an escape would be left."""
    room, names = _LIMITS["text"], called([f"<@{member}>" for member in mentions], MENTIONS)
    last = [*filter(None, [*map(link, alert.actions), names, _escape(cut(alert.footer, FOOTER, escaped))])]
    first = min(escaped(alert.headline), room // 2)
    ending = "".join(f"\n{line}" for line in whole(last, room - first))
    middle = [*(f"{label}: {value}" for label, value in alert.facts), *alert.lines]
    return ({"text": _escape(framed(alert.headline, middle, (), room - len(ending), escaped)) + ending},)


def links(alert: Alert) -> Sequence[Block]:
    joined = " · ".join(link(action) for action in alert.actions)
    return [section(joined)] if joined else []


def link(action: Action) -> str:
    return f"<{action.url.translate(_URL_ESCAPES)}|{_escape(action.label)}>"


def section(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def escaped(words: str) -> int:
    return len(_escape(words))


def _line_1(alert: Alert) -> str:
    return _escape(cut(alert.headline, _LIMITS["text"], escaped))


def _headline(words: str) -> Block:
    """A header where it holds the line uncut."""
    if len(words) <= _LIMITS["header"]:
        return {"type": "header", "text": {"type": "plain_text", "text": words}}
    return section(f"*{_escape(cut(words, _LIMITS['section'] - len('**'), escaped))}*")


def _field(label: str, value: str) -> Mapping[str, str]:
    room = FACT - len(f"*{label}*\n")
    return {"type": "mrkdwn", "text": f"*{label}*\n{_escape(cut(value, room, escaped))}"}


def _context(words: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": _escape(cut(words, FOOTER, escaped))}]}


def _fits(deed: Block) -> bool:
    """Whether Slack takes a block of actions; half a link leads nowhere, so it is not cut."""
    if deed["type"] == "section":
        return len(deed["text"]["text"]) <= _LIMITS["section"]
    return len(deed["elements"]) <= _LIMITS["actions"] and all(
        len(button["text"]["text"]) <= _LIMITS["button"]
        and len(button.get("url", "")) <= _LIMITS["url"]
        and len(button.get("value", "")) <= _LIMITS["value"]
        for button in deed["elements"]
    )


def _measured(value: Any) -> int:
    """Characters of all texts within; more than Slack may count, never less."""
    if isinstance(value, Mapping):
        return sum(map(_measured, value.values()))
    return len(value) if isinstance(value, str) else sum(map(_measured, value))


def _escape(words: str) -> str:
    """Slack's three, which also takes the power from `<!channel>` and `<http://…|…>` in a name."""
    return words.translate(_ESCAPES)
