"""A foreign channel (Hungary's NAV), over real HTTP: signatures, statuses of a transaction, the original request."""

import base64
import hashlib
import itertools
import xml.etree.ElementTree as ET

import pytest

from app.simulator.accounts import Credentials
from app.simulator.behaviour import Dialect

READY = {"upload_after": 0, "visible_after": 0}
ROOT = "/nav_hu/invoiceService/v3"
PATH = f"{ROOT}/queryTransactionStatus"
TRANSACTION = "<transactionId>{}</transactionId><returnOriginalRequest>{}</returnOriginalRequest>"
NUMBER = "<invoiceNumberQuery><invoiceNumber>{}</invoiceNumber></invoiceNumberQuery>"
SECRET = "demo-secret-not-real"
REQUEST = """<?xml version="1.0" encoding="UTF-8"?>
<{operation}Request xmlns:c="http://schemas.nav.gov.hu/NTCA/1.0/common"
    xmlns="http://schemas.nav.gov.hu/OSA/3.0/api">
  <c:header><c:requestId>{request}</c:requestId><c:timestamp>{timestamp}</c:timestamp>
    <c:requestVersion>3.0</c:requestVersion><c:headerVersion>1.0</c:headerVersion></c:header>
  <c:user><c:login>{login}</c:login><c:passwordHash cryptoType="SHA-512">{password}</c:passwordHash>
    <c:taxNumber>{tax}</c:taxNumber><c:requestSignature cryptoType="SHA3-512">{signature}</c:requestSignature></c:user>
  <software><softwareId>PIAODA000000000001</softwareId></software>
  {content}
</{operation}Request>"""
COUNTER = itertools.count(1)


def szamla(tax, **asked):
    return tax.register(
        **{
            "number": "MINTA-2026-0001",
            "kind": "foreign",
            "issued_at": "2026-11-22T23:30:00+00:00",
            "seller": {"tax_id": "10000001-2-41", "name": "Minta Eladó Kft."},
            "buyer": {"tax_id": "10000018-2-02", "name": "Minta <Vevő> & Tsa"},
            "amount": {"without_tax": "10000.00", "tax": "2700.00", "with_tax": "12700.00", "currency": "HUF"},
            "handle": {"serial_no": "4NAVDEMO00000001"},
        }
        | asked
    )


def sha(text, kind="sha512"):
    return hashlib.new(kind, text.encode()).hexdigest().upper()


def post(tax, /, transaction="4NAVDEMO00000001", *, original="false", secret=SECRET, number=None, **told):
    """Asks about a transaction, or about an invoice `number`; `told` replaces fields of the head."""
    request = told.pop("request", f"RID{next(COUNTER)}")
    fields = {
        "request": request,
        "timestamp": "2026-11-23T01:30:00.000Z",
        "login": "demo-app",
        "password": sha(secret),
        "tax": "10000001",
        "signature": sha(f"{request}20261123013000{secret}", "sha3_512"),
        "operation": "QueryInvoiceData" if number else "QueryTransactionStatus",
        "content": NUMBER.format(number) if number else TRANSACTION.format(transaction, original),
    }
    path = f"{ROOT}/queryInvoiceData" if number else PATH
    return tax.http.post(path, content=REQUEST.format(**fields | told).encode())


def words(reply):
    """The answer's elements by local name; the last one of a name wins."""
    return {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in ET.fromstring(reply.content).iter()}


def status(tax, /, **asked):
    told = words(post(tax, **asked))
    return told.get("invoiceStatus") or told.get("errorCode") or told["funcCode"]


def face(tax):
    told = words(post(tax, original="true"))
    root = ET.fromstring(base64.b64decode(told["originalRequest"]))
    return root, {each.tag.rpartition("}")[2]: each.text for each in root.iter()}


def test_an_upload_goes_from_processing_over_saved_to_done(tax):
    szamla(tax, upload_after=60)
    assert status(tax) == "PROCESSING"
    tax.clock.advance(seconds=30)
    assert status(tax) == "SAVED"
    tax.clock.advance(seconds=30)
    assert status(tax) == "DONE"


@pytest.mark.parametrize(("upload", "told"), [("stuck", "PROCESSING"), ("fail", "ABORTED"), ("ok", "DONE")])
def test_an_upload_ends_as_it_was_told_to(tax, upload, told):
    szamla(tax, upload=upload, upload_after=0)
    assert status(tax) == told


def test_an_aborted_invoice_says_why(tax):
    szamla(tax, upload="fail", upload_after=0)
    assert words(post(tax))["validationErrorCode"] == "SCHEMA_VIOLATION"


def test_a_later_status_of_ours_shows_nowhere(tax):
    szamla(tax, **READY)
    tax.change("MINTA-2026-0001", status="void")
    assert status(tax) == "DONE"


@pytest.mark.parametrize("transaction", ["nobody", "4NAVDEMO00000002"])
def test_a_transaction_that_is_not_there_is_an_answer_without_results(tax, transaction):
    szamla(tax, upload="never", handle={"serial_no": "4NAVDEMO00000002"})
    told = words(post(tax, transaction))
    assert (told["funcCode"], "processingResults" in told) == ("OK", False)


@pytest.mark.parametrize(("order", "index"), [(None, "1"), ("7", "7")])
def test_the_index_is_the_order_number(tax, order, index):
    szamla(tax, handle={"serial_no": "4NAVDEMO00000001", "order_no": order}, **READY)
    assert words(post(tax))["index"] == index


def test_the_original_request_comes_only_when_it_is_asked_for(tax):
    szamla(tax, **READY)
    assert "originalRequest" not in words(post(tax))
    root, told = face(tax)
    assert root.tag == "{http://schemas.nav.gov.hu/OSA/3.0/data}InvoiceData"
    assert (told["invoiceNumber"], told["invoiceIssueDate"]) == ("MINTA-2026-0001", "2026-11-23")
    assert [each.text for each in root.iter("{http://schemas.nav.gov.hu/OSA/3.0/base}taxpayerId")] == [
        "10000001",
        "10000018",
    ]
    assert told["customerName"] == "Minta <Vevő> & Tsa"
    amounts = (told["invoiceNetAmount"], told["invoiceVatAmount"], told["invoiceGrossAmount"], told["currencyCode"])
    assert amounts == ("10000.00", "2700.00", "12700.00", "HUF")


def test_a_mismatch_gives_other_amounts(tax):
    szamla(tax, **READY)
    tax.behave(mismatch={"nav_hu": 1})
    assert face(tax)[1]["invoiceGrossAmount"] == "12701.00"


def test_a_liar_gives_the_right_status_with_another_invoices_face(tax):
    szamla(tax, **READY)
    szamla(tax, number="MINTA-2026-0002", handle={"serial_no": "4NAVDEMO00000002"}, **READY)
    tax.behave(lying={"nav_hu": 1})
    assert (status(tax), face(tax)[1]["invoiceNumber"]) == ("DONE", "MINTA-2026-0002")


def test_the_official_signature_is_accepted_and_no_other(start):
    """The sample request of nav-gov-hu/Online-Invoice; its password is another's, so ours stands in."""
    key = "ac-ac3a-7f661bff7d342N43CYX4U9FG"
    tax = start(accounts=[Credentials(Dialect.NAV_HU, "lwilsmn0uqdxe6u", key)])
    signature = (
        "3461426EDF923610281B5B24562F2EBA44A3118FEB7CCDD299B7ACAA6E7A5EA8"
        "89B1965F1E3372F7F34064AC16C867958704089C9354F150248754D45C9A36F5"
    )
    sample = {"login": "lwilsmn0uqdxe6u", "secret": key, "tax": "11111111", "timestamp": "2019-09-11T10:55:34.063Z"}
    assert status(tax, **sample, request="RID603063244731", signature=signature) == "INVALID_REQUEST_SIGNATURE"
    assert status(tax, **sample, request="RID603063244730", signature=signature) == "OK"


@pytest.mark.parametrize(
    ("told", "code", "http"),
    [
        ({"login": "nobody"}, "INVALID_SECURITY_USER", 401),
        ({"password": sha("wrong")}, "INVALID_SECURITY_USER", 401),
        ({"password": sha(SECRET).lower()}, "INVALID_SECURITY_USER", 401),
        ({"password": "é"}, "INVALID_SECURITY_USER", 401),
        ({"timestamp": "2026-11-23T01:30:01.000Z"}, "INVALID_REQUEST_SIGNATURE", 400),
        ({"timestamp": "yesterday"}, "INVALID_REQUEST", 400),
        ({"tax": "1000000"}, "INVALID_REQUEST", 400),
        ({"content": ""}, "INVALID_REQUEST", 400),
        ({"operation": "QueryInvoiceCheck"}, "INVALID_REQUEST", 400),
    ],
)
def test_a_question_that_cannot_be_taken_is_refused(tax, told, code, http):
    szamla(tax, **READY)
    reply = post(tax, **told)
    assert (words(reply)["funcCode"], words(reply)["errorCode"], reply.status_code) == ("ERROR", code, http)


def test_what_is_no_request_is_refused(tax):
    for content in (b"", b"<a/>", b"\xff"):
        assert words(tax.http.post(PATH, content=content))["errorCode"] == "INVALID_REQUEST"


def test_a_request_id_serves_once(tax):
    szamla(tax, **READY)
    assert [status(tax, request="RIDX") for _ in range(2)] == ["DONE", "REQUEST_ID_NOT_UNIQUE"]
    tax.http.post("/admin/reset")
    assert status(tax, request="RIDX") == "OK"


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"maintenance": {"nav_hu": 1}}, "SERVICE_UNAVAILABLE"),
        ({"credentials_refused": 1}, "INVALID_SECURITY_USER"),
        ({"token_expired": 1}, "INVALID_SECURITY_USER"),
        ({"no_permission": 1}, "FORBIDDEN"),
        ({"balance_used_up": 1}, "NOT_REGISTERED_CUSTOMER"),
        ({"forced": {"nav_hu": 1, "code": "OPERATION_FAILED"}}, "OPERATION_FAILED"),
        ({"forced": {"nav_hu": 1, "code": "RECEIVED"}}, "RECEIVED"),
        ({"forced": {"nav_hu": 1, "code": "9999"}}, "9999"),
        ({"forced": {"nav_hu": 1, "code": "INVOICE_NUMBER_NOT_UNIQUE"}}, "ABORTED"),
    ],
)
def test_each_refusal_and_status_can_be_switched_on(tax, patch, code):
    szamla(tax, **READY)
    tax.behave(**patch)
    assert status(tax) == code


def test_two_questions_in_a_second_are_too_many_for_one_a_second(tax):
    szamla(tax, **READY)
    tax.behave(qps={"nav_hu": 1})
    assert [post(tax).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("upload", ["stuck", "fail", "never"])
def test_what_is_not_done_is_not_held_under_its_number(tax, upload):
    szamla(tax, upload=upload)
    told = words(post(tax, number="MINTA-2026-0001"))
    assert (told["funcCode"], "invoiceDataResult" in told) == ("OK", False)


def test_what_is_done_is_held_under_its_number(tax):
    szamla(tax, **READY)
    tax.behave(forced={"nav_hu": 1, "code": "INVOICE_NUMBER_NOT_UNIQUE"})
    told = words(post(tax, number="MINTA-2026-0001"))
    root = ET.fromstring(base64.b64decode(told["invoiceData"]))
    assert root.find("{http://schemas.nav.gov.hu/OSA/3.0/data}invoiceNumber").text == "MINTA-2026-0001"


def test_a_number_is_refused_as_a_transaction_is(tax):
    szamla(tax, **READY)
    assert words(post(tax, number="MINTA-2026-0001", login="nobody"))["errorCode"] == "INVALID_SECURITY_USER"
    tax.behave(maintenance={"nav_hu": 1})
    assert words(post(tax, number="MINTA-2026-0001"))["errorCode"] == "SERVICE_UNAVAILABLE"


def test_every_question_is_noted_and_none_is_counted(tax):
    szamla(tax, **READY)
    status(tax)
    status(tax, transaction="nobody")
    status(tax, login="stranger")
    ledger = tax.ledger(dialect="nav_hu")
    noted = [(record["account"], record["number"], record["code"]) for record in ledger["records"]]
    assert noted == [
        ("demo-app", "MINTA-2026-0001", "DONE"),
        ("demo-app", "nobody", "OK"),
        ("stranger", "MINTA-2026-0001", "INVALID_SECURITY_USER"),
    ]
    assert (ledger["billed"], ledger["checks_by_day"]) == (0, {})
