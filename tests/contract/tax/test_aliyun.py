"""Alibaba Cloud's own dialect: what each kind is asked with, what each code means, and what is paid for."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from app.domain.comparison import compare
from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Outcome, Paper, Party
from app.tax.aliyun import CAPABILITIES, TABLES, Aliyun
from tests.contract.tax.speakers.aliyun import OfAliyun
from tests.contract.tax.speakers.speaker import PLAIN

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
PAPER = replace(DIGITAL, kind=Kind.DIGITAL_PAPER_SPECIAL, paper=Paper("011002500104", "00000002"))
BLOCKCHAIN = replace(OLD, kind=Kind.BLOCKCHAIN, code="144032509110", check_code="1a2b3")
FACE = {"invoiceNumber": DIGITAL.number, "invalidMark": "N"}
SPEAKER = OfAliyun()


@pytest.fixture
def credentials():
    return {"access_key_id": "id", "access_key_secret": "secret"}


@pytest.fixture
def aliyun(account, toolbox, credentials):
    return Aliyun(account(credentials), toolbox)


@pytest.fixture
def query(aliyun, provider):
    """The query that an invoice is asked with, but for the day, which they all have."""

    async def of(invoice):
        provider.says(found())
        await aliyun.check([invoice])
        (heard,) = provider.asked
        asked = dict(parse_qsl(heard.target.partition("?")[2], keep_blank_values=True))
        assert asked.pop("InvoiceDate") == "20250301"
        return asked

    return of


def said(code, data=None, msg="说明"):
    return SPEAKER.said({"code": code, "msg": msg, "data": data})


def found(**changes):
    return said("001", {**FACE, **changes})


async def ask(aliyun, invoice=DIGITAL):
    (answer,) = await aliyun.check([invoice])
    return answer


async def test_the_question_names_its_action_and_no_token_of_temporary_credentials(aliyun, provider):
    provider.says(found())
    await ask(aliyun)
    headers = provider.asked[0].headers
    assert (headers["x-acs-action"], headers["x-acs-version"]) == ("VerifyVATInvoice", "2021-07-07")
    assert "x-acs-security-token" not in headers


async def test_temporary_credentials_bring_their_token_signed(account, toolbox, provider, credentials):
    provider.says(found())
    await ask(Aliyun(account({**credentials, "token": "temporary"}), toolbox))
    headers = provider.asked[0].headers
    assert headers["x-acs-security-token"] == "temporary"
    assert ";x-acs-security-token;" in headers["authorization"]


async def test_no_two_questions_have_the_same_nonce(aliyun, provider):
    provider.says(found())
    await aliyun.check([DIGITAL, DIGITAL])
    assert len({heard.headers["x-acs-signature-nonce"] for heard in provider.asked}) == 2


@pytest.mark.parametrize(
    ("invoice", "asked"),
    [
        *(
            (replace(DIGITAL, kind=kind), {"InvoiceNo": DIGITAL.number, "InvoiceSum": "106.00", "InvoiceKind": "0"})
            for kind in (
                Kind.DIGITAL_ORDINARY, Kind.DIGITAL_SPECIAL, Kind.DIGITAL_MOTOR_VEHICLE, Kind.DIGITAL_USED_VEHICLE,
                Kind.RAILWAY_TICKET, Kind.AIR_ITINERARY,
            )
        ),
        (
            PAPER,
            {"InvoiceNo": "00000002", "InvoiceCode": "011002500104", "InvoiceSum": "100.00", "InvoiceKind": "0"},
        ),
        (
            BLOCKCHAIN,
            {
                "InvoiceNo": "00000001", "InvoiceCode": "144032509110", "InvoiceSum": "100.00", "VerifyCode": "1a2b3",
                "InvoiceKind": "1",
            },
        ),
    ],
    ids=lambda each: str(each.kind) if isinstance(each, Invoice) else "",
)  # fmt: skip
async def test_each_kind_is_asked_with_what_it_needs_and_no_more(invoice, asked, query):
    assert await query(invoice) == asked


@pytest.mark.parametrize(
    ("kind", "check_code", "amount"),
    [
        (Kind.VAT_SPECIAL, None, "100.00"), (Kind.VAT_ORDINARY, "567890", None),
        (Kind.VAT_ORDINARY_ELECTRONIC, "567890", None), (Kind.VAT_ROLL, "567890", None),
        (Kind.TOLL_ELECTRONIC, "567890", None), (Kind.MOTOR_VEHICLE, None, "100.00"),
        (Kind.USED_VEHICLE, None, "106.00"),
    ],
)  # fmt: skip
async def test_each_kind_with_a_code_has_its_amount_or_its_check_code(kind, check_code, amount, query):
    asked = await query(replace(OLD, kind=kind))
    assert (asked["InvoiceCode"], asked.get("VerifyCode"), asked.get("InvoiceSum")) == (OLD.code, check_code, amount)


async def test_a_probe_leaves_out_what_every_question_has(aliyun, provider):
    provider.says({"Code": "MissingInvoiceNo", "Message": "x"}, status=400)
    assert (await aliyun.probe()).outcome is Outcome.BAD_REQUEST
    assert provider.asked[0].target == "/ask"


def test_it_says_which_kinds_can_be_asked_about_and_how_often():
    unknown = {Kind.FOREIGN, Kind.VAT_SPECIAL_ELECTRONIC, Kind.DIGITAL_PAPER_ORDINARY, Kind.GENERAL_ELECTRONIC}
    assert set(Kind) - CAPABILITIES.needs.keys() == unknown
    assert (CAPABILITIES.batch, CAPABILITIES.daily_limit, CAPABILITIES.same_day) == (1, 5, True)


def test_the_speaker_says_every_code_of_the_tables():
    texts = json.dumps([body for body, _ in SPEAKER.says()]).replace("\\", "")
    listed = [code.removesuffix(".*") for table in TABLES.codes.values() for code in table]
    assert [code for code in listed if not re.search(rf'"{re.escape(code)}[".]', texts)] == []


@pytest.mark.parametrize(
    ("code", "outcome", "billed"),
    [
        ("006", Outcome.MISMATCH, True), ("009", Outcome.NOT_FOUND, True), ("1005", Outcome.BAD_REQUEST, True),
        ("002", Outcome.QUOTA_INVOICE_DAY, False), ("113", Outcome.BAD_REQUEST, False),
        ("106", Outcome.TRANSIENT, False),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_it_costs(code, outcome, billed, aliyun, provider):
    provider.says(said(code, msg="说明"))
    answer = await ask(aliyun)
    assert (answer.outcome, answer.code, answer.billed, answer.unlisted) == (outcome, code, billed, False)
    assert (answer.message, answer.request_id) == ("说明", "55B2BB6D-EA14-5828-AB61-3CE168377D64")
    assert answer.found is None


@pytest.mark.parametrize("code", ["003", "004", "1", "01", "0001", "001 ok", "Invoice", "Throttling", 1, 0])
async def test_a_code_nobody_listed_teaches_nothing_although_a_face_stands_beside_it(code, aliyun, provider):
    provider.says(said(code, FACE))
    answer = await ask(aliyun)
    assert (answer.outcome, answer.unlisted, answer.found) == (Outcome.TRANSIENT, True, None)


@pytest.mark.parametrize(
    ("mark", "outcome"),
    [
        ("N", Outcome.FOUND_MATCH), ("Y", Outcome.FOUND_VOID), ("H", Outcome.FOUND_RED_FULL),
        ("7", Outcome.FOUND_RED_PARTIAL), (8, Outcome.FOUND_RED_FULL), ("n", Outcome.TRANSIENT),
        ("", Outcome.TRANSIENT), ("0", Outcome.TRANSIENT), (None, Outcome.TRANSIENT), (False, Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_a_find_is_what_its_mark_says_and_is_paid_for_in_any_case(mark, outcome, aliyun, provider):
    provider.says(found(invalidMark=mark))
    answer = await ask(aliyun)
    assert (answer.outcome, answer.billed) == (outcome, True)
    assert (answer.found is None) == (outcome is Outcome.TRANSIENT)


async def test_a_find_tells_the_face_in_our_words(aliyun, provider):
    face = {
        "invoiceCode": "", "invoiceDate": "20250301", "salerTaxpayerNumber": "911101081000000166",
        "purchaserTaxpayerNumber": "91110105100000024m", "invoiceMoney": "-100.00", "allTax": -6,
        "allValoremTax": -106.0, "blueInvoiceNo": "25112000000000000000",
    }  # fmt: skip
    provider.says(found(**face))
    assert (await ask(aliyun)).found == Found(
        number=DIGITAL.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("-100.00"), Decimal("-6.00"), Decimal("-106.00")),
        original_number="25112000000000000000",
    )


async def test_a_used_car_is_told_by_names_of_its_own(aliyun, provider):
    car = {"sellerUnitCodeOrIdno": "911101081000000166", "purchaserUnitcodeOrIdNo": "91110105100000024M"}
    provider.says(found(**car, salerTaxpayerNumber="", carPrice="106.00"))
    told = (await ask(aliyun, replace(OLD, kind=Kind.USED_VEHICLE))).found
    assert (told.seller_tax_id, told.buyer_tax_id) == ("911101081000000166", "91110105100000024M")
    assert told.amount.with_tax == Decimal("106.00")


ODD = [None, [], {}, "", " ", 0, -1, True, "否", "\x00", "x" * 10_000, 10**40, "1e400", [[]], {"a": None}]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:20])
async def test_a_wrong_value_in_any_field_of_the_inner_text_never_makes_up_knowledge(odd, aliyun, provider):
    verdict = SPEAKER.verdict()
    spoilt = [verdict | {key: odd} for key in verdict]
    spoilt += [verdict | {"data": verdict["data"] | {key: odd}} for key in verdict["data"]]
    for each in spoilt:
        provider.forget()
        provider.says(SPEAKER.said(each))
        answer = await ask(aliyun, PLAIN)
        assert answer.outcome in {Outcome.TRANSIENT, Outcome.FOUND_MATCH}
        assert answer.found is None or compare(PLAIN, answer.found) == () or isinstance(odd, str | int)


@pytest.mark.parametrize(
    "data",
    [
        "", "{}", "[]", "null", '{"code":"001"', '{"code":"001","code":"009"}', '{"code":"001","data":"x"}',
        '{"code":"001","data":[{}]}', '{"code":"001","data":{"invalidMark":"N"}}', '{"a":' * 100 + "1" + "}" * 100,
        "<html>", None, ["001"], 1,
    ],
    ids=lambda data: str(data)[:30],
)  # fmt: skip
async def test_an_inner_text_that_cannot_be_read_teaches_nothing(data, aliyun, provider):
    provider.says({"RequestId": "r-1", "Data": data})
    answer = await ask(aliyun)
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


@pytest.mark.parametrize("status", [200, 400, 403, 500])
@pytest.mark.parametrize("code", ["Throttling.User", "Unheard", "001", "200"])
async def test_what_the_gateway_objects_to_is_no_find_although_one_stands_beside_it(status, code, aliyun, provider):
    provider.says({**found(), "Code": code, "Message": "x"}, status=status)
    answer = await ask(aliyun)
    assert answer.outcome is (Outcome.RATE_LIMITED if code == "Throttling.User" else Outcome.TRANSIENT)
    assert (answer.code, answer.message, answer.found, answer.billed) == (code, "x", None, False)


async def test_a_gateway_that_asks_for_a_wait_is_given_it(aliyun, provider):
    provider.says({"Code": "Throttling.User"}, status=400, headers={"retry-after": "7"})
    answer = await ask(aliyun)
    assert (answer.outcome, answer.retry_after) == (Outcome.RATE_LIMITED, 7)


async def test_several_invoices_are_asked_one_by_one_in_order(aliyun, provider):
    provider.says(found())
    provider.says(said("009"))
    answers = await aliyun.check([DIGITAL, OLD])
    assert [answer.outcome for answer in answers] == [Outcome.FOUND_MATCH, Outcome.NOT_FOUND]
