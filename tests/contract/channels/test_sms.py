"""Text messages by Alibaba Cloud: three short words, signed as the vendor's own client signs, judged by `Code`."""

import json
import logging
from types import SimpleNamespace

import pytest
from alibabacloud_tea_openapi.utils import Utils

from app.channels import sms
from app.channels.channel import Failure, Result
from app.channels.sms import SMS
from app.egress import Reply
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import INCIDENT, NOW, late, parcel, told

SECRET = "secretwithoutanydigit"
KEYS = {"access_key_id": "LTAIexample0000000000000", "access_key_secret": SECRET}
GIVEN = {
    "credentials": KEYS,
    "options": {"sign_name": "票达", "template": "SMS_000000001"},
    "to": ("13800000000", "+8613900000000"),
}
DAY = 24 * 3_600.0
RETRY = {"isv.BUSINESS_LIMIT_CONTROL": 3_600.0, "isv.DAY_LIMIT_CONTROL": DAY, "isv.MONTH_LIMIT_CONTROL": DAY,
         "Throttling": 60.0, "Throttling.Api": 60.0, "Throttling.User": 60.0, "isp.SYSTEM_ERROR": None,
         "isp.GATEWAY_ERROR": None, "isp.UNKNOWN": None, "ServiceUnavailable": None, "InternalError": None,
         "SignatureNonceUsed": None}  # fmt: skip
PERMANENT = {
    "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL",
    "isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL",
}  # fmt: skip
MISCONFIGURED = {
    "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired",
    "Forbidden.RAM", "NoPermission", "isp.RAM_PERMISSION_DENY", "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL",
    "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE",
    "isv.DENY_IP_RANGE", "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
    "isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT",
}  # fmt: skip


def said(code, message="why"):
    return json.dumps({"Code": code, "Message": message, "RequestId": "0"}, ensure_ascii=False)


def judged(status, body):
    return sms.judge(Reply(status, {}, body.encode()), NOW)


async def test_ok_in_the_body_is_delivered(receiver, connect):
    receiver.answer = Answer(200, said("OK"))
    receipt = await connect(SMS, **GIVEN).send([parcel(told())])
    assert (receipt.result, receipt.code, receipt.failure) == (Result.DELIVERED, "OK", None)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", sorted({*RETRY, *PERMANENT, *MISCONFIGURED}))
def test_every_code_of_the_table_has_its_meaning(code, status):
    receipt = judged(status, said(code))
    wanted = {Result.RETRY: RETRY, Result.PERMANENT: PERMANENT, Result.MISCONFIGURED: MISCONFIGURED}
    assert [result for result, codes in wanted.items() if code in codes] == [receipt.result]
    assert receipt.retry_after == RETRY.get(code)
    assert receipt.failure is not None


def test_there_is_no_code_in_the_table_without_a_test():
    assert set(sms.ANSWERS) == {"OK", *RETRY, *PERMANENT, *MISCONFIGURED}


@pytest.mark.parametrize(
    ("message", "wait"),
    [("触发分钟级流控Permits:1", 60.0), ("触发小时级流控Permits:5", 3_600.0), ("触发天级流控Permits:40", DAY)],
)
def test_a_limit_is_waited_for_as_long_as_its_message_says(message, wait):
    assert judged(200, said("isv.BUSINESS_LIMIT_CONTROL", message)).retry_after == wait


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>"), (200, ""), (200, "[]"), (200, "{}"), (200, '{"Code":1}'), (200, '{"Code":["OK"]}'),
     (200, "[" * 100_000), (200, said("isv.SOMETHING_NEW")), (404, said("OK")), (302, "")],
)  # fmt: skip
def test_what_is_not_the_vendor_s_word_is_unclear(status, body):
    assert (judged(status, body).result, judged(status, body).failure) == (Result.UNKNOWN, Failure.UNCLEAR)


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_gateway_is_for_the_ladder(status):
    assert judged(status, "<html>").result is Result.RETRY


async def test_silence_ends_at_the_timeout(receiver, connect):
    receiver.answer = None
    receipt = await connect(SMS, **GIVEN, timeout=0.2).send([parcel(told())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.TIMEOUT)


async def test_the_guard_s_refusal_is_a_matter_of_configuration(connect):
    receipt = await connect(SMS, **GIVEN, url="https://169.254.169.254/").send([parcel(told())])
    assert (receipt.result, receipt.failure) == (Result.MISCONFIGURED, Failure.GUARDED)


async def test_the_vendor_s_own_client_would_have_signed_the_same(receiver, connect):
    await connect(SMS, **GIVEN).send([parcel(told())])
    (call,) = receiver.calls
    headers = {name: value for name, value in call.headers.items() if name == "host" or name.startswith("x-acs-")}
    sent = SimpleNamespace(method="POST", pathname="/hook/" + call.path.split("/")[2].split("?")[0], query=call.query,
                           headers=headers)  # fmt: skip
    digest = headers["x-acs-content-sha256"]
    assert call.headers["authorization"] == Utils.get_authorization(
        sent, "ACS3-HMAC-SHA256", digest, KEYS["access_key_id"], SECRET
    )
    assert (headers["x-acs-action"], headers["x-acs-version"]) == ("SendSms", "2017-05-25")


@pytest.fixture
def connect(receiver, tools):
    """The receiver's address without a query: SendSms has none of its own."""

    def make(kind, **changes):
        from app.channels.channel import Destination  # noqa: PLC0415 - one use

        url = receiver.url.partition("?")[0]
        return kind.make(Destination(**{"name": "boss", "kind": "sms", "url": url, **changes}), tools)

    return make


async def variables(receiver, channel, *payloads):
    await channel.send([parcel(payload) for payload in payloads])
    return json.loads(receiver.calls[-1].query["TemplateParam"])


async def test_a_telephone_hears_how_grave_how_many_and_a_short_code(receiver, connect):
    said_to_it = await variables(receiver, connect(SMS, **GIVEN), told())
    assert said_to_it.keys() == {"severity", "count", "code"}
    assert said_to_it["count"] == "11"
    assert len(said_to_it["code"]) == 6
    query = receiver.calls[-1].query
    assert (query["PhoneNumbers"], query["SignName"]) == ("13800000000,+8613900000000", "票达")
    assert query["TemplateCode"] == "SMS_000000001"


async def test_nothing_of_an_invoice_goes_out(receiver, connect):
    await connect(SMS, **GIVEN).send([parcel(late()), parcel(told())])
    shown = str(receiver.calls[-1].query)
    for secret in ("25112000000000000001", "示例", "1060", "128000", "nuonuo", INCIDENT):
        assert secret not in shown


async def test_several_messages_are_counted_together_and_one_incident_once(receiver, connect):
    channel = connect(SMS, **GIVEN)
    assert (await variables(receiver, channel, told(remaining=5), told(remaining=7), late()))["count"] == "8"


async def test_the_end_of_an_incident_counts_all_it_had(receiver, connect):
    payload = told("incident.resolved", remaining=0, members=12)
    assert (await variables(receiver, connect(SMS, **GIVEN), payload))["count"] == "12"


async def test_no_secret_stands_in_a_receipt_or_a_log(receiver, connect, caplog):
    caplog.set_level(logging.DEBUG)
    receiver.answer = Answer(400, said("SignatureDoesNotMatch", f"LTAIexample0000000000000 {SECRET} 13800000000"))
    channel = connect(SMS, **GIVEN)
    seen = repr(await channel.send([parcel(told())])) + repr(channel) + caplog.text
    assert not [secret for secret in (*KEYS.values(), "13800000000") if secret in seen]


@pytest.mark.parametrize("to", [(), ("finance",), ("138&x=1",), tuple(f"138{number:08}" for number in range(51))])
def test_a_number_that_is_none_or_too_many_are_refused_at_once(to, connect):
    with pytest.raises(ValueError, match="telephone numbers"):
        connect(SMS, **{**GIVEN, "to": to})


@pytest.mark.parametrize("name", ["sign_name", "template"])
def test_without_a_signature_or_a_template_there_is_no_channel(name, connect):
    options = {key: value for key, value in GIVEN["options"].items() if key != name}
    with pytest.raises(ValueError, match=name):
        connect(SMS, **{**GIVEN, "options": options})


async def test_as_many_numbers_as_are_allowed_fit_into_the_url(receiver, connect):
    receiver.answer = Answer(200, said("OK"))
    given = {**GIVEN, "to": tuple(f"+86138{number:08}" for number in range(50)), "timeout": 5.0}
    assert (await connect(SMS, **given).send([parcel(told())])).result is Result.DELIVERED
