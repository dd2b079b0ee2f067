"""The proof dialect of Tencent, asked by a hand of its own that signs with the official SDK's signer."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from tencentcloud.common.sign import Sign

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
TAX_CONTROL = {"kind": "vat_special", "number": "00000002", "code": "1100261130"}


def ask(tax, invoice, *, key="demo-app", secret=SECRET, skew=0, headers=None, tampered=b"", **fields):
    """A check by what the invoice says, unless `fields` say otherwise."""
    issued = datetime.fromisoformat(invoice["issued_at"]) + timedelta(hours=8)
    asked = {
        "InvoiceNo": invoice["number"],
        "InvoiceCode": invoice.get("code") or "",
        "InvoiceDate": f"{issued:%Y-%m-%d}",
        "Amount": invoice["amount"]["with_tax"],
        "EnableTodayInvoice": True,
    } | fields
    body = json.dumps(asked, ensure_ascii=False).encode()
    host = f"{tax.http.base_url.host}:{tax.http.base_url.port}"
    timestamp = str(int(tax.clock.now().timestamp()) + skew)
    day = f"{datetime.fromtimestamp(int(timestamp), UTC):%Y-%m-%d}"
    headers_signed = f"content-type:application/json\nhost:{host}\n\ncontent-type;host"
    canonical = f"POST\n/tencent/\n\n{headers_signed}\n{_sha256(body)}"
    scope = f"{day}/ocr/tc3_request"
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{_sha256(canonical.encode())}"
    signature = Sign.sign_tc3(secret, day, "ocr", text)
    sent = {
        "Content-Type": "application/json",
        "Host": host,
        "X-TC-Action": "VatInvoiceVerifyNew",
        "X-TC-Version": "2018-11-19",
        "X-TC-Timestamp": timestamp,
        "Authorization": f"TC3-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=content-type;host, "
        f"Signature={signature}",
    } | (headers or {})
    return tax.http.post("/tencent/", content=body + tampered, headers=sent)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def told(answer) -> str:
    """The code of an answer, or how the invoice stands."""
    assert answer.status_code == 200
    response = answer.json()["Response"]
    assert response["RequestId"]
    return response["Error"]["Code"] if "Error" in response else response["Invoice"]["IsAbandoned"]


def check(tax, invoice, **fields) -> str:
    return told(ask(tax, invoice, **fields))


def test_a_visible_invoice_is_found_with_its_face(tax):
    invoice = tax.register(**READY)
    face = ask(tax, invoice).json()["Response"]["Invoice"]
    assert (face["Number"], face["Code"], face["Date"]) == (invoice["number"], "", "20261123")
    assert (face["SellerTaxCode"], face["BuyerTaxCode"]) == ("911101081000000166", "91110105100000024M")
    assert (face["AmountWithoutTax"], face["TaxAmount"], face["AmountWithTax"]) == ("100.00", "6.00", "106.00")
    assert (face["Type"], face["ElectronicType"], face["IsAbandoned"]) == ("0910", "02", "N")


def test_a_wrong_amount_is_a_mismatch_and_a_wrong_date_or_number_is_no_invoice(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice, Amount="100.00") == "FailedOperation.InvoiceMismatch"
    assert check(tax, invoice, InvoiceDate="2026-11-22") == "ResourceNotFound.NoInvoice"
    assert check(tax, invoice, InvoiceNo="26112000000000000009") == "ResourceNotFound.NoInvoice"
    assert tax.ledger(dialect="tencent")["billed"] == 3


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (TAX_CONTROL, {"Amount": "100.00"}, {"Amount": "106.00"}),
        (
            {"kind": "vat_ordinary_electronic", "number": "00000005", "code": "011002600111"},
            {"Amount": "", "CheckCode": "567890", "InvoiceKind": "10"},
            {"Amount": "", "CheckCode": "567891"},
        ),
        (
            {"kind": "used_vehicle", "number": "00000004", "code": "011002600117"},
            {"Amount": "106.00", "InvoiceKind": "15"},
            {"Amount": "100.00"},
        ),
        ({"kind": "digital_special"}, {"InvoiceKind": "08"}, {"Amount": "100.00"}),
    ],
)
def test_each_kind_is_checked_by_the_fact_of_its_kind(tax, kind, right, wrong):
    invoice = tax.register(**kind, check_code="12345678901234567890", **READY)
    assert check(tax, invoice, **right) == "N"
    assert check(tax, invoice, **wrong) == "FailedOperation.InvoiceMismatch"


def test_an_invoice_of_another_kind_than_told_is_refused(tax):
    invoice = tax.register(kind="digital_special", **READY)
    assert check(tax, invoice, InvoiceKind="10") == "InvalidParameterValue.InvalidParameterValueLimit"


@pytest.mark.parametrize(
    ("status", "digital", "tax_control"),
    [("void", "Y", "Y"), ("red_partial", "HP", "HP"), ("red_full", "HF", "H"), ("abnormal", "N", "N")],
)
def test_a_change_shows_in_is_abandoned(tax, status, digital, tax_control):
    invoice, other = tax.register(**READY), tax.register(**TAX_CONTROL, **READY)
    tax.change(status=status)
    tax.change(other["number"], status=status)
    assert check(tax, invoice) == digital
    assert check(tax, other, Amount="100.00") == tax_control


def test_a_red_invoice_names_its_blue_one(tax):
    amount = {"without_tax": "-100.00", "tax": "-6.00", "with_tax": "-106.00"}
    invoice = tax.register(original={"number": "26112000000000000009"}, amount=amount, **READY)
    face = ask(tax, invoice).json()["Response"]["Invoice"]
    assert (face["RedLetterInvoiceMark"], face["OriginalNumber"]) == (True, "26112000000000000009")


def test_an_invoice_of_today_needs_the_switch_for_today(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice, EnableTodayInvoice=False) == "ResourceNotFound.NotSupportCurrentInvoiceQuery"
    tax.clock.advance(days=1)
    assert check(tax, invoice, EnableTodayInvoice=False) == "N"


def test_with_t_plus_one_the_switch_does_not_help(tax):
    invoice = tax.register(**READY)
    tax.behave(t_plus_one=True)
    assert check(tax, invoice) == "ResourceNotFound.NotSupportCurrentInvoiceQuery"
    assert tax.ledger()["totals"]["most_checks_a_day"] == 0


def test_the_five_checks_of_a_day_are_shared_with_other_providers(tax):
    invoice = tax.register(**READY)
    assert [tax.check(invoice) for _ in range(4)] == ["0001"] * 4
    assert [check(tax, invoice) for _ in range(2)] == ["N", "FailedOperation.CountLimitError"]
    ledger = tax.ledger(dialect="tencent")
    assert (ledger["billed"], ledger["checks_by_day"]) == (1, {"2026-11-23": 1})


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"maintenance": 1}, "ResourceUnavailable.TaxNetworkError"),
        ({"maintenance": {"baidu": 1}}, "N"),
        ({"mismatch": 1}, "FailedOperation.InvoiceMismatch"),
        ({"balance_used_up": 1}, "ResourceUnavailable.ResourcePackageRunOut"),
        ({"no_permission": 1}, "FailedOperation.UnOpenError"),
        ({"credentials_refused": 1}, "AuthFailure.UnauthorizedOperation"),
        ({"token_expired": 1}, "AuthFailure.TokenFailure"),
        ({"forced": {"tencent": 1, "code": "FailedOperation.UnKnowError"}}, "FailedOperation.UnKnowError"),
        ({"qps": {"tencent": 0}}, "RequestLimitExceeded"),
    ],
)
def test_each_refusal_has_its_code(tax, patch, code):
    invoice = tax.register(**READY)
    tax.behave(**patch)
    assert check(tax, invoice) == code


def test_a_liar_tells_another_invoices_face(tax):
    invoice = tax.register(**READY)
    tax.behave(lying={"tencent": 1})
    assert ask(tax, invoice).json()["Response"]["Invoice"]["Number"] != invoice["number"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"secret": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"tampered": b" "}, "AuthFailure.SignatureFailure"),
        ({"headers": {"Content-Type": "text/json"}}, "AuthFailure.SignatureFailure"),
        ({"headers": {"Authorization": "nonsense"}}, "AuthFailure.SecretIdNotFound"),
        ({"key": "nobody"}, "AuthFailure.SecretIdNotFound"),
        ({"skew": 301}, "AuthFailure.SignatureExpire"),
        ({"skew": -301}, "AuthFailure.SignatureExpire"),
        ({"skew": -300}, "N"),
        ({"headers": {"X-TC-Timestamp": "soon"}}, "AuthFailure.SignatureExpire"),
        ({"headers": {"X-TC-Action": "VatInvoiceVerify"}}, "InvalidAction"),
        ({"headers": {"X-TC-Version": "2017-03-12"}}, "NoSuchVersion"),
    ],
)
def test_the_gateway_looks_at_signature_clock_and_action(tax, options, code):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **options) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"InvoiceNo": "2611200000000000000A"}, "InvalidParameterValue.TicketSnParameterValueLimit"),
        ({"InvoiceNo": 26112000000000000001}, "InvalidParameterValue.TicketSnParameterValueLimit"),
        ({"InvoiceNo": "00000001"}, "InvalidParameterValue.TicketCodeParameterValueLimit"),
        ({"InvoiceDate": "20261123"}, "InvalidParameterValue.TicketDateParameterValueLimit"),
        ({"InvoiceDate": "2026-11-24"}, "InvalidParameterValue.TicketDateParameterValueLimit"),
        ({"InvoiceDate": "2021-11-22"}, "InvalidParameterValue.TicketDateParameterValueLimit"),
        ({"Amount": "106.001"}, "InvalidParameterValue.PriceOrVerificationParameterValueLimit"),
    ],
)
def test_a_form_that_cannot_be_checked_is_refused_free_of_charge(tax, fields, code):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **fields) == code
    assert tax.ledger()["billed"] == 0
