"""Slack by incoming webhook (https://hooks.slack.com/services/T…/B…/…): JSON with `text` and `blocks`.

Its one rule: only the body `ok` is success. Limits and answers as of Slack's developer pages, read in 2026.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from app.channels.channel import Kind, Receipt, Result
from app.channels.chat import Chat
from app.channels.cutting import cut, fit
from app.channels.reply import excerpt, retry_after
from app.domain.alert import Alert
from app.egress import Reply

HEADER, SECTION, FIELD, TEXT = 150, 3_000, 2_000, 4_000
"""Characters, escapes counted. Of 50 blocks allowed we send at most four, of 10 fields at most six."""

ANSWERS: Mapping[str, Result] = {
    "ok": Result.DELIVERED,
    "invalid_payload": Result.PERMANENT,
    "no_text": Result.PERMANENT,
    "too_many_attachments": Result.PERMANENT,
    "msg_blocks_too_long": Result.PERMANENT,
    "invalid_blocks": Result.PERMANENT,
    "invalid_token": Result.MISCONFIGURED,
    "user_not_found": Result.MISCONFIGURED,
    "action_prohibited": Result.MISCONFIGURED,
    "posting_to_general_channel_denied": Result.MISCONFIGURED,
    "team_disabled": Result.MISCONFIGURED,
    "channel_not_found": Result.MISCONFIGURED,
    "no_service": Result.MISCONFIGURED,
    "no_service_id": Result.MISCONFIGURED,
    "no_team": Result.MISCONFIGURED,
    "channel_is_archived": Result.MISCONFIGURED,
    "rollup_error": Result.RETRY,
}
_TOO_MANY, _SERVER_ERROR = 429, 500
_WORD = re.compile(r"[a-z_]{2,40}")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(alert: Alert, mentions: Sequence[str]) -> Mapping[str, Any]:
    """`text` is what notifications and screen readers show; `blocks` is what the channel shows."""
    called = fit([f"<@{member}>" for member in mentions], SECTION).replace("\n", " ")
    return {
        "text": _escape(cut(alert.headline, TEXT, _escaped)),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": cut(alert.headline, HEADER)}},
            *([{"type": "section", "fields": [_field(*fact) for fact in alert.facts]}] if alert.facts else []),
            *([_section(_escape(fit(alert.lines, SECTION, _escaped)))] if alert.lines else []),
            *([_section(called)] if called else []),
        ],
    }


def judge(reply: Reply, now: datetime) -> Receipt:
    word = reply.text().strip()
    code = word if _WORD.fullmatch(word) else ""
    if reply.status == _TOO_MANY or reply.status >= _SERVER_ERROR:
        return Receipt(Result.RETRY, reply.status, code, excerpt(reply), retry_after(reply, now))
    return Receipt(ANSWERS.get(word, Result.UNKNOWN), reply.status, code, excerpt(reply))


SLACK = Kind(partial(Chat, render, judge), hosts=("hooks.slack.com",), gap=1.2)
"""About one message a second is taken."""


def _field(label: str, value: str) -> Mapping[str, str]:
    room = FIELD - len(f"*{label}*\n")
    return {"type": "mrkdwn", "text": f"*{label}*\n{_escape(cut(value, room, _escaped))}"}


def _section(text: str) -> Mapping[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _escape(text: str) -> str:
    """Slack's three, which also takes the power from `<!channel>` and `<http://…|…>` in a name."""
    return text.translate(_ESCAPES)


def _escaped(text: str) -> int:
    return len(_escape(text))
