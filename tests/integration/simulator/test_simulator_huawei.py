"""The proof dialect of Huawei, asked by a hand of its own that signs by the public description of SDK-HMAC-SHA256."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
PATH = "/huawei/v2/0123456789abcdef/ocr/invoice-verification"
TAX_CONTROL = {"kind": "vat_special", "number": "00000002", "code": "1100261130"}


def ask(tax, invoice, *, key="demo-app", secret=SECRET, skew=0, tampered=b"", signed_path=f"{PATH}/", **fields):
    """A check by what the invoice says, unless `fields` say otherwise."""
    issued = datetime.fromisoformat(invoice["issued_at"]) + timedelta(hours=8)
    asked = {
        "code": invoice.get("code") or "",
        "number": invoice["number"],
        "issue_date": f"{issued:%Y-%m-%d}",
        "subtotal_amount": invoice["amount"]["with_tax"],
    } | fields
    body = json.dumps(asked).encode()
    host = f"{tax.http.base_url.host}:{tax.http.base_url.port}"
    date = f"{tax.clock.now() + timedelta(seconds=skew):%Y%m%dT%H%M%SZ}"
    names = "content-type;host;x-sdk-date"
    lines = ["POST", signed_path, "", "content-type:application/json", f"host:{host}", f"x-sdk-date:{date}", "", names]
    canonical = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    sent = {
        "Content-Type": "application/json",
        "Host": host,
        "X-Sdk-Date": date,
        "Authorization": f"SDK-HMAC-SHA256 Access={key}, SignedHeaders={names}, Signature={signature}",
    }
    return tax.http.post(PATH, content=body + tampered, headers=sent)


def check(tax, invoice, **fields) -> tuple[int, str]:
    answer = ask(tax, invoice, **fields)
    body = answer.json()
    return answer.status_code, body["error_code"] if "error_code" in body else body["result"]["result_code"]


def test_a_visible_invoice_is_found_with_its_face(tax):
    invoice = tax.register(**READY)
    result = ask(tax, invoice).json()["result"]
    assert (result["result_code"], result["status"]) == ("1000", "valid")
    assert (result["number"], result["issue_date"]) == (invoice["number"], "20261123")
    assert (result["subtotal_amount"], result["subtotal_tax"], result["total"]) == ("100.00", "6.00", "106.00")
    assert (result["seller_id"], result["type"]) == ("911101081000000166", "fully_digitalized_normal_electronic")


def test_a_wrong_amount_is_a_mismatch_and_a_wrong_date_or_number_is_not_found(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice, subtotal_amount="100.00") == (200, "1003")
    assert check(tax, invoice, issue_date="2026-11-22") == (200, "1002")
    assert check(tax, invoice, number="26112000000000000009") == (200, "1002")


def test_an_old_invoice_is_checked_by_its_amount_without_tax_or_its_check_code(tax):
    special = tax.register(**TAX_CONTROL, **READY)
    assert check(tax, special, subtotal_amount="100.00") == (200, "1000")
    assert check(tax, special, subtotal_amount="106.00") == (200, "1003")
    electronic = {"kind": "vat_ordinary_electronic", "number": "00000005", "code": "011002600111"}
    ordinary = tax.register(**electronic, check_code="12345678901234567890", **READY)
    assert check(tax, ordinary, subtotal_amount="", check_code="567890") == (200, "1000")


@pytest.mark.parametrize(
    ("status", "word"),
    [("void", "invalidated"), ("red_partial", "reversed"), ("red_full", "reversed"), ("abnormal", "valid")],
)
def test_a_change_shows_in_the_status(tax, status, word):
    invoice = tax.register(**READY)
    tax.change(status=status)
    assert ask(tax, invoice).json()["result"]["status"] == word


def test_the_five_checks_of_a_day_are_shared_and_every_answer_with_200_is_billed(tax):
    invoice = tax.register(**READY)
    assert [tax.check(invoice) for _ in range(4)] == ["0001"] * 4
    assert [check(tax, invoice)[1] for _ in range(2)] == ["1000", "1005"]
    ledger = tax.ledger(dialect="huawei")
    assert (ledger["billed"], ledger["checks_by_day"]) == (2, {"2026-11-23": 1})


@pytest.mark.parametrize(
    ("patch", "answer"),
    [
        ({"t_plus_one": True}, (200, "1006")),
        ({"maintenance": 1}, (400, "AIS.0118")),
        ({"mismatch": 1}, (200, "1003")),
        ({"balance_used_up": 1}, (403, "ModelArts.4203")),
        ({"no_permission": 1}, (403, "ModelArts.4204")),
        ({"credentials_refused": 1}, (401, "APIG.0301")),
        ({"token_expired": 1}, (401, "APIG.0307")),
        ({"qps": {"huawei": 0}}, (429, "APIG.0308")),
        ({"forced": {"huawei": 1, "code": "1009"}}, (200, "1009")),
    ],
)
def test_each_refusal_has_its_code_and_status(tax, patch, answer):
    invoice = tax.register(**READY)
    tax.behave(**patch)
    assert check(tax, invoice) == answer


def test_a_liar_tells_another_invoices_face(tax):
    invoice = tax.register(**READY)
    tax.behave(lying={"huawei": 1})
    assert ask(tax, invoice).json()["result"]["number"] != invoice["number"]


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"secret": "wrong"}, (401, "APIG.0301")),
        ({"key": "nobody"}, (401, "APIG.0301")),
        ({"tampered": b" "}, (401, "APIG.0301")),
        ({"signed_path": PATH}, (401, "APIG.0301")),
        ({"skew": 901}, (401, "APIG.0301")),
        ({"skew": -901}, (401, "APIG.0301")),
        ({"skew": -900}, (200, "1000")),
    ],
)
def test_the_gateway_looks_at_signature_and_clock(tax, options, answer):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **options) == answer


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"number": "2611200000000000000A"}, "1010"),
        ({"number": "00000001"}, "1010"),
        ({"issue_date": "20261123"}, "1010"),
        ({"issue_date": "2026-11-24"}, "1010"),
        ({"issue_date": "2021-11-22"}, "1004"),
        ({"subtotal_amount": "106.0"}, "1010"),
        ({"subtotal_amount": 106.0}, "1010"),
    ],
)
def test_a_form_that_cannot_be_checked_says_so(tax, fields, code):
    invoice = tax.register(**READY)
    assert check(tax, invoice, **fields) == (200, code)
    assert tax.ledger()["totals"]["most_checks_a_day"] == 0
