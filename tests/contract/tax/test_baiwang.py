"""Baiwang's own dialect: signature and token, what a handle finds, and what the tax bureau's mark adds."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.domain.invoice import Amount, Found, Handle, Invoice, Outcome, Party
from app.tax.baiwang import Baiwang, hashed, sign

CREDENTIALS = {
    "app_key": "app", "app_secret": "secret", "username": "admin", "password": "password", "salt": "salt",
}  # fmt: skip
INVOICE = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 3, 1, 1, 30, tzinfo=UTC),
    seller=Party("911101081000000166"),
    amount=Amount(with_tax=Decimal("106.00")),
    handle=Handle(serial_no="S1"),
)
BY_ORDER = replace(INVOICE, handle=Handle(order_no="O1"))
ITEM = {"serialNo": "S1", "orderNo": "O1", "invoiceStatus": "00", "invoiceNo": INVOICE.number}


@pytest.fixture
def baiwang(account, toolbox):
    return Baiwang(account(CREDENTIALS), toolbox)


def listing(*items):
    return {"success": True, "response": list(items)}


def refusal(code):
    return {"success": False, "errorResponse": {"code": code, "message": "说明"}}


async def ask(baiwang, invoice=INVOICE):
    (answer,) = await baiwang.check([invoice])
    return answer


def query_of(heard):
    return dict(parse_qsl(urlsplit(heard.target).query, strict_parsing=True))


def test_the_signature_agrees_with_the_vector():
    query = {
        "appKey": "app", "format": "json", "method": "baiwang.output.invoice.query",
        "requestId": "00000000-0000-0000-0000-000000000000", "timestamp": "1700000000000", "token": "tok",
        "type": "sync", "version": "3.0",
    }  # fmt: skip
    body = '{"taxNo":"91110000TEST"}'
    assert sign("secret", query, body) == "ECD79D77467A5DB213C0045024322D07"
    assert sign("secret", {**query, "orgAuthCode": "", "sign": "x"}, body) == "ECD79D77467A5DB213C0045024322D07"


def test_the_password_travels_as_its_hash_with_the_salt():
    assert hashed("password", "salt") == hashlib.sha256(b"passwordsalt").hexdigest()


async def test_a_question_is_signed_over_the_very_body_that_is_sent(baiwang, provider, now):
    provider.says(listing(ITEM))
    await ask(baiwang)
    (heard,) = provider.asked
    query = query_of(heard)
    assert heard.body == '{"taxNo":"911101081000000166","data":{"serialNo":"S1","queryAll":true}}'
    assert query.pop("sign") == sign("secret", query, heard.body)
    assert len(query.pop("requestId")) == 36
    assert query == {
        "method": "baiwang.output.invoice.query", "version": "6.0", "appKey": "app", "format": "json", "type": "sync",
        "token": "token-1", "timestamp": f"{int(now.timestamp())}000",
    }  # fmt: skip


async def test_a_token_is_asked_for_with_the_hashed_password_and_signed(baiwang, provider, now):
    provider.says(listing(ITEM))
    await ask(baiwang)
    (heard,) = provider.asked_for_tokens
    query = query_of(heard)
    assert json.loads(heard.body) == {
        "username": "admin", "password": hashed("password", "salt"), "client_secret": "secret",
    }  # fmt: skip
    assert query.pop("sign") == sign("secret", query, heard.body)
    assert query == {
        "method": "baiwang.oauth.token", "version": "7.0", "grant_type": "password", "client_id": "app",
        "signType": "MD5", "encryptType": "NONE", "encryptScope": "00", "timestamp": f"{int(now.timestamp())}000",
    }  # fmt: skip


async def test_what_an_operator_adds_is_sent(account, toolbox, provider):
    more = {"org_auth_code": "ORG", "method": "baiwang.output.invoice.queryeinvoice"}
    provider.says(listing(ITEM))
    await ask(Baiwang(account({**CREDENTIALS, **more}), toolbox))
    assert query_of(provider.asked_for_tokens[0])["orgAuthCode"] == "ORG"
    assert query_of(provider.asked[0])["method"] == "baiwang.output.invoice.queryeinvoice"


async def test_a_token_is_taken_out_of_its_envelope(baiwang, provider):
    provider.says_of_tokens({"success": True, "response": {"access_token": "tok", "expires_in": 7200}})
    provider.says(listing(ITEM))
    assert (await ask(baiwang)).outcome is Outcome.FOUND_MATCH
    assert query_of(provider.asked[0])["token"] == "tok"


async def test_a_refused_token_says_why(baiwang, provider):
    provider.says_of_tokens(refusal("100007"))
    answer = await ask(baiwang)
    assert (answer.outcome, answer.code, answer.message) == (Outcome.AUTH, "100007", "说明")
    assert provider.asked == []


@pytest.mark.parametrize("code", ["100001", "100002", "1006", 100002])
async def test_a_dead_token_said_in_a_200_is_replaced_once(code, baiwang, provider, tokens):
    provider.says(refusal(code))
    provider.says(listing(ITEM))
    assert (await ask(baiwang)).outcome is Outcome.FOUND_MATCH
    assert tokens.dropped == ["token-1"]
    assert [query_of(heard)["token"] for heard in provider.asked] == ["token-1", "token-2"]


async def test_a_refusal_that_a_new_token_cannot_mend_costs_none(baiwang, provider):
    provider.says(refusal("100007"))
    assert (await ask(baiwang)).outcome is Outcome.AUTH
    assert len(provider.asked_for_tokens) == 1


async def test_an_invoice_without_serial_number_is_asked_by_its_order(baiwang, provider):
    provider.says(listing(ITEM))
    assert (await ask(baiwang, BY_ORDER)).outcome is Outcome.FOUND_MATCH
    assert json.loads(provider.asked[0].body)["data"] == {"orderNo": "O1", "queryAll": True}


async def test_of_an_order_with_two_invoices_ours_is_the_one_with_our_number(baiwang, provider):
    other = {**ITEM, "serialNo": "S2", "invoiceNo": "25112000000000000002", "invoiceStatus": "03"}
    provider.says(listing(other, ITEM))
    answer = await ask(baiwang, BY_ORDER)
    assert (answer.outcome, answer.found.number) == (Outcome.FOUND_MATCH, INVOICE.number)


async def test_an_order_whose_invoices_are_all_others_teaches_nothing(baiwang, provider):
    others = [{**ITEM, "invoiceNo": f"2511200000000000000{n}"} for n in (2, 3)]
    provider.says(listing(*others))
    assert (await ask(baiwang, BY_ORDER)).code == "foreign_item"


async def test_two_items_that_contradict_each_other_teach_nothing(baiwang, provider):
    provider.says(listing(ITEM, {**ITEM, "invoiceStatus": "03"}))
    assert (await ask(baiwang)).outcome is Outcome.TRANSIENT


async def test_the_same_said_twice_is_said_once(baiwang, provider):
    provider.says(listing(ITEM, ITEM))
    assert (await ask(baiwang)).outcome is Outcome.FOUND_MATCH


@pytest.mark.parametrize("serial", ["S2", "s1", "", None])
async def test_an_item_that_does_not_name_our_handle_speaks_for_somebody_else(serial, baiwang, provider):
    provider.says(listing({**ITEM, "serialNo": serial}))
    answer = await ask(baiwang)
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "foreign_item")


async def test_an_empty_list_says_that_nothing_was_issued_under_the_handle(baiwang, provider):
    provider.says(listing())
    answer = await ask(baiwang)
    assert (answer.outcome, answer.code) == (Outcome.NOT_FOUND, "absent")


@pytest.mark.parametrize(
    "said",
    [
        {"response": []}, {"success": "true", "response": []}, {"success": False, "response": []},
        {"success": True}, {"success": True, "response": {}}, {"success": True, "response": "[]"},
        {"success": True, "response": [], "errorResponse": {"code": "1"}},
    ],
)  # fmt: skip
async def test_a_list_that_is_none_or_comes_with_a_refusal_teaches_nothing(said, baiwang, provider):
    provider.says(said)
    answer = await ask(baiwang)
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "no_items")


@pytest.mark.parametrize("kind", ["004", "005", "006", "007", "025", "026", "028"])
async def test_an_invoice_from_a_device_is_there_when_the_tax_bureau_has_taken_it(kind, baiwang, provider):
    provider.says(listing({**ITEM, "invoiceTypeCode": kind, "invoiceCheckMark": "Y00"}))
    assert (await ask(baiwang)).outcome is Outcome.PROCESSING


@pytest.mark.parametrize("kind", ["01", "02"])
async def test_01_and_02_are_digital_here_and_have_no_mark(kind, baiwang, provider):
    provider.says(listing({**ITEM, "invoiceTypeCode": kind, "invoiceCheckMark": "N00"}))
    assert (await ask(baiwang)).outcome is Outcome.FOUND_MATCH


async def test_a_void_invoice_is_void_whatever_its_mark(baiwang, provider):
    provider.says(listing({**ITEM, "invoiceStatus": "03", "invoiceTypeCode": "026", "invoiceCheckMark": "Y00"}))
    assert (await ask(baiwang)).outcome is Outcome.FOUND_VOID


@pytest.mark.parametrize("changes", [{"invoiceStatus": "01"}, {"invoiceTypeCode": "026", "invoiceCheckMark": "Y01"}])
async def test_what_stands_in_no_table_is_counted(changes, baiwang, provider):
    provider.says(listing({**ITEM, **changes}))
    answer = await ask(baiwang)
    assert (answer.outcome, answer.unlisted, answer.found) == (Outcome.TRANSIENT, True, None)


@pytest.mark.parametrize("mark", ["N00", "Y00", "Y10", "Y11"])
async def test_a_mark_that_is_known_is_not_counted(mark, baiwang, provider):
    provider.says(listing({**ITEM, "invoiceTypeCode": "026", "invoiceCheckMark": mark}))
    answer = await ask(baiwang)
    assert (answer.code, answer.unlisted) == (mark, False)


async def test_a_find_tells_the_face_in_our_words(baiwang, provider):
    told = {
        **ITEM, "einvoiceNo": "25112000000000000001", "invoiceNo": "00000001", "invoiceCode": "011002500111",
        "invoiceDate": "20250301003000", "sellerTaxNo": " 911101081000000166", "buyerTaxNo": "91110105100000024m",
        "invoiceTotalPrice": -100, "invoiceTotalTax": "-6.00", "invoiceTotalPriceTax": -106.0,
        "originalEinvoiceNo": "", "originalInvoiceNo": "25112000000000000009",
    }  # fmt: skip
    provider.says(listing(told))
    assert (await ask(baiwang)).found == Found(
        number="25112000000000000001",
        code="011002500111",
        issued_on=date(2025, 3, 1),  # Beijing's own day: half past midnight there is still February in Greenwich
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("-100.00"), Decimal("-6.00"), Decimal("-106.00")),
        original_number="25112000000000000009",
    )


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2025-03-01 09:30:00", date(2025, 3, 1)), ("20250301", date(2025, 3, 1)), ("20251301093000", None),
        ("202503010930", None), ("2025030109300000", None), (20250301093000, date(2025, 3, 1)),
    ],
)  # fmt: skip
async def test_a_day_is_told_with_its_time_or_without(told, day, baiwang, provider):
    provider.says(listing({**ITEM, "invoiceDate": told}))
    assert (await ask(baiwang)).found.issued_on == day


async def test_a_handle_no_provider_can_read_is_asked_about_all_the_same(baiwang, provider):
    provider.says(listing(ITEM))
    assert (await ask(baiwang, replace(INVOICE, handle=Handle(serial_no="\ud800")))).outcome is Outcome.TRANSIENT


async def test_a_probe_names_nobody_and_an_objection_to_that_is_health(baiwang, provider):
    provider.says(refusal("70169"))
    assert (await baiwang.probe()).outcome is Outcome.BAD_REQUEST
    assert json.loads(provider.asked[0].body)["taxNo"] == ""
