"""Baidu's own dialect: what each kind is asked with, what each code means, and what is paid for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Outcome, Party
from app.tax.baidu import CAPABILITIES, Baidu

DIGITAL = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 2, 28, 17, 0, tzinfo=UTC),
    seller=Party("911101081000000166"),
    amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    kind=Kind.DIGITAL_ORDINARY,
)
OLD = replace(
    DIGITAL,
    kind=Kind.VAT_ORDINARY,
    code="011002500111",
    number="00000001",
    check_code="12345678901234 567890",
)
SPECIAL = replace(OLD, kind=Kind.VAT_SPECIAL, code="1100251130", check_code=None)
FACE = {"VerifyResult": "0001", "InvalidSign": "N", "InvoiceNum": DIGITAL.number}


@pytest.fixture
def baidu(account, toolbox):
    return Baidu(account({"api_key": "key", "secret_key": "secret"}), toolbox)


@pytest.fixture
def form(baidu, provider):
    """The form that an invoice is asked with."""

    async def of(invoice):
        provider.says({"words_result": FACE})
        await baidu.check([invoice])
        (heard,) = provider.asked
        assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
        return {name: value[0] for name, value in parse_qs(heard.body, keep_blank_values=True).items()}

    return of


async def ask(baidu, invoice=DIGITAL):
    (answer,) = await baidu.check([invoice])
    return answer


async def test_a_digital_invoice_is_asked_with_its_total_and_its_beijing_day(form):
    assert await form(DIGITAL) == {
        "invoice_type": "elec_invoice_normal", "invoice_code": "", "invoice_num": DIGITAL.number,
        "invoice_date": "20250301", "check_code": "", "total_amount": "106.00",
    }  # fmt: skip


async def test_an_ordinary_invoice_is_asked_with_the_end_of_its_check_code(form):
    asked = await form(OLD)
    assert (asked["invoice_code"], asked["check_code"], asked["total_amount"]) == (
        "011002500111",
        "567890",
        "",
    )


async def test_a_special_invoice_is_asked_with_its_amount_without_tax(form):
    asked = await form(SPECIAL)
    assert (asked["invoice_type"], asked["check_code"], asked["total_amount"]) == (
        "special_vat_invoice",
        "",
        "100.00",
    )


@pytest.mark.parametrize(
    ("kind", "invoice_type", "amount"),
    [
        (Kind.VAT_SPECIAL_ELECTRONIC, "elec_special_vat_invoice", "100.00"),
        (Kind.VAT_ORDINARY_ELECTRONIC, "elec_normal_invoice", ""),
        (Kind.VAT_ROLL, "roll_normal_invoice", ""),
        (Kind.TOLL_ELECTRONIC, "toll_elec_normal_invoice", ""),
        (Kind.MOTOR_VEHICLE, "motor_vehicle_invoice", "100.00"),
        (Kind.USED_VEHICLE, "used_vehicle_invoice", "106.00"),
        (Kind.DIGITAL_SPECIAL, "elec_invoice_special", "106.00"),
        (Kind.DIGITAL_MOTOR_VEHICLE, "motor_vehicle_invoice", "106.00"),
        (Kind.DIGITAL_USED_VEHICLE, "used_vehicle_invoice", "106.00"),
        (Kind.RAILWAY_TICKET, "elec_train_ticket_invoice", "106.00"),
        (Kind.AIR_ITINERARY, "elec_flight_itinerary_invoice", "106.00"),
    ],
)
async def test_each_kind_has_its_type_and_its_amount(kind, invoice_type, amount, form):
    asked = await form(replace(OLD, kind=kind))
    assert (asked["invoice_type"], asked["total_amount"]) == (invoice_type, amount)


@pytest.mark.parametrize(
    ("invoice", "code"),
    [
        (replace(DIGITAL, kind=None), "missing_kind"),
        (replace(DIGITAL, kind=Kind.FOREIGN), "unsupported_kind"),
        (replace(DIGITAL, kind=Kind.BLOCKCHAIN), "unsupported_kind"),
        (replace(DIGITAL, amount=Amount(without_tax=Decimal("100.00"))), "missing_amount_with_tax"),
        (replace(SPECIAL, amount=Amount(with_tax=Decimal("106.00"))), "missing_amount_without_tax"),
        (replace(SPECIAL, code=None), "missing_code"),
        (replace(OLD, check_code=None), "missing_check_code"),
        (replace(OLD, check_code="12345"), "missing_check_code"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_what_cannot_be_asked_is_not_asked_and_says_what_is_missing(invoice, code, baidu, provider):
    answer = await ask(baidu, invoice)
    assert (answer.outcome, answer.code, answer.billed) == (Outcome.BAD_REQUEST, code, False)
    assert code.removeprefix("missing_").removeprefix("unsupported_") in answer.message
    assert provider.heard == []


def test_it_says_which_kinds_can_be_asked_about_and_how_often():
    assert Kind.DIGITAL_ORDINARY in CAPABILITIES.needs
    assert Kind.BLOCKCHAIN not in CAPABILITIES.needs
    assert (CAPABILITIES.batch, CAPABILITIES.daily_limit) == (1, 5)


@pytest.mark.parametrize(
    ("code", "outcome", "billed"),
    [
        ("0002", Outcome.QUOTA_INVOICE_DAY, False), ("0005", Outcome.BAD_REQUEST, False),
        ("0006", Outcome.MISMATCH, True), ("0009", Outcome.NOT_FOUND, True),
        ("1004", Outcome.QUOTA_ACCOUNT, False),
        ("1005", Outcome.BAD_REQUEST, False), ("1006", Outcome.BAD_REQUEST, False),
        ("1008", Outcome.BAD_REQUEST, False), ("1009", Outcome.BAD_REQUEST, False),
        ("1014", Outcome.TOO_EARLY, False), ("1015", Outcome.OUT_OF_WINDOW, False),
        ("1020", Outcome.AUTH, False),
        ("1021", Outcome.AUTHORITY_DOWN, False), ("9999", Outcome.TRANSIENT, False),
        ("0010", Outcome.TRANSIENT, False), ("1", Outcome.TRANSIENT, False), (9, Outcome.TRANSIENT, False),
    ],
)  # fmt: skip
async def test_each_result_has_one_meaning_at_either_level(code, outcome, billed, baidu, provider):
    verdict = {"VerifyResult": code, "VerifyMessage": "说明", "InvoiceNum": DIGITAL.number}
    provider.says({"log_id": 7, **verdict})
    provider.says({"log_id": 7, "words_result": verdict})
    for answer in (await ask(baidu), await ask(baidu)):
        assert (answer.outcome, answer.billed) == (outcome, billed)
        assert (answer.code, answer.message, answer.request_id) == (str(code), "说明", "7")
        assert answer.found is None


@pytest.mark.parametrize(
    ("sign", "outcome"),
    [
        ("N", Outcome.FOUND_MATCH), ("Y", Outcome.FOUND_VOID), ("H", Outcome.FOUND_RED_FULL),
        ("BH", Outcome.FOUND_RED_PARTIAL), ("QH", Outcome.FOUND_RED_FULL), ("n", Outcome.TRANSIENT),
        ("", Outcome.TRANSIENT), ("X", Outcome.TRANSIENT), (None, Outcome.TRANSIENT), (0, Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_a_find_is_what_its_sign_says_and_is_paid_for_in_any_case(sign, outcome, baidu, provider):
    provider.says({"words_result": {**FACE, "InvalidSign": sign}})
    answer = await ask(baidu)
    assert (answer.outcome, answer.billed) == (outcome, True)
    assert (answer.found is None) == (outcome is Outcome.TRANSIENT)


async def test_a_find_that_names_no_invoice_is_none(baidu, provider):
    provider.says({"words_result": {**FACE, "InvoiceNum": ""}})
    assert (await ask(baidu)).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize("told", ["20250301", "2025-03-01", "2025/3/1", "2025年03月01日", "2025-03-01 09:30:00"])
async def test_a_find_tells_the_face_in_our_words(told, baidu, provider):
    face = {
        **FACE, "InvoiceCode": "", "InvoiceDate": told, "SellerRegisterNum": "911101081000000166",
        "PurchaserRegisterNum": "91110105100000024m", "TotalAmount": "100.00", "TotalTax": 6,
        "AmountInFiguers": 106.0,
    }  # fmt: skip
    provider.says({"words_result": face})
    assert (await ask(baidu)).found == Found(
        number=DIGITAL.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    )


async def test_a_face_told_partly_at_the_top_is_one_face(baidu, provider):
    words = {"SellerRegisterNum": "911101081000000166", "InvoiceNum": "", "VerifyResult": "0001"}
    provider.says({**FACE, "words_result": words})
    answer = await ask(baidu)
    assert (answer.found.number, answer.found.seller_tax_id) == (DIGITAL.number, "911101081000000166")


@pytest.mark.parametrize(
    "words", [{"VerifyResult": "0009"}, {"InvalidSign": "Y"}, {"InvoiceNum": "1"}, ["0001"], "0001"]
)
async def test_two_levels_that_contradict_each_other_teach_nothing(words, baidu, provider):
    provider.says({**FACE, "words_result": words})
    assert (await ask(baidu)).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (4, Outcome.RATE_LIMITED), (18, Outcome.RATE_LIMITED), (17, Outcome.QUOTA_ACCOUNT),
        (19, Outcome.QUOTA_ACCOUNT), (6, Outcome.AUTH), (14, Outcome.AUTH), ("6", Outcome.AUTH),
        (282000, Outcome.TRANSIENT), (216100, Outcome.TRANSIENT), (0, Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_a_refusal_of_the_platform_is_never_about_the_invoice(code, outcome, baidu, provider):
    provider.says({"error_code": code, "error_msg": "reason", "VerifyResult": "0009"})
    answer = await ask(baidu)
    assert (answer.outcome, answer.code, answer.message) == (outcome, str(code), "reason")
    assert not answer.billed
    assert len(provider.asked) == 1


@pytest.mark.parametrize("code", [100, 110, 111])
async def test_a_dead_token_said_in_a_200_is_replaced_once(code, baidu, provider, tokens):
    provider.says({"error_code": code, "error_msg": "Access token expired"})
    provider.says({"words_result": FACE})
    assert (await ask(baidu)).outcome is Outcome.FOUND_MATCH
    assert tokens.dropped == ["token-1"]
    queries = [parse_qs(urlsplit(heard.target).query) for heard in provider.asked]
    assert [query["access_token"] for query in queries] == [["token-1"], ["token-2"]]


async def test_a_second_dead_token_is_a_matter_of_the_credentials(baidu, provider):
    provider.says({"error_code": 111})
    assert (await ask(baidu)).outcome is Outcome.AUTH
    assert len(provider.asked) == 2


async def test_a_token_is_asked_for_with_the_credentials(baidu, provider):
    provider.says({"words_result": FACE})
    await ask(baidu)
    (heard,) = provider.asked_for_tokens
    assert parse_qs(urlsplit(heard.target).query) == {
        "grant_type": ["client_credentials"], "client_id": ["key"], "client_secret": ["secret"],
    }  # fmt: skip


async def test_several_invoices_are_asked_one_by_one_in_order(baidu, provider):
    provider.says({"words_result": FACE})
    provider.says({"VerifyResult": "0009"})
    answers = await baidu.check([DIGITAL, OLD])
    assert [answer.outcome for answer in answers] == [Outcome.FOUND_MATCH, Outcome.NOT_FOUND]
