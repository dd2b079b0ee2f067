"""How each chat tool tells of a pressed button, and how it proves that it is the one who tells.

One rule: whatever a stranger sends, the answer is a press, a no or nothing; nothing here raises for what came in.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from app.channels import wecom_crypto
from app.channels.channel import Destination
from app.channels.slack_signature import verify_slack
from app.domain.acting import LASTINGS, Act, Lasting

FRESH: Final = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `id`: the same each time the tool tells of it; `user`: the tool's name for who pressed."""

    id: str
    user: str
    act: Act
    incident: str
    lasting: Lasting = "1h"
    reply_to: str = ""


def slack_proved(to: Destination, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    stamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    return verify_slack(to.credentials.get("signing_secret", ""), stamp, body, given, now)


def slack_press(body: bytes) -> Press | None:
    """The first block action of ours: `action_id` is the act, `value` the incident."""
    fields = parse_qs(body.decode("utf-8", "replace"))
    payload = _object((fields.get("payload") or [""])[0])
    user, actions = payload.get("user"), payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(user, dict) or not isinstance(actions, list):
        return None
    for action in actions[:5]:
        if isinstance(action, dict):
            words = f"{action.get('action_id')}:{action.get('value')}"
            press = _press(words, str(user.get("id", "")), _digest(body), str(payload.get("response_url", "")))
            if press:
                return press
    return None


def whispered(text: str) -> bytes:
    """What Slack shows to the one who pressed, beside the message and not instead of it."""
    said = {"response_type": "ephemeral", "replace_original": False, "text": text}
    return json.dumps(said, ensure_ascii=False).encode()


def wecom_opened(to: Destination, query: Mapping[str, str], sealed: str, now: datetime) -> bytes | None:
    """What is in a sealed text that WeCom signed just now for this application."""
    token, key = to.credentials.get("token", ""), to.credentials.get("encoding_aes_key", "")
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    given = query.get("msg_signature", "")
    if not (_fresh(stamp, now) and sealed and wecom_crypto.verified(token, stamp, nonce, sealed, given)):
        return None
    try:
        return wecom_crypto.decrypt(key, to.credentials.get("corp_id", ""), sealed)
    except ValueError:
        return None  # an unusable key proves nothing


def wecom_sealed(body: bytes) -> str:
    """The text of Encrypt; empty where there is none."""
    return _xml(body).get("Encrypt", "")


def wecom_press(event: bytes) -> Press | None:
    """A template_card_event: EventKey is `act:incident`."""
    said = _xml(event)
    if said.get("Event") != "template_card_event":
        return None
    return _press(said.get("EventKey", ""), said.get("FromUserName", ""), _digest(event))


def _press(words: str, user: str, id_: str, reply_to: str = "") -> Press | None:
    """`act:incident` or `act:incident:lasting`."""
    act, _, rest = words[:200].partition(":")
    incident, _, lasting = rest.partition(":")
    try:
        known = str(UUID(incident))
    except ValueError:
        return None
    chosen = next((each for each in LASTINGS if each == (lasting or "1h")), None)
    if act not in list(Act) or chosen is None:
        return None
    return Press(id_[:100], user, Act(act), known, chosen, reply_to)


def _object(text: str) -> dict[str, Any]:
    """The JSON object in `text`; an empty one for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _xml(body: bytes) -> dict[str, str]:
    """The texts of the elements right below the root; nothing for what is no XML, or has a DTD."""
    try:
        root = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    return {child.tag: (child.text or "").strip() for child in root}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _fresh(stamp: str, now: datetime) -> bool:
    return bool(_SECONDS.fullmatch(stamp)) and abs(int(stamp) - now.timestamp()) <= FRESH.total_seconds()
