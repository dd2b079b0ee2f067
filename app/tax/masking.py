"""What is kept of an answer as evidence. One rule: what is not known to be harmless is hidden.

Numbers and tax ids keep their first and last four characters; codes, states, amounts and dates stay; names,
phones, addresses, banks and tokens, and every field that nobody has listed here, become `***`.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from app.tax.fields import clean

LONGEST = 1_000
_READ = 4 * LONGEST

_SHOWN = frozenset({
    "amountinfiguers", "code", "describe", "error", "error_code", "error_description", "error_msg",
    "extaxamount", "failcause", "invalidsign", "invalidtime", "invoicedate", "invoicekind", "invoicetime",
    "invoicetype", "message", "msg", "orderamount", "result", "stateupdatetime", "status", "statusmsg",
    "taxamount", "totalamount", "totaltax", "verifyfrequency", "verifymessage", "verifyresult",
})  # fmt: skip
_SHORTENED = frozenset({
    "allelectronicinvoicenumber", "invoicecode", "invoiceno", "invoicenum", "log_id", "oldinvoiceno",
    "orderno", "payertaxno", "purchaserregisternum", "salertaxnum", "sellerregisternum", "serialno",
})  # fmt: skip
_HIDDEN = "***"

_PAIR = re.compile(r'"(\w{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"?')
_RUN = re.compile(r"[0-9A-Za-z]{9,}")
_IDENTIFIER = 15
"""A tax id has fifteen characters or more; a shorter run may be a phone, which four and four give away."""


def evidence(fields: Mapping[str, object]) -> str:
    """The flat fields of a JSON object, masked, those that explain first; at most 1,000 characters."""
    told = {key: value for key, value in fields.items() if value != "" and isinstance(value, str | int | Decimal)}
    ordered = sorted(told, key=lambda key: key.lower() not in _SHOWN)
    shown = {clean(key): _masked(key, str(told[key])[:_READ]) for key in ordered}
    return json.dumps(shown, ensure_ascii=False)[:LONGEST]


def evidence_of_text(text: str) -> str:
    """Text that was not JSON (HTML, half an answer), masked by the same rule; at most 1,000 characters."""
    plain = clean(text[:_READ].replace('\\"', '"'))
    return _without_runs(_PAIR.sub(_masked_pair, plain))[:LONGEST]


def _masked(key: str, value: str) -> str:
    if key.lower() in _SHOWN:
        return _without_runs(clean(value))
    return _ends(clean(value)) if key.lower() in _SHORTENED else _HIDDEN


def _masked_pair(match: re.Match[str]) -> str:
    return f'"{match[1]}":"{_masked(match[1], match[2])}"'


def _without_runs(text: str) -> str:
    """Hides numbers and keys that stand in running text."""
    return _RUN.sub(lambda match: _masked_run(match[0]), text)


def _masked_run(run: str) -> str:
    if not any(character.isdigit() for character in run):
        return run
    return _ends(run) if len(run) >= _IDENTIFIER else _HIDDEN


def _ends(text: str) -> str:
    return text if len(text) <= 8 else f"{text[:4]}…{text[-4:]}"  # noqa: PLR2004 - four and four
