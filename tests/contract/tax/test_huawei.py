"""Huawei's own dialect: the signature, what each kind is asked with, and what comes with another status than 200."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Outcome, Party
from app.domain.signing import Request
from app.tax.huawei import CAPABILITIES, Huawei, authorization

DIGITAL = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 2, 28, 17, 0, tzinfo=UTC),
    seller=Party("911101081000000166"),
    amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    kind=Kind.DIGITAL_ORDINARY,
)
OLD = replace(
    DIGITAL, kind=Kind.VAT_ORDINARY, code="011002500111", number="00000001", check_code="12345678901234 567890"
)
FACE = {"number": DIGITAL.number, "status": "valid", "result_code": "1000", "result_message": "consistent"}

EXAMPLE = {
    "content-type": "application/json", "host": "service.region.example.com", "x-sdk-date": "20191115T033655Z",
}  # fmt: skip
"""The request of the signing guide (api-sign-algorithm-002 to -005), whose keys are printed there."""
EXAMPLE_DIGEST = "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"


@pytest.fixture
def huawei(account, toolbox):
    return Huawei(account({"access_key": "AK", "secret_key": "SK", "project_id": "a b/ü"}), toolbox)


@pytest.fixture
def asked(huawei, provider):
    """The question that an invoice is asked with."""

    async def of(invoice):
        provider.says({"result": FACE})
        await huawei.check([invoice])
        (heard,) = provider.asked
        return json.loads(heard.body)

    return of


async def ask(huawei, invoice=DIGITAL):
    (answer,) = await huawei.check([invoice])
    return answer


def digest(method, path, query, headers, body):
    """The hash of the canonical request as the guide builds it, step by step."""
    lines = [method, path, query]
    lines += [f"{name}:{value}" for name, value in sorted(headers.items())]
    lines += ["", ";".join(sorted(headers)), hashlib.sha256(body).hexdigest()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_the_example_of_the_signing_guide_is_hashed_as_it_says():
    query = "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0"
    path = "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/"
    assert digest("GET", path, query, EXAMPLE, b"") == EXAMPLE_DIGEST


def test_what_we_hash_of_a_question_is_what_the_guide_hashes():
    request = Request("/v2/0123456789abcdef/ocr/invoice-verification/", "", EXAMPLE, b'{"code":""}')
    assert request.digest == digest("POST", request.path, "", EXAMPLE, request.body)


def test_the_signature_agrees_with_the_guides_example():
    request = SimpleNamespace(headers=EXAMPLE, signed_headers=";".join(sorted(EXAMPLE)), digest=EXAMPLE_DIGEST)
    assert authorization(request, "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc") == (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    )


async def test_a_question_is_signed_as_it_is_sent_but_for_the_last_slash(huawei, provider, now):
    provider.says({"result": FACE})
    await ask(huawei)
    (heard,) = provider.asked
    assert heard.target == "/ask/v2/a%20b%2F%C3%BC/ocr/invoice-verification"
    assert heard.headers["x-sdk-date"] == f"{now:%Y%m%dT%H%M%SZ}"
    signed = {name: heard.headers[name] for name in ("content-type", "host", "x-sdk-date")}
    request = Request(f"{heard.target}/", "", signed, heard.body.encode())
    assert heard.headers["authorization"] == authorization(request, "AK", "SK")


async def test_an_endpoint_may_end_with_a_slash(account, toolbox, provider):
    of = replace(account({"access_key": "AK", "secret_key": "SK", "project_id": "p"}), url=f"{provider.url}/")
    provider.says({"result": FACE})
    await ask(Huawei(of, toolbox))
    assert provider.asked[0].target == "/ask/v2/p/ocr/invoice-verification"


async def test_a_digital_invoice_is_asked_with_its_total_its_beijing_day_and_no_code(asked):
    assert await asked(DIGITAL) == {
        "code": "", "number": DIGITAL.number, "issue_date": "2025-03-01", "check_code": "",
        "subtotal_amount": "106.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "check_code", "amount"),
    [
        (Kind.VAT_SPECIAL, "", "100.00"), (Kind.VAT_SPECIAL_ELECTRONIC, "", "100.00"),
        (Kind.VAT_ORDINARY, "567890", ""), (Kind.VAT_ORDINARY_ELECTRONIC, "567890", ""),
        (Kind.VAT_ROLL, "567890", ""), (Kind.TOLL_ELECTRONIC, "567890", ""),
        (Kind.MOTOR_VEHICLE, "", "100.00"), (Kind.USED_VEHICLE, "", "106.00"),
        (Kind.BLOCKCHAIN, "67890", "100.00"), (Kind.DIGITAL_SPECIAL, "", "106.00"),
    ],
)  # fmt: skip
async def test_each_kind_has_its_amount_and_its_end_of_the_check_code(kind, check_code, amount, asked):
    question = await asked(replace(OLD, kind=kind))
    assert (question["check_code"], question["subtotal_amount"]) == (check_code, amount)
    assert question["code"] == ("" if kind is Kind.DIGITAL_SPECIAL else OLD.code)


async def test_an_amount_keeps_the_two_decimals_of_the_form(asked):
    amount = Amount(Decimal(83), Decimal(5), Decimal(88))
    assert (await asked(replace(DIGITAL, amount=amount)))["subtotal_amount"] == "88.00"


def test_the_first_question_waits_for_the_day_that_huawei_asks_for():
    assert CAPABILITIES.minimum_age == timedelta(hours=24)
    assert {Outcome.FOUND_MATCH, Outcome.NOT_FOUND, Outcome.MISMATCH} <= CAPABILITIES.charged


async def test_a_find_tells_the_face_in_our_words(huawei, provider):
    face = {
        **FACE, "code": "", "issue_date": "20250301", "seller_id": "911101081000000166",
        "buyer_id": "91110105100000024m", "subtotal_amount": "100.00", "subtotal_tax": "6.00", "total": "106.00",
    }  # fmt: skip
    provider.says({"result": face})
    answer = await ask(huawei)
    assert (answer.outcome, answer.billed, answer.code) == (Outcome.FOUND_MATCH, True, "1000")
    assert answer.found == Found(
        number=DIGITAL.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    )


@pytest.mark.parametrize("code", ["1001", "1009", "", None, 1000.5, "01000"])
async def test_a_result_that_stands_in_no_table_is_never_not_there(code, huawei, provider):
    provider.says({"result": {**FACE, "result_code": code}})
    answer = await ask(huawei)
    assert (answer.outcome, answer.unlisted, answer.billed, answer.found) == (Outcome.TRANSIENT, True, False, None)


@pytest.mark.parametrize("status", ["Valid", "正常", "", None, "partly_reversed"])
async def test_a_status_that_stands_in_no_table_is_no_find(status, huawei, provider):
    provider.says({"result": {**FACE, "status": status}})
    answer = await ask(huawei)
    assert (answer.outcome, answer.unlisted, answer.billed, answer.found) == (Outcome.TRANSIENT, True, True, None)


async def test_an_error_says_its_code_and_message_and_how_long_to_wait(huawei, provider):
    told = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}
    provider.says(told, status=429, headers={"retry-after": "7"})
    answer = await ask(huawei)
    assert (answer.outcome, answer.code, answer.retry_after) == (Outcome.RATE_LIMITED, "APIGW.0308", 7)
    assert answer.message == "The throttling threshold has been reached"


@pytest.mark.parametrize("code", ["APIG.0999", "APIGW.", "APIG", "AIS.0301", "0301", "XAPIG.0301"])
async def test_an_error_that_stands_in_no_table_is_counted(code, huawei, provider):
    provider.says({"error_code": code, "error_msg": "?"}, status=400)
    answer = await ask(huawei)
    assert (answer.outcome, answer.code, answer.unlisted) == (Outcome.TRANSIENT, code, True)


async def test_an_error_in_a_200_is_an_error(huawei, provider):
    provider.says({"error_code": "AIS.0118", "error_msg": "tax authority"})
    assert (await ask(huawei)).outcome is Outcome.AUTHORITY_DOWN


async def test_a_probe_asks_about_nothing_and_an_objection_to_that_is_health(huawei, provider):
    provider.says({"error_code": "AIS.0101", "error_msg": "The input parameter is invalid."}, status=400)
    answer = await huawei.probe()
    assert (answer.outcome, answer.billed) == (Outcome.BAD_REQUEST, False)
    assert [heard.body for heard in provider.asked] == ["{}"]
