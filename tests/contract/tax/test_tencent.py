"""Tencent Cloud's own dialect: what each kind is asked with, what each code means, what is paid for."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Outcome, Paper, Party
from app.tax.tencent import CAPABILITIES, TABLES, Tencent
from tests.contract.tax.speakers.tencent import OfTencent

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
SPECIAL = replace(OLD, kind=Kind.VAT_SPECIAL, code="1100251130", check_code=None)
PAPER = replace(
    DIGITAL, kind=Kind.DIGITAL_PAPER_SPECIAL, paper=Paper("011002500104", "00000002"), check_code="12345678901234567890"
)
BLOCKCHAIN = replace(OLD, kind=Kind.BLOCKCHAIN, code="144032509110", check_code="1a2b3")
GENERAL = replace(OLD, kind=Kind.GENERAL_ELECTRONIC, code="144002588010", check_code=None)
FACE = {"Number": DIGITAL.number, "IsAbandoned": "N"}


@pytest.fixture
def credentials():
    return {"secret_id": "id", "secret_key": "key"}


@pytest.fixture
def tencent(account, toolbox, credentials):
    return Tencent(account(credentials), toolbox)


@pytest.fixture
def form(tencent, provider):
    """The form that an invoice is asked with, but for what they all have."""

    async def of(invoice):
        provider.says(found())
        await tencent.check([invoice])
        (heard,) = provider.asked
        asked = json.loads(heard.body)
        assert asked.pop("InvoiceDate") == "2025-03-01"
        assert asked.pop("EnableTodayInvoice") is True
        return asked

    return of


def found(**changes):
    return {"Response": {"Invoice": {**FACE, **changes}, "RequestId": "r-1"}}


def refused(code, **more):
    return {"Response": {"Error": {"Code": code, "Message": "说明"}, "RequestId": "r-1", **more}}


async def ask(tencent, invoice=DIGITAL):
    (answer,) = await tencent.check([invoice])
    return answer


async def test_the_question_names_its_action_and_no_token_of_temporary_credentials(tencent, provider):
    provider.says(found())
    await ask(tencent)
    headers = provider.asked[0].headers
    assert (headers["x-tc-action"], headers["x-tc-version"]) == ("VatInvoiceVerifyNew", "2018-11-19")
    assert "x-tc-token" not in headers


async def test_temporary_credentials_bring_their_token(account, toolbox, provider, credentials):
    provider.says(found())
    await ask(Tencent(account({**credentials, "token": "temporary"}), toolbox))
    assert provider.asked[0].headers["x-tc-token"] == "temporary"


@pytest.mark.parametrize(
    ("invoice", "asked"),
    [
        (DIGITAL, {"InvoiceNo": DIGITAL.number, "InvoiceKind": "10", "Amount": "106.00"}),
        (
            replace(DIGITAL, kind=Kind.DIGITAL_SPECIAL),
            {"InvoiceNo": DIGITAL.number, "InvoiceKind": "08", "Amount": "106.00"},
        ),
        *(
            (replace(DIGITAL, kind=kind), {"InvoiceNo": DIGITAL.number, "Amount": "106.00"})
            for kind in (Kind.RAILWAY_TICKET, Kind.AIR_ITINERARY, Kind.DIGITAL_MOTOR_VEHICLE, Kind.DIGITAL_USED_VEHICLE)
        ),
        (PAPER, {"InvoiceNo": "00000002", "InvoiceCode": "011002500104", "Amount": "100.00"}),
        (
            replace(PAPER, kind=Kind.DIGITAL_PAPER_ORDINARY),
            {"InvoiceNo": "00000002", "InvoiceCode": "011002500104", "CheckCode": "567890"},
        ),
        (
            BLOCKCHAIN,
            {
                "InvoiceNo": "00000001", "InvoiceCode": "144032509110", "InvoiceKind": "32", "CheckCode": "1a2b3",
                "Amount": "100.00", "SellerTaxCode": "911101081000000166",
            },
        ),
        *(
            (
                replace(GENERAL, code=code),
                {
                    "InvoiceNo": "00000001", "InvoiceCode": code, "Amount": "106.00", "RegionCode": region,
                    "SellerTaxCode": "911101081000000166", "EnableCommonElectronic": True,
                },
            )
            for code, region in (("144002588010", "4400"), ("133002588010", "3300"))
        ),
    ],
    ids=lambda each: str(each.kind) if isinstance(each, Invoice) else "",
)  # fmt: skip
async def test_each_kind_is_asked_with_what_it_needs_and_no_more(invoice, asked, form):
    assert await form(invoice) == asked


@pytest.mark.parametrize(
    ("kind", "word", "check_code", "amount"),
    [
        (Kind.VAT_SPECIAL, "01", None, "100.00"), (Kind.VAT_SPECIAL_ELECTRONIC, "08", None, "100.00"),
        (Kind.VAT_ORDINARY, "04", "567890", None), (Kind.VAT_ORDINARY_ELECTRONIC, "10", "567890", None),
        (Kind.VAT_ROLL, "11", "567890", None), (Kind.TOLL_ELECTRONIC, "14", "567890", None),
        (Kind.MOTOR_VEHICLE, "03", None, "100.00"), (Kind.USED_VEHICLE, "15", None, "106.00"),
    ],
)  # fmt: skip
async def test_each_kind_with_a_code_has_its_word_and_its_amount_or_check_code(kind, word, check_code, amount, form):
    asked = await form(replace(OLD, kind=kind))
    assert (asked["InvoiceCode"], asked["InvoiceKind"]) == ("011002500111", word)
    assert (asked.get("CheckCode"), asked.get("Amount")) == (check_code, amount)


@pytest.mark.parametrize("code", ["011002500111", "144032588010", "0"], ids=["Beijing", "Shenzhen", "no code"])
async def test_a_general_invoice_of_another_region_is_not_asked_about(code, tencent, provider):
    answer = await ask(tencent, replace(GENERAL, code=code))
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "unsupported_region")
    assert "广东、浙江" in answer.message
    assert provider.heard == []


async def test_a_probe_asks_for_a_number_that_no_invoice_has(tencent, provider):
    provider.says(refused("InvalidParameterValue.TicketSnParameterValueLimit"))
    assert (await tencent.probe()).outcome is Outcome.BAD_REQUEST
    assert json.loads(provider.asked[0].body) == {"InvoiceNo": "0", "InvoiceDate": "2025-03-02"}


def test_it_says_which_kinds_can_be_asked_about_and_how_often():
    assert set(Kind) - CAPABILITIES.needs.keys() == {Kind.FOREIGN}
    assert (CAPABILITIES.batch, CAPABILITIES.rate, CAPABILITIES.daily_limit) == (1, 20, 5)
    assert CAPABILITIES.same_day
    assert CAPABILITIES.charged == {Outcome.FOUND_MATCH, Outcome.MISMATCH, Outcome.NOT_FOUND}


def test_the_speaker_says_every_code_of_the_tables():
    said = {code for body, _ in OfTencent().says() for code in codes_in(body["Response"])}
    listed = {code.removesuffix(".*") for table in ("error", "abandoned") for code in TABLES.codes[table]}
    assert listed <= said


def codes_in(response):
    return {response.get("Error", {}).get("Code"), response.get("Invoice", {}).get("IsAbandoned")}


@pytest.mark.parametrize(
    ("code", "outcome", "billed"),
    [
        ("ResourceNotFound.NoInvoice", Outcome.NOT_FOUND, True),
        ("FailedOperation.InvoiceMismatch", Outcome.MISMATCH, True),
        ("FailedOperation.CountLimitError", Outcome.QUOTA_INVOICE_DAY, False),
        ("ResourceNotFound.NotSupportCurrentInvoiceQuery", Outcome.TOO_EARLY, False),
        ("ResourceUnavailable.TaxNetworkError", Outcome.AUTHORITY_DOWN, False),
        ("AuthFailure.SignatureExpire", Outcome.AUTH, False),
        ("InvalidParameterValue.TicketSnParameterValueLimit", Outcome.BAD_REQUEST, False),
    ],
)
async def test_a_refusal_says_what_it_costs(code, outcome, billed, tencent, provider):
    provider.says(refused(code))
    answer = await ask(tencent)
    assert (answer.outcome, answer.code, answer.billed, answer.unlisted) == (outcome, code, billed, False)
    assert (answer.message, answer.request_id, answer.found) == ("说明", "r-1", None)


async def test_a_refusal_that_is_called_as_a_find_is_none(tencent, provider):
    provider.says(refused("Invoice"))
    answer = await ask(tencent)
    assert (answer.outcome, answer.unlisted) == (Outcome.TRANSIENT, True)


@pytest.mark.parametrize(
    ("sign", "outcome"),
    [
        ("N", Outcome.FOUND_MATCH), ("Y", Outcome.FOUND_VOID), ("H", Outcome.FOUND_RED_FULL),
        ("HP", Outcome.FOUND_RED_PARTIAL), ("HF", Outcome.FOUND_RED_FULL), ("n", Outcome.TRANSIENT),
        ("", Outcome.TRANSIENT), ("X", Outcome.TRANSIENT), (None, Outcome.TRANSIENT), (0, Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_a_find_is_what_its_sign_says_and_is_paid_for_in_any_case(sign, outcome, tencent, provider):
    provider.says(found(IsAbandoned=sign))
    answer = await ask(tencent)
    assert (answer.outcome, answer.billed) == (outcome, True)
    assert (answer.found is None) == (outcome is Outcome.TRANSIENT)


async def test_a_reversed_invoice_that_is_called_normal_teaches_nothing_and_is_paid_for(tencent, provider):
    red = [{"Code": "", "Number": "25112000000000000009", "Date": "20250305", "State": "0"}]
    provider.says(found(RedLetterInvoices=red))
    answer = await ask(tencent)
    assert (answer.outcome, answer.code, answer.billed) == (Outcome.TRANSIENT, "contradiction", True)
    provider.forget()
    provider.says(found(IsAbandoned="HP", RedLetterInvoices=red))
    assert (await ask(tencent)).outcome is Outcome.FOUND_RED_PARTIAL


@pytest.mark.parametrize("told", ["20250301", "2025-03-01", "2025年03月01日"])
async def test_a_find_tells_the_face_in_our_words(told, tencent, provider):
    provider.says(
        found(
            Code="", Date=told, SellerTaxCode="911101081000000166", BuyerTaxCode="91110105100000024m",
            AmountWithoutTax="-100.00", TaxAmount=-6, AmountWithTax=-106.0, OriginalNumber="25112000000000000000",
        )
    )  # fmt: skip
    answer = await ask(tencent)
    assert answer.request_id == "r-1"
    assert answer.found == Found(
        number=DIGITAL.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("-100.00"), Decimal("-6.00"), Decimal("-106.00")),
        original_number="25112000000000000000",
    )


@pytest.mark.parametrize(
    "body",
    [
        refused("ResourceNotFound.NoInvoice", Invoice=FACE),
        {"Response": {"RequestId": "r-1"}},
        {"Response": {"Invoice": [FACE]}},
        {"Response": {"Error": "ResourceNotFound.NoInvoice"}},
        {"Response": {"Error": {}}},
        {"Response": {"Invoice": {}}},
        {"Response": [FACE]},
        {"Invoice": FACE},
        {"Error": {"Code": "ResourceNotFound.NoInvoice"}},
        found(Number=""),
    ],
    ids=lambda body: str(body)[:60],
)
async def test_a_response_that_is_neither_an_invoice_nor_an_error_teaches_nothing(body, tencent, provider):
    provider.says(body)
    answer = await ask(tencent)
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


async def test_several_invoices_are_asked_one_by_one_in_order(tencent, provider):
    provider.says(found())
    provider.says(refused("ResourceNotFound.NoInvoice"))
    answers = await tencent.check([DIGITAL, OLD])
    assert [answer.outcome for answer in answers] == [Outcome.FOUND_MATCH, Outcome.NOT_FOUND]
