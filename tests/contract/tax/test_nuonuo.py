"""Nuonuo's own dialect: the signature, the two kinds of handle, and what each code and status means."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.invoice import Amount, Found, Handle, Invoice, Outcome, Party
from app.tax.nuonuo import Nuonuo, sign

INVOICE = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 3, 1, 1, 30, tzinfo=UTC),
    seller=Party("911101081000000166"),
    amount=Amount(with_tax=Decimal("106.00")),
    handle=Handle(serial_no="S1"),
)
ITEM = {"serialNo": "S1", "orderNo": "O1", "status": "2", "invoiceNo": INVOICE.number}


@pytest.fixture
def nuonuo(account, toolbox):
    return Nuonuo(account({"app_key": "app", "app_secret": "secret"}), toolbox)


def invoices(*serials):
    return [replace(INVOICE, handle=Handle(serial_no=serial)) for serial in serials]


def listing(*items):
    return {"code": "E0000", "describe": "获取成功", "result": list(items)}


def item(serial, status="2", **more):
    return {"serialNo": serial, "status": status, "invoiceNo": INVOICE.number, **more}


async def ask(nuonuo, *asked):
    return [answer.outcome for answer in await nuonuo.check(asked)]


def test_the_signature_agrees_with_the_official_vector():
    signature = sign(
        "secret",
        app_key="app",
        senid="a" * 32,
        nonce="12345678",
        timestamp="1700000000",
        body='{"name":"中文"}',
    )
    assert signature == "4BzcKzrcoqxPis0W/W3X2ae0uIo="


async def test_a_question_is_signed_over_the_very_body_that_is_sent(nuonuo, provider, now):
    provider.says(listing(ITEM))
    await nuonuo.check([INVOICE])
    (heard,) = provider.asked
    query = {name: value[0] for name, value in parse_qs(urlsplit(heard.target).query).items()}
    assert query["timestamp"] == str(int(now.timestamp()))
    assert len(query["senid"]) == 32
    assert len(query["nonce"]) == 8
    assert heard.headers["x-nuonuo-sign"] == sign(
        "secret", app_key=query["appkey"], senid=query["senid"], nonce=query["nonce"],
        timestamp=query["timestamp"], body=heard.body,
    )  # fmt: skip
    assert json.loads(heard.body) == {"serialNos": ["S1"], "isOfferInvoiceDetail": "0"}
    assert heard.headers["method"] == "nuonuo.ElectronInvoice.queryInvoiceResult"
    assert heard.headers["accesstoken"] == "token-1"
    assert "usertax" not in heard.headers


async def test_no_two_questions_share_their_random_parts(nuonuo, provider):
    provider.says(listing(ITEM))
    await nuonuo.check([INVOICE])
    await nuonuo.check([INVOICE])
    first, second = (parse_qs(urlsplit(heard.target).query) for heard in provider.asked)
    assert first["senid"] != second["senid"]
    assert first["nonce"] != second["nonce"]


async def test_a_third_party_application_names_the_seller_and_its_product(account, toolbox, provider):
    credentials = {
        "app_key": "app", "app_secret": "secret", "tax_id": "911101081000000166",
        "method": "nuonuo.OpeMplatform.queryInvoiceResult",
    }  # fmt: skip
    provider.says(listing(ITEM))
    await Nuonuo(account(credentials), toolbox).check([INVOICE])
    (heard,) = provider.asked
    assert heard.headers["usertax"] == "911101081000000166"
    assert heard.headers["method"] == "nuonuo.OpeMplatform.queryInvoiceResult"


async def test_a_token_is_asked_for_with_the_credentials_in_a_form(nuonuo, provider):
    provider.says(listing(ITEM))
    await nuonuo.check([INVOICE])
    (heard,) = provider.asked_for_tokens
    assert parse_qs(heard.body) == {
        "client_id": ["app"], "client_secret": ["secret"], "grant_type": ["client_credentials"],
    }  # fmt: skip
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_an_invoice_without_a_handle_is_not_asked_about(nuonuo, provider):
    (answer,) = await nuonuo.check([replace(INVOICE, handle=Handle())])
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "missing_handle")
    assert "handle.serial_no" in answer.message
    assert provider.heard == []


async def test_serial_and_order_numbers_are_asked_in_calls_of_their_own(nuonuo, provider):
    by_order = replace(INVOICE, handle=Handle(order_no="O1"))
    nameless = replace(INVOICE, handle=Handle())
    provider.says(listing(item("S2", "20"), item("S1")))
    provider.says(listing({"orderNo": "O1", "status": "22", "failCause": "税号错误"}))
    outcomes = await ask(nuonuo, *invoices("S1"), by_order, nameless, *invoices("S2"))
    assert outcomes == [Outcome.FOUND_MATCH, Outcome.REJECTED, Outcome.BAD_REQUEST, Outcome.PROCESSING]
    bodies = [json.loads(heard.body) for heard in provider.asked]
    assert [body.get("serialNos") or body.get("orderNos") for body in bodies] == [["S1", "S2"], ["O1"]]


async def test_fifty_invoices_are_one_call(nuonuo, provider):
    serials = [f"S{number}" for number in range(50)]
    provider.says(listing(*(item(serial) for serial in reversed(serials))))
    assert set(await ask(nuonuo, *invoices(*serials))) == {Outcome.FOUND_MATCH}
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("2", Outcome.FOUND_MATCH), (2, Outcome.FOUND_MATCH), ("20", Outcome.PROCESSING),
        ("21", Outcome.PROCESSING), ("22", Outcome.REJECTED), ("24", Outcome.REJECTED),
        ("3", Outcome.FOUND_VOID), ("31", Outcome.FOUND_VOID), ("4", Outcome.FOUND_RED_FULL),
        ("23", Outcome.TRANSIENT), ("", Outcome.TRANSIENT), ("2.0", Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_each_status_has_one_meaning_and_unknown_ones_have_none(status, outcome, nuonuo, provider):
    provider.says(listing(item("S1", status)))
    assert await ask(nuonuo, INVOICE) == [outcome]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("E9500", Outcome.NOT_FOUND), ("E9601", Outcome.TRANSIENT), ("E9611", Outcome.BAD_REQUEST),
        ("E9301", Outcome.AUTH), ("E9302", Outcome.AUTH), ("E9338", Outcome.AUTH), ("070101", Outcome.AUTH),
        ("070601", Outcome.AUTH), ("070306", Outcome.QUOTA_ACCOUNT), ("E9999", Outcome.TRANSIENT),
        ("e0000", Outcome.TRANSIENT), (0, Outcome.TRANSIENT),
    ],
)  # fmt: skip
async def test_each_code_has_one_meaning_and_unknown_ones_have_none(code, outcome, nuonuo, provider):
    provider.says({"code": code, "describe": "说明", "result": [ITEM]})
    (answer,) = await nuonuo.check([INVOICE])
    assert (answer.outcome, answer.code, answer.message) == (outcome, str(code), "说明")
    assert answer.found is None


async def test_a_failure_tells_its_cause(nuonuo, provider):
    provider.says(listing(item("S1", "22", failCause="购方税号错误", statusMsg="开票失败")))
    (answer,) = await nuonuo.check([INVOICE])
    assert (answer.code, answer.message, answer.found) == ("22", "购方税号错误", None)


async def test_a_find_tells_the_face_in_our_words(nuonuo, provider):
    told = {
        "allElectronicInvoiceNumber": "25112000000000000001", "invoiceNo": "00000001",
        "invoiceCode": "011002500111", "invoiceTime": 1740844800000, "salerTaxNum": " 91110108100000016６",
        "payerTaxNo": "91110105100000024m", "exTaxAmount": "-100.00", "taxAmount": -6, "orderAmount": -106.0,
        "oldInvoiceNo": "25112000000000000009",
    }  # fmt: skip
    provider.says(listing(item("S1", **told)))
    (answer,) = await nuonuo.check([INVOICE])
    assert answer.found == Found(
        number="25112000000000000001",
        code="011002500111",
        issued_on=date(2025, 3, 2),  # 16:00 UTC is midnight in Beijing
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("-100.00"), Decimal("-6.00"), Decimal("-106.00")),
        original_number="25112000000000000009",
    )
    assert str(answer.found.amount.tax) == "-6.00"


async def test_an_old_invoice_is_known_by_its_eight_digits(nuonuo, provider):
    provider.says(listing({**ITEM, "allElectronicInvoiceNumber": "", "invoiceNo": "00000001"}))
    (answer,) = await nuonuo.check([INVOICE])
    assert answer.found.number == "00000001"


@pytest.mark.parametrize("status", ["2", "3", "4"])
async def test_a_find_that_names_no_invoice_is_none(status, nuonuo, provider):
    provider.says(listing({"serialNo": "S1", "status": status, "allElectronicInvoiceNumber": ""}))
    assert await ask(nuonuo, INVOICE) == [Outcome.TRANSIENT]


async def test_an_invoice_left_out_of_a_sound_answer_is_not_there(nuonuo, provider):
    provider.says(listing(item("S2")))
    assert await ask(nuonuo, *invoices("S1", "S2")) == [Outcome.NOT_FOUND, Outcome.FOUND_MATCH]


async def test_an_invoice_left_out_of_an_answer_to_another_question_is_unknown(nuonuo, provider):
    provider.says(listing(item("S2"), item("S9")))
    assert await ask(nuonuo, *invoices("S1", "S2")) == [Outcome.TRANSIENT, Outcome.FOUND_MATCH]


async def test_an_answer_that_lists_nothing_teaches_nothing(nuonuo, provider):
    provider.says(listing())
    assert await ask(nuonuo, INVOICE) == [Outcome.TRANSIENT]


async def test_an_item_without_a_handle_speaks_for_nobody(nuonuo, provider):
    provider.says(listing({"status": "2", "invoiceNo": INVOICE.number}))
    assert await ask(nuonuo, INVOICE) == [Outcome.TRANSIENT]


async def test_the_same_said_twice_is_said_once(nuonuo, provider):
    provider.says(listing(ITEM, ITEM))
    assert await ask(nuonuo, INVOICE) == [Outcome.FOUND_MATCH]


async def test_two_items_that_contradict_each_other_teach_nothing(nuonuo, provider):
    provider.says(listing(item("S1"), item("S1", "22"), item("S2")))
    assert await ask(nuonuo, *invoices("S1", "S2")) == [Outcome.TRANSIENT, Outcome.FOUND_MATCH]


async def test_of_an_order_that_became_two_invoices_each_hears_of_itself(nuonuo, provider):
    ours, other = INVOICE, replace(INVOICE, number="25112000000000000077")
    provider.says(listing(item("S1"), item("S1", "22", invoiceNo=other.number)))
    assert await ask(nuonuo, ours, other) == [Outcome.FOUND_MATCH, Outcome.REJECTED]


async def test_two_invoices_of_one_order_get_the_same_answer(nuonuo, provider):
    provider.says(listing(ITEM))
    assert await ask(nuonuo, *invoices("S1", "S1")) == [Outcome.FOUND_MATCH] * 2
    assert json.loads(provider.asked[0].body)["serialNos"] == ["S1"]


async def test_a_handle_no_provider_can_read_is_asked_about_all_the_same(nuonuo, provider):
    provider.says(listing(item("S1")))
    assert await ask(nuonuo, *invoices("\ud800")) == [Outcome.TRANSIENT]


@pytest.mark.parametrize("code", ["070301", "070302"])
async def test_a_dead_token_said_in_a_200_is_replaced_once(code, nuonuo, provider, tokens):
    provider.says({"code": code, "describe": "token"})
    provider.says(listing(ITEM))
    assert await ask(nuonuo, INVOICE) == [Outcome.FOUND_MATCH]
    assert tokens.dropped == ["token-1"]
    assert [heard.headers["accesstoken"] for heard in provider.asked] == ["token-1", "token-2"]


@pytest.mark.parametrize("code", ["070601", "E9301"])
async def test_a_refusal_that_a_new_token_cannot_mend_costs_none(code, nuonuo, provider):
    provider.says({"code": code})
    assert await ask(nuonuo, INVOICE) == [Outcome.AUTH]
    assert len(provider.asked_for_tokens) == 1


async def test_the_end_of_the_fifty_tokens_is_the_accounts_quota(nuonuo, provider):
    provider.says_of_tokens({"error": "070306", "error_description": "令牌获取次数已达上限"})
    (answer,) = await nuonuo.check([INVOICE])
    assert (answer.outcome, answer.message) == (Outcome.QUOTA_ACCOUNT, "令牌获取次数已达上限")
