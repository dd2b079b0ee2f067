"""Slack by an application's bot (https://slack.com/api): one message an incident, kept up to date, its story below it.

Its one rule: HTTP 200 is not success, `ok` is. The first message of an incident is the root; each later one changes the
root to how things stand and adds a reply to its thread. The root is changed first: to change it again does no harm, so
a send that failed in between can be repeated without a second reply. Methods and errors: Slack's developer pages, 2026.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.channels.channel import Destination, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.chat import Document, Turn, read, told
from app.channels.reply import (
    BUSY,
    GOOD,
    HOPELESS,
    UNFIT,
    WRONG,
    Verdict,
    document,
    hold,
    judged,
    unfit,
    unreachable,
)
from app.channels.slack_dress import Block, blocks, links, text
from app.domain.alert import Action, Alert
from app.domain.errors import EgressError
from app.domain.incident import Reason
from app.egress import Reply

API = "https://slack.com/api"

ANSWERS: Mapping[str, Verdict] = {
    "ok": GOOD,
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), hold()),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"), BUSY
    ),
    **dict.fromkeys(
        (
            "channel_not_found", "is_archived", "not_in_channel", "channel_type_not_supported", "messages_tab_disabled",
            "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel", "restricted_action_thread_locked", "access_denied",
            "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth", "missing_scope",
            "no_permission", "not_allowed_token_type", "not_authed", "org_login_required", "team_access_not_granted",
            "team_not_found", "token_expired", "token_revoked", "two_factor_setup_required",
        ),
        WRONG,
    ),
    **dict.fromkeys(
        (
            "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "too_many_attachments",
            "attachment_payload_limit_exceeded", "invalid_attachments",
        ),
        UNFIT,
    ),
    **dict.fromkeys(
        (
            "no_text", "invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset",
            "invalid_post_type", "missing_post_type", "cant_update_message", "edit_window_closed", "message_not_found",
            "thread_not_found", "cannot_reply_to_message",
        ),
        HOPELESS,
    ),
}  # fmt: skip
LOST = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})
"""The root is gone: the incident gets a new one."""

CALLBACKS = ("acknowledge", "silence")
"""Buttons that Slack tells us of, with the action's name as `action_id` and the incident's id as `value`."""

_UNFIT = unfit(ANSWERS)
_WORD = re.compile(r"[a-z_]{2,60}")
_OK, _ERROR = 200, 500


class SlackApp:
    """One channel of a workspace. Making it raises ValueError without a token, or where `to` is not one channel."""

    batch = 1

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        if len(destination.to) != 1 or not destination.credentials.get("token"):
            raise ValueError(f"slack_app {destination.name} needs a token, and the id of one channel in `to`")
        (self._channel,) = destination.to
        self._destination, self._tools = destination, tools
        self._url = (destination.url or API).rstrip("/")
        self._headers = {"authorization": f"Bearer {destination.credentials['token']}"}
        self._signed = bool(destination.credentials.get("signing_secret"))

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        (parcel,) = parcels
        alert = told(parcels, self._destination, self._tools)
        try:
            return await self._told(Turn(self._tools.egress, self._destination.timeout), parcel, alert)
        except EgressError as error:
            return unreachable(error)

    async def _told(self, turn: Turn, parcel: Parcel, alert: Alert) -> Receipt:
        channel, _, ts = parcel.thread.partition(":")
        if ts:
            changed = await self._shown(turn, "chat.update", {"channel": channel, "ts": ts}, alert, ())
            if changed.result in {Result.RETRY, Result.MISCONFIGURED}:
                return changed
            if changed.code not in LOST:
                replied = await self._replied(turn, parcel, alert, channel, ts)
                if replied.code not in LOST:
                    return replied
        return await self._shown(turn, "chat.postMessage", {"channel": self._channel}, alert, self._called(alert))

    async def _shown(self, turn: Turn, method: str, place: Document, alert: Alert, people: Sequence[str]) -> Receipt:
        """The alert as blocks; as text where they would not fit, or where Slack refuses them and so showed nothing."""
        *blocked, plainest = (*blocks(alert, people, self._deeds(alert)), *text(alert, people))
        for words in blocked:
            receipt = await self._call(turn, method, {**place, **words})
            if receipt.code not in _UNFIT:
                return receipt
        return await self._call(turn, method, {**place, **plainest, "blocks": [], "attachments": []})

    async def _replied(self, turn: Turn, parcel: Parcel, alert: Alert, channel: str, ts: str) -> Receipt:
        """What is new, below the root; people are called here, for a change of the root rings nowhere."""
        news = replace(alert, facts=(), actions=(), footer="")
        (words,) = text(news, self._called(alert))
        place = {"channel": channel, "thread_ts": ts, "reply_broadcast": surfaces(read(parcel), alert)}
        receipt = await self._call(turn, "chat.postMessage", {**place, **words})
        return replace(receipt, thread=parcel.thread)

    async def _call(self, turn: Turn, method: str, body: Document) -> Receipt:
        return judge(await turn.post(f"{self._url}/{method}", body, self._headers), self._tools.clock.now())

    def _called(self, alert: Alert) -> Sequence[str]:
        return self._destination.mentions if alert.urgent else ()

    def _deeds(self, alert: Alert) -> Sequence[Block]:
        """Buttons where Slack may call us back and we can prove that it is Slack; else links."""
        if not (self._signed and alert.incident and alert.actions):
            return links(alert)
        return [{"type": "actions", "elements": [_button(action, alert.incident) for action in alert.actions]}]


def judge(reply: Reply, now: datetime) -> Receipt:
    """`thread` is `channel:ts` of the message that was written."""
    found = document(reply) if reply.status == _OK or reply.status >= _ERROR else {}
    receipt = judged(reply, now, _code(found), ANSWERS)
    place = [found.get("channel"), found.get("ts")]
    written = receipt.result is Result.DELIVERED and all(isinstance(part, str) and part for part in place)
    return replace(receipt, thread=":".join(map(str, place)) if written else "")


def surfaces(payload: Mapping[str, Any], alert: Alert) -> bool:
    """Whether a reply shows in the channel, too: when a person must act, and at the end of what went past level 1."""
    data = payload.get("data") or {}
    notice, incident = data.get("notice") or {}, data.get("incident") or {}
    ended = notice.get("reason") in {Reason.RECOVERED, Reason.STILL_LATE, Reason.RESOLVED}
    return alert.urgent or notice.get("reason") == Reason.LEVEL or (ended and (incident.get("level") or 0) > 1)


SLACK_APP = Kind(
    SlackApp,
    url="optional",
    hosts=("slack.com", "slack-gov.com"),
    credentials={"token": "the bot's token, xoxb-…, with the scope chat:write (.public where it is no member)"},
    optional={"signing_secret": "proves that a click comes from Slack; without it there are links instead of buttons"},
    to="the id of one channel, such as C0123456789",
    gap=1.2,
)


def _button(action: Action, incident: str) -> Block:
    leads = {"value": incident} if action.name in CALLBACKS else {"url": action.url}
    return {"type": "button", "text": {"type": "plain_text", "text": action.label}, "action_id": action.name, **leads}


def _code(found: Mapping[str, Any]) -> str:
    if found.get("ok") is True:
        return "ok"
    error = found.get("error")
    return error if found.get("ok") is False and isinstance(error, str) and _WORD.fullmatch(error) else ""
