"""How an alert looks in WeCom: as a card, as markdown, as plain text; the robot and the application share it.

Its one rule: a card shows the whole alert or is not used; nothing is lost by the vendor's cutting on display.
Markdown has no escapes here, so what could become a link, a mention or a colour is written full-width.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.channels.cutting import called, framed, utf8
from app.channels.limits import Limits
from app.channels.prose import MENTIONS, labelled, link
from app.domain.alert import Action, Alert, Tone

_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "'", "*": "＊"})
_COLOURS: Mapping[Tone, int] = {"trouble": 2, "warning": 1, "good": 3, "news": 0}
"""Red, black, green, grey; there is no yellow."""

CALLBACKS = ("acknowledge", "silence")
_CALLBACK, _URL = 0, 1
_BLUE, _GREY = 1, 3
_SOURCE = "票达 Piaoda"


def markdown(alert: Alert, mentions: Sequence[str], limit: int) -> str:
    """`mentions` as the tool writes them; `limit` in bytes."""
    middle = [
        *(f"> {labelled(label, harmless(value))}" for label, value in alert.facts),
        *([""] if alert.facts and alert.lines else []),
        *map(harmless, alert.lines),
    ]
    links = [link(action.label, action.url) for action in alert.actions]
    last = [*links, called(mentions, MENTIONS, utf8), harmless(alert.footer)]
    return framed(f"**{harmless(alert.headline)}**", middle, [*filter(None, last)], limit, utf8)


def action_card(alert: Alert, limits: Limits) -> Mapping[str, Any]:
    """The card of kind `text_notice`, which a click opens; empty where the alert has no page or is too long for it."""
    page = next((action for action in alert.actions if action.name == "open"), None)
    others = [action for action in alert.actions if action is not page]
    body = card_body(alert, limits)
    if not (page and body) or len(others) > limits["jumps"] or any(len(o.label) > limits["jump"] for o in others):
        return {}
    return {
        "card_type": "text_notice",
        **body,
        **_given("jump_list", [_jump(action) for action in others]),
        "card_action": opening(page),
    }


def button_card(alert: Alert, limits: Limits, task: str) -> Mapping[str, Any]:
    """The card of kind `button_interaction`: WeCom tells us of a click as `EventKey` (`acknowledge:<incident>`).

    Empty where nothing can be pressed, or the alert is too long for a card.
    """
    page = next((action for action in alert.actions if action.name == "open"), None)
    buttons = [_button(action, alert.incident) for action in alert.actions if action is not page]
    body = card_body(alert, limits)
    fits = len(buttons) <= limits["buttons"] and all(_width(button["text"]) <= limits["button"] for button in buttons)
    if not (body and alert.incident and fits and any(button["type"] == _CALLBACK for button in buttons)):
        return {}
    opened = {"card_action": opening(page)} if page else {}
    return {"card_type": "button_interaction", **body, **opened, "task_id": task, "button_list": buttons}


def card_body(alert: Alert, limits: Limits) -> Mapping[str, Any]:
    """What all cards have: source, title, facts and a quotation; empty where something would be cut on display.

    A fact too long for its column stands in the quotation, before the lines. Of a digest there is no card.
    """
    title, _, subtitle = alert.headline.partition(" | ")
    columns = [fact for fact in alert.facts if _column(*fact, limits)][: limits["facts"]]
    said = [labelled(label, value) for label, value in alert.facts if (label, value) not in columns]
    quote = "\n".join(filter(None, [*said, *alert.lines, alert.footer]))
    if not alert.facts or any(
        len(text) > limits[part] for text, part in ((title, "title"), (subtitle, "subtitle"), (quote, "quote"))
    ):
        return {}
    return {
        "source": {"desc": _SOURCE, "desc_color": _COLOURS[alert.tone]},
        "main_title": {"title": title},
        **_given("sub_title_text", subtitle),
        **(
            {"horizontal_content_list": [{"keyname": name, "value": value} for name, value in columns]}
            if columns
            else {}
        ),
        **({"quote_area": {"type": 0, "quote_text": quote}} if quote else {}),
    }


def _given(name: str, value: Any) -> Mapping[str, Any]:
    """A key only where there is something: WeCom refuses empty parameters (40063)."""
    return {name: value} if value else {}


def opening(page: Action) -> Mapping[str, Any]:
    return {"type": _URL, "url": page.url}


def _button(action: Action, incident: str) -> Mapping[str, Any]:
    if action.name in CALLBACKS:
        return {"type": _CALLBACK, "text": action.label, "style": _BLUE, "key": f"{action.name}:{incident}"}
    return {"type": _URL, "text": action.label, "style": _GREY, "url": action.url}


def _width(text: str) -> float:
    """In Chinese characters: two Latin letters take the room of one."""
    return sum(0.5 if char.isascii() else 1 for char in text)


def _jump(action: Action) -> Mapping[str, Any]:
    return {"type": _URL, "title": action.label, "url": action.url}


def _column(label: str, value: str, limits: Limits) -> bool:
    return len(label) <= limits["fact_label"] and 0 < len(value) <= limits["fact"]


def harmless(text: str) -> str:
    """Foreign words for markdown and for text, which knows links (`<a href>`) and mentions (`<@…>`), too."""
    return text.translate(_HARMLESS)
