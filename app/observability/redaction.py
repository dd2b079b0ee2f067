"""What may leave the process in a log line. One rule: masked by what a value is, and by how its text looks.

By type: only plain values are shown; of any other object, an invoice say, only the name of its type.
By name: fields about buyers and payers are left out, fields named like a credential are masked.
By look: keys, tokens, signatures, passwords in URLs, and names of buyers inside JSON, XML, `repr` or what the
database quotes. A buyer's name in free prose cannot be told from any other word: nobody may write one there.
"""

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.secret import MASK

LONGEST = 2048
"""Bytes of one value."""
_MOST_ITEMS = 50
_DEPTH = 4
_KEPT = 64  # characters of a name, or of a value, that is worth remembering

_CREDENTIAL = r"[\w-]*(?:token|secret|password|passwd|signature|sign|authorization|credential|key)s?"
# Names of the buyer in the providers' dialects: 购买方, 购方, 购货方, 付款方 and their pinyin initials.
# Atomic, or a long word of nothing but "buyer" would cost its length squared.
_PERSON = r"(?>[\w.-]*?(?:buyer|payer|purchaser|gmf|gfmc|ghf|购买方|购方|购货方|付款方)[\w.-]*)"
_ASSIGNS = r"""(?:\\*["']?\s*[:=：]\s*|["'],\s*)b?"""
_QUOTED = r"""\\+".*?(?:\\+"|\Z)|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?"""

_PRIVATE_FIELD = re.compile(rf"name|{_PERSON}", re.IGNORECASE)
_CREDENTIAL_FIELD = re.compile(rf"{_CREDENTIAL}|(?:set-)?cookie", re.IGNORECASE)

# Most values are short words with nothing to mask; each pattern below needs one of these in lower case.
_SUSPICIOUS = re.compile(
    r"token|secret|passw|sign|authori|credential|key|cookie|bearer|basic|pdk_|whsec_|xox|eyj|://|/hook/|slack"
    r"|webhookb2|input_value|detail|parameters|name|buyer|payer|purchaser|gmf|gfmc|ghf|购|付款方"
)
# Identifiers, instants and numbers: most of what a line says, and no pattern below can be made of these characters.
_HARMLESS = re.compile(r"[0-9a-f:.+TZ -]*")
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), replacement)
    for pattern, replacement in (
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", MASK),
        (r"(pdk|whsec)_[\w+/=-]+", rf"\1_{MASK}"),
        (r"xox[a-z]-[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*", MASK),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", rf"\1 {MASK}"),
        (r"(cookie\\*[\"']?\s*[:=]\s*)[^\n]*", rf"\1{MASK}"),
        (r"://[^\s/]*@", f"://{MASK}@"),
        (r"(hooks\.slack\.com/\w+/|/bot/v\d/hook/|/webhookb2/)[^\s\"'<>?]+", rf"\1{MASK}"),
        # What pydantic and the database quote of the row that they refuse.
        (r"input_value=.*?(?=, input_type=|\Z)", f"input_value={MASK}"),
        (r"DETAIL:.*?(?=\nHINT:|\Z)", f"DETAIL: {MASK}"),
        (r"\[parameters: .*", f"[parameters: {MASK}"),
        (rf"(<(?:{_CREDENTIAL}|{_PERSON}|name)>)[^<]*", rf"\1{MASK}"),
        (rf"((?<![\w-]){_CREDENTIAL}{_ASSIGNS})(?:{_QUOTED}|[^\s,;&)}}\]<]+)", rf"\1{MASK}"),
        (rf"((?<![\w.-])(?:name|{_PERSON}){_ASSIGNS})(?:{_QUOTED}|[^,;&)}}\]<\n]+)", rf"\1{MASK}"),
    )
)


def text(raw: str) -> str:
    """`raw` cut to 2 KB, then masked by look: what the cut leaves of a secret still looks like one."""
    if len(raw) > _KEPT:
        return _masked(raw)
    return raw if _HARMLESS.fullmatch(raw) else _remembered(raw)


def _masked(raw: str) -> str:
    cut = raw
    if len(raw) > LONGEST or not raw.isascii():
        cut = raw[:LONGEST].encode("utf-8", "backslashreplace")[:LONGEST].decode("utf-8", "ignore")
    if _SUSPICIOUS.search(cut.lower()):
        for pattern, replacement in _PATTERNS:
            cut = pattern.sub(replacement, cut)
    return cut


_remembered = lru_cache(maxsize=512)(_masked)  # outcomes, states, accounts: few words, and many times each


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """`value` as something JSON can say and anybody may read."""
    match value:
        case str():
            shown: Any = text(str(value))
        case float() if not math.isfinite(value):
            shown = str(value)
        case None | bool() | int() | float():
            shown = value
        case Decimal() | UUID() | PurePath():
            shown = text(str(value))
        case date():
            shown = value.isoformat()
        case BaseException():
            shown = f"{type(value).__name__}: {text(str(value))}"
        case _:
            shown = _container(value, depth)
    return shown


def _container(value: Any, depth: int) -> Any:
    match value:
        case timedelta():
            return value.total_seconds()
        case Mapping() if depth:
            return fields(value, depth - 1)
        case list() | tuple() | set() | frozenset() if depth:
            return [plain(item, depth - 1) for item in islice(value, _MOST_ITEMS)]
        case _:
            return f"<{type(value).__name__}>"


def fields(named: Mapping[Any, Any], depth: int = _DEPTH) -> dict[str, Any]:
    """`named` without what is private, credentials masked by their name."""
    shown = {}
    for key, value in islice(named.items(), _MOST_ITEMS):
        name = str(key)
        field = _field(name) if len(name) <= _KEPT else _field.__wrapped__(name)
        if not field.private:
            shown[field.name] = MASK if field.credential else plain(value, depth)
    return shown


class _Field(NamedTuple):
    name: str
    private: bool
    credential: bool


@lru_cache(maxsize=512)  # few names, and each in every line
def _field(name: str) -> _Field:
    return _Field(text(name), bool(_PRIVATE_FIELD.fullmatch(name)), bool(_CREDENTIAL_FIELD.fullmatch(name)))
