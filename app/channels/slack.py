"""Slack by incoming webhook (https://hooks.slack.com/services/T…/B…/…): JSON with `text`, `blocks`, `attachments`.

Its one rule: only the body `ok` is success. Answers as of Slack's developer pages, read in 2026.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from app.channels.channel import Kind, Receipt
from app.channels.chat import Chat, Document, Tool
from app.channels.reply import BUSY, GOOD, UNFIT, WRONG, Verdict, judged, unfit
from app.channels.slack_dress import blocks, links, text
from app.domain.alert import Alert
from app.egress import Reply

ANSWERS: Mapping[str, Verdict] = {
    "ok": GOOD,
    "invalid_payload": UNFIT,
    "no_text": UNFIT,
    "too_many_attachments": UNFIT,
    "msg_blocks_too_long": UNFIT,
    "invalid_blocks": UNFIT,
    "invalid_token": WRONG,
    "user_not_found": WRONG,
    "action_prohibited": WRONG,
    "posting_to_general_channel_denied": WRONG,
    "team_disabled": WRONG,
    "channel_not_found": WRONG,
    "no_service": WRONG,
    "no_service_id": WRONG,
    "no_team": WRONG,
    "channel_is_archived": WRONG,
    "rollup_error": BUSY,
}
_WORD = re.compile(r"[a-z_]{2,40}")


def card(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    return blocks(alert, mentions, links(alert))


def judge(reply: Reply, now: datetime) -> Receipt:
    word = reply.text().strip()
    return judged(reply, now, word if _WORD.fullmatch(word) else "", ANSWERS)


SLACK = Kind(partial(Chat, Tool((card, text), judge, unfit(ANSWERS))), hosts=("hooks.slack.com",), gap=1.2)
"""About one message a second is taken."""
