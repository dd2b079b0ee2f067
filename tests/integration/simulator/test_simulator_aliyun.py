"""The proof dialect of Aliyun, asked by a hand of its own that signs with the official SDK's signer."""

import hashlib
import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from alibabacloud_tea_openapi.utils import Utils

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
TAX_CONTROL = {"kind": "vat_special", "number": "00000002", "code": "1100261130"}


def ask(tax, invoice, *, key="demo-app", secret=SECRET, skew=0, headers=None, unsigned=None, **fields):
    """A check by what the invoice says, unless `fields` say otherwise."""
    issued = datetime.fromisoformat(invoice["issued_at"]) + timedelta(hours=8)
    query = {
        "InvoiceNo": invoice["number"],
        "InvoiceDate": f"{issued:%Y%m%d}",
        "InvoiceSum": invoice["amount"]["with_tax"],
    } | fields
    if invoice.get("code"):
        query["InvoiceCode"] = invoice["code"]
    payload = hashlib.sha256(b"").hexdigest()
    sent = {
        "host": f"{tax.http.base_url.host}:{tax.http.base_url.port}",
        "x-acs-action": "VerifyVATInvoice",
        "x-acs-version": "2021-07-07",
        "x-acs-date": f"{tax.clock.now() + timedelta(seconds=skew):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
        "x-acs-content-sha256": payload,
    } | (headers or {})
    request = SimpleNamespace(method="POST", pathname="/aliyun/", query=query, headers=sent)
    signature = Utils.get_authorization(request, "ACS3-HMAC-SHA256", payload, key, secret)
    return tax.http.post("/aliyun/", params=query, headers={**sent, "Authorization": signature} | (unsigned or {}))


def told(answer) -> tuple[int, str]:
    body = answer.json()
    assert body["RequestId"]
    if "Code" in body:
        return answer.status_code, body["Code"]
    data = json.loads(body["Data"])
    return answer.status_code, data["code"]


def check(tax, invoice, **fields) -> tuple[int, str]:
    return told(ask(tax, invoice, **fields))


def face(tax, invoice, **fields):
    return json.loads(ask(tax, invoice, **fields).json()["Data"])["data"]


def test_a_visible_invoice_is_found_with_its_face_in_json_inside_json(tax):
    invoice = tax.register(**READY)
    body = ask(tax, invoice).json()
    assert isinstance(body["Data"], str)
    data = json.loads(body["Data"])
    assert (data["code"], data["msg"]) == ("001", "成功")
    words = data["data"]
    assert (words["invoiceNumber"], words["invoiceDate"]) == (invoice["number"], "20261123")
    assert (words["invoiceMoney"], words["allTax"], words["allValoremTax"]) == ("100.00", "6.00", "106.00")
    assert (words["salerTaxpayerNumber"], words["invoiceType"]) == ("911101081000000166", "32")
    assert (words["invalidMark"], words["inspectionAmount"]) == ("N", "1")


def test_a_wrong_amount_is_a_mismatch_and_a_wrong_date_or_number_is_no_invoice(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice, InvoiceSum="100.00") == (200, "006")
    assert check(tax, invoice, InvoiceDate="20261122") == (200, "009")
    assert check(tax, invoice, InvoiceNo="26112000000000000009") == (200, "009")
    assert tax.ledger(dialect="aliyun")["billed"] == 3


def test_an_old_invoice_is_checked_by_its_amount_without_tax_or_its_check_code(tax):
    special = tax.register(**TAX_CONTROL, **READY)
    assert check(tax, special, InvoiceSum="100.00") == (200, "001")
    electronic = {"kind": "vat_ordinary_electronic", "number": "00000005", "code": "011002600111"}
    ordinary = tax.register(**electronic, check_code="12345678901234567890", **READY)
    assert check(tax, ordinary, InvoiceSum="", VerifyCode="567890") == (200, "001")
    assert check(tax, ordinary, InvoiceSum="", VerifyCode="567891") == (200, "006")


def test_a_blockchain_invoice_is_told_by_its_kind(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice, InvoiceKind="1") == (200, "1005")


@pytest.mark.parametrize(
    ("status", "digital", "tax_control"),
    [("void", "Y", "Y"), ("red_partial", "7", "7"), ("red_full", "8", "H"), ("abnormal", "N", "N")],
)
def test_a_change_shows_in_the_invalid_mark(tax, status, digital, tax_control):
    invoice, other = tax.register(**READY), tax.register(**TAX_CONTROL, **READY)
    tax.change(status=status)
    tax.change(other["number"], status=status)
    assert face(tax, invoice)["invalidMark"] == digital
    assert face(tax, other, InvoiceSum="100.00")["invalidMark"] == tax_control


def test_the_five_checks_of_a_day_are_shared_with_other_providers(tax):
    invoice = tax.register(**READY)
    assert [tax.check(invoice) for _ in range(4)] == ["0001"] * 4
    assert [check(tax, invoice)[1] for _ in range(2)] == ["001", "002"]
    ledger = tax.ledger(dialect="aliyun")
    assert (ledger["billed"], ledger["checks_by_day"]) == (1, {"2026-11-23": 1})


@pytest.mark.parametrize(
    ("patch", "answer"),
    [
        ({"t_plus_one": True}, (200, "10014")),
        ({"maintenance": 1}, (200, "1021")),
        ({"mismatch": 1}, (200, "006")),
        ({"balance_used_up": 1}, (200, "104")),
        ({"no_permission": 1}, (403, "Forbidden.RAM")),
        ({"credentials_refused": 1}, (404, "InvalidAccessKeyId.NotFound")),
        ({"token_expired": 1}, (400, "InvalidSecurityToken.Expired")),
        ({"qps": {"aliyun": 0}}, (400, "Throttling.User")),
        ({"forced": {"aliyun": 1, "code": "004"}}, (200, "004")),
        ({"forced": {"aliyun": 1, "code": "InternalError"}}, (500, "InternalError")),
    ],
)
def test_each_refusal_has_its_code_and_status(tax, patch, answer):
    invoice = tax.register(**READY)
    tax.behave(**patch)
    assert check(tax, invoice) == answer


def test_a_liar_tells_another_invoices_face(tax):
    invoice = tax.register(**READY)
    tax.behave(lying={"aliyun": 1})
    assert face(tax, invoice)["invoiceNumber"] != invoice["number"]


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"secret": "wrong"}, (400, "SignatureDoesNotMatch")),
        ({"key": "nobody"}, (404, "InvalidAccessKeyId.NotFound")),
        ({"skew": 901}, (400, "InvalidTimeStamp.Expired")),
        ({"skew": -901}, (400, "InvalidTimeStamp.Expired")),
        ({"skew": 900}, (200, "001")),
        ({"headers": {"accept": "application/json", "x-acs-extra": "signed too"}}, (200, "001")),
        ({"unsigned": {"x-acs-extra": "not signed"}}, (400, "SignatureDoesNotMatch")),
        ({"headers": {"x-acs-content-sha256": "0" * 64}}, (400, "SignatureDoesNotMatch")),
        ({"unsigned": {"Authorization": "nonsense"}}, (404, "InvalidAccessKeyId.NotFound")),
        ({"headers": {"x-acs-action": "RecognizeInvoice"}}, (404, "InvalidAction.NotFound")),
        ({"note": "a b+c~d/中"}, (200, "001")),
    ],
)
def test_the_gateway_looks_at_signature_clock_and_action(tax, options, answer):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **options) == answer


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"InvoiceNo": "2611200000000000000A"}, "113"),
        ({"InvoiceNo": "00000001"}, "110"),
        ({"InvoiceDate": "2026-11-23"}, "1010"),
        ({"InvoiceDate": "20261124"}, "1005"),
        ({"InvoiceDate": "20211122"}, "10017"),
        ({"InvoiceSum": "106,00"}, "111"),
    ],
)
def test_a_form_that_cannot_be_checked_says_so(tax, fields, code):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **fields) == (200, code)
    assert tax.ledger()["totals"]["most_checks_a_day"] == 0
