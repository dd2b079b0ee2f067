"""A text message (短信) by Alibaba Cloud, SendSms of version 2017-05-25: how grave, how many, and a short code.

Its one rule: nothing of an invoice goes out but that. A template approved beforehand says the rest and has the
variables `severity`, `count` and `code`: 票达：${severity}，${count}张发票待处理，编号${code}，请登录查看。
HTTP 200 says nothing, `Code` says it all. Codes: help.aliyun.com, error codes of SendSms and of the OpenAPI gateway.
"""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.channels.channel import Destination, Kind, Parcel, Receipt, Toolbox
from app.channels.chat import read, told
from app.channels.limits import LIMITS
from app.channels.options import chosen
from app.channels.record import without
from app.channels.reply import BUSY, GOOD, HOPELESS, WRONG, Verdict, document, hold, judged, unreachable
from app.domain.address import Target
from app.domain.alert import Alert, Tone
from app.domain.errors import EgressError
from app.domain.signing import Request, acs3_authorization, canonical_query, sha256_hex
from app.egress import Reply

URL, VERSION, ACTION = "https://dysmsapi.aliyuncs.com/", "2017-05-25", "SendSms"
NUMBERS = 50
"""SendSms takes more; these still fit into a URL of 2,048 characters."""

CODE = 6
VARIABLE = LIMITS["sms"]["variable"]
SEVERITY: Mapping[Tone, Mapping[str, str]] = {
    "trouble": {"zh": "严重", "en": "critical"},
    "warning": {"zh": "提醒", "en": "warning"},
    "good": {"zh": "已恢复", "en": "recovered"},
    "news": {"zh": "通知", "en": "notice"},
}

_MINUTE, _HOUR, _DAY = hold(60.0), hold(3_600.0), hold(24 * 3_600.0)
_LIMITED = "isv.BUSINESS_LIMIT_CONTROL"
_LEVELS = (("分钟", _MINUTE), ("小时", _HOUR), ("天", _DAY))
"""What the message of that code says was exceeded."""

ANSWERS: Mapping[str, Verdict] = {
    "OK": GOOD,
    _LIMITED: _HOUR,
    "isv.DAY_LIMIT_CONTROL": _DAY,  # the operator's own limit
    "isv.MONTH_LIMIT_CONTROL": _DAY,
    "Throttling": _MINUTE,
    "Throttling.Api": _MINUTE,
    "Throttling.User": _MINUTE,
    "isp.SYSTEM_ERROR": BUSY,
    "isp.GATEWAY_ERROR": BUSY,
    "isp.UNKNOWN": BUSY,
    "ServiceUnavailable": BUSY,
    "InternalError": BUSY,
    "SignatureNonceUsed": BUSY,
    "InvalidAccessKeyId.NotFound": WRONG,
    "InvalidAccessKeyId.Inactive": WRONG,
    "SignatureDoesNotMatch": WRONG,
    "InvalidTimeStamp.Expired": WRONG,  # our clock
    "Forbidden.RAM": WRONG,
    "NoPermission": WRONG,
    "isp.RAM_PERMISSION_DENY": WRONG,
    "isv.ACCOUNT_NOT_EXISTS": WRONG,
    "isv.ACCOUNT_ABNORMAL": WRONG,
    "isv.AMOUNT_NOT_ENOUGH": WRONG,  # no money left
    "isv.OUT_OF_SERVICE": WRONG,  # the same
    "isv.PRODUCT_UN_SUBSCRIPT": WRONG,
    "isv.PRODUCT_UNSUBSCRIBE": WRONG,
    "isv.DENY_IP_RANGE": WRONG,
    "isv.SMS_SIGNATURE_ILLEGAL": WRONG,
    "isv.SMS_SIGN_ILLEGAL": WRONG,
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": WRONG,
    "isv.SMS_TEMPLATE_ILLEGAL": WRONG,
    "isv.TEMPLATE_MISSING_PARAMETERS": WRONG,  # the template's variables have other names
    "isv.TEMPLATE_PARAMS_ILLEGAL": WRONG,
    "isv.MOBILE_NUMBER_ILLEGAL": WRONG,
    "isv.MOBILE_COUNT_OVER_LIMIT": WRONG,
    "isv.INVALID_PARAMETERS": HOPELESS,
    "isv.INVALID_JSON_PARAM": HOPELESS,
    "isv.PARAM_LENGTH_LIMIT": HOPELESS,
    "isv.PARAM_NOT_SUPPORT_URL": HOPELESS,
    "isv.BLACK_KEY_CONTROL_LIMIT": HOPELESS,  # a forbidden word
    "isv.SMS_CONTENT_ILLEGAL": HOPELESS,
}
_OK = 200
_NUMBER = re.compile(r"\+?[0-9]{5,15}")
_NO_LETTERS = re.compile(r"[^0-9A-Za-z]")


class Sms:
    """A few telephones. Making it raises ValueError where a number is none or one too many, or an option is missing."""

    batch = 100

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        if not 0 < len(destination.to) <= NUMBERS or not all(map(_NUMBER.fullmatch, destination.to)):
            raise ValueError(f"{destination.name}: 1 to {NUMBERS} telephone numbers, digits alone")
        self._sign_name, self._template = chosen(destination, "sign_name"), chosen(destination, "template")
        self._target = Target.parse(destination.url or URL)
        self._destination, self._tools = destination, tools

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        to, tools = self._destination, self._tools
        variables = _variables(told(parcels, to, tools), parcels, "en" if to.language == "en" else "zh")
        query = canonical_query(
            {
                "PhoneNumbers": ",".join(to.to),
                "SignName": self._sign_name,
                "TemplateCode": self._template,
                "TemplateParam": json.dumps(variables, ensure_ascii=False),
            }
        )
        try:
            reply = await tools.egress.request(
                "POST", f"{to.url or URL}?{query}", headers=self._headers(query), deadline=to.timeout
            )
        except EgressError as error:
            return unreachable(error)
        receipt = judge(reply, tools.clock.now())
        return replace(receipt, detail=without(receipt.detail, [*to.credentials.values()]))

    def _headers(self, query: str) -> Mapping[str, str]:
        keys = self._destination.credentials
        signed = {
            "host": self._target.authority,
            "x-acs-action": ACTION,
            "x-acs-version": VERSION,
            "x-acs-date": f"{self._tools.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": sha256_hex(b""),
        }
        request = Request(self._target.path, query, signed)
        return {
            **signed,
            "authorization": acs3_authorization(request, keys["access_key_id"], keys["access_key_secret"]),
        }


def judge(reply: Reply, now: datetime) -> Receipt:
    said = document(reply)
    word = said.get("Code")
    code = word if isinstance(word, str) and (word != "OK" or reply.status == _OK) else ""
    message = str(said.get("Message", ""))
    level = next((verdict for name, verdict in _LEVELS if code == _LIMITED and name in message), None)
    return judged(reply, now, code, {**ANSWERS, _LIMITED: level} if level else ANSWERS)


def _variables(alert: Alert, parcels: Sequence[Parcel], language: str) -> Mapping[str, str]:
    """All texts: SendSms takes no numbers."""
    shown = {
        "severity": SEVERITY[alert.tone][language],
        "count": str(_count(map(read, parcels))),
        "code": _NO_LETTERS.sub("", alert.incident or parcels[-1].id)[-CODE:].upper(),
    }
    return {name: value[:VARIABLE] for name, value in shown.items()}


def _count(payloads: Iterable[Mapping[str, Any]]) -> int:
    """The invoices of the incidents as they were told last, and those told by themselves."""
    counts: dict[str, int] = {}
    for payload in payloads:
        data = payload.get("data", {})
        incident, invoice = data.get("incident") or {}, data.get("invoice") or {}
        subject = str(incident.get("id") or invoice.get("id") or "")
        counts[subject] = (incident.get("remaining") or incident.get("members") or 0) if incident else 1
    return sum(counts.values())


SMS = Kind(
    Sms,
    url="optional",
    hosts=("*.aliyuncs.com",),
    credentials={"access_key_id": "AccessKey ID", "access_key_secret": "AccessKey secret"},
    options={
        "sign_name": "the approved signature (签名)",
        "template": "the approved template (SMS_…), with the variables severity, count and code",
    },
    to="telephone numbers",
    gap=60.0,
)
"""Fifty messages a day of one template reach one telephone: what comes within a minute is one message."""
