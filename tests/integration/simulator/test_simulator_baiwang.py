"""The channel dialect of Baiwang, asked by a hand of its own: the token and the query share one door."""

import hashlib
import json

import httpx2
import pytest

from app.simulator.accounts import Credentials
from app.simulator.behaviour import Dialect

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
SERIAL, SELLER = "26112309300000000001", "911101081000000166"
QUERY = "baiwang.output.invoice.query"
FROM_DEVICE = {"kind": "vat_special", "number": "00000002", "code": "1100261130"}


def call(tax, asked, *, secret=SECRET, **query):
    body = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
    query = {"version": "6.0", "timestamp": "1700000000000"} | query
    said = "".join(f"{name}{value}" for name, value in sorted(query.items()) if value)
    sign = hashlib.md5(f"{secret}{said}{body}{secret}".encode()).hexdigest().upper()
    return tax.http.post("/baiwang/router/rest", params={**query, "sign": sign}, content=body.encode())


def fetch(tax, *, client_id="demo-app", username=SECRET, password=SECRET, secret=SECRET):
    hashed = hashlib.sha256((password + SECRET).encode()).hexdigest()
    asked = {"username": username, "client_secret": SECRET, "password": hashed}
    query = {"method": "baiwang.oauth.token", "grant_type": "password", "client_id": client_id}
    return call(tax, asked, secret=secret, **query).json()


def token_of(tax) -> str:
    return fetch(tax)["response"]["access_token"]


def ask(tax, *, token=None, method=QUERY, app_key="demo-app", secret=SECRET, data=None, seller=SELLER):
    query = {
        "method": method,
        "appKey": app_key,
        "format": "json",
        "type": "sync",
        "requestId": "r1",
        "token": token or token_of(tax),
    }
    asked = {"taxNo": seller, "data": {"serialNo": SERIAL} if data is None else data}
    return call(tax, asked, secret=secret, **query)


def told(answer) -> str:
    """The refusal, or the status of the one invoice."""
    assert answer.status_code == 200
    body = answer.json()
    if not body["success"]:
        return body["errorResponse"]["code"]
    return body["response"][0]["invoiceStatus"] if body["response"] else "nothing"


def marks(tax) -> tuple[str, str, str]:
    (item,) = ask(tax).json()["response"]
    return item["invoiceStatus"], item["invoiceUploadMark"], item["invoiceCheckMark"]


def test_an_uploaded_invoice_is_issued_with_its_face(tax):
    invoice = tax.register(**READY)
    body = ask(tax).json()
    assert (body["success"], body["requestId"], body["errorResponse"]) == (True, "r1", None)
    (item,) = body["response"]
    assert (item["serialNo"], item["orderNo"], item["einvoiceNo"]) == (SERIAL, "ORDER1", invoice["number"])
    assert item["invoiceDate"] == "20261123093000"
    assert (item["invoiceTypeCode"], item["invoiceType"], item["sellerTaxNo"]) == ("02", "0", "911101081000000166")
    totals = (item["invoiceTotalPrice"], item["invoiceTotalTax"], item["invoiceTotalPriceTax"])
    assert totals == (100.0, 6.0, 106.0)


def test_a_digital_invoice_is_listed_once_the_tax_bureau_has_issued_it(tax):
    tax.register(upload_after=60)
    assert told(ask(tax)) == "nothing"
    tax.clock.advance(seconds=60)
    (item,) = ask(tax).json()["response"]
    assert item["invoiceStatus"] == "00"
    assert "invoiceCheckMark" not in item
    tax.change(upload="fail", upload_after=0)
    assert told(ask(tax)) == "nothing"


def test_the_marks_of_an_invoice_from_a_device_tell_how_far_its_upload_is(tax):
    tax.register(**FROM_DEVICE, upload_after=60)
    assert marks(tax) == ("00", "0", "N00")
    tax.clock.advance(seconds=30)
    assert marks(tax) == ("00", "0", "Y00")
    tax.clock.advance(seconds=30)
    assert marks(tax) == ("00", "1", "Y11")


@pytest.mark.parametrize(
    ("upload", "ended"),
    [("stuck", ("00", "0", "N00")), ("fail", ("00", "0", "Y10")), ("unsigned", ("00", "1", "Y10"))],
)
def test_an_upload_that_goes_wrong_shows_in_the_marks(tax, upload, ended):
    tax.register(**FROM_DEVICE, upload=upload, upload_after=0)
    assert marks(tax) == ended


@pytest.mark.parametrize(
    ("status", "code"), [("red_full", "05"), ("red_partial", "06"), ("abnormal", "00"), ("void", "00")]
)
def test_a_change_shows_in_the_status(tax, status, code):
    tax.register(**READY)
    tax.change(status=status)
    assert told(ask(tax)) == code


def test_a_void_holds_after_a_minute(tax):
    tax.register(**READY)
    tax.change(status="void")
    tax.clock.advance(minutes=1)
    (item,) = ask(tax).json()["response"]
    assert (item["invoiceStatus"], item["invoiceInvalidDate"]) == ("03", "20261123093000")


def test_an_old_invoice_has_code_and_number_and_is_found_by_them(tax):
    tax.register(**FROM_DEVICE, **READY)
    (item,) = ask(tax, data={"invoiceNo": "00000002", "invoiceCode": "1100261130"}).json()["response"]
    assert (item["invoiceNo"], item["invoiceCode"], item["einvoiceNo"]) == ("00000002", "1100261130", "")
    assert told(ask(tax, data={"invoiceNo": "00000002"})) == "nothing"


@pytest.mark.parametrize("data", [{"orderNo": "ORDER1"}, {"einvoiceNo": "26112000000000000001"}])
def test_other_names_serve_as_well(tax, data):
    tax.register(**READY)
    assert told(ask(tax, data=data, method="baiwang.output.invoice.queryeinvoice")) == "00"


@pytest.mark.parametrize("data", [{"serialNo": "nobody"}, {"einvoiceNo": "26112000000000000009"}])
def test_an_unknown_name_leaves_the_answer_empty(tax, data):
    assert told(ask(tax, data=data)) == "nothing"
    tax.register(upload="never")
    assert told(ask(tax)) == "nothing"


def test_another_sellers_invoice_is_not_shown(tax):
    tax.register(**READY)
    assert told(ask(tax, seller="91110105100000024M")) == "nothing"


def test_a_query_without_a_name_is_refused(tax):
    assert told(ask(tax, data={})) == "70169"
    assert told(ask(tax, data=[7])) == "70169"
    assert told(ask(tax, seller="")) == "70169"


def test_a_token_lasts_two_hours(tax):
    tax.register(**READY)
    grant = fetch(tax)["response"]
    assert grant["expires_in"] == 7200
    tax.clock.advance(seconds=7199)
    assert told(ask(tax, token=grant["access_token"])) == "00"
    tax.clock.advance(seconds=1)
    assert told(ask(tax, token=grant["access_token"])) == "100002"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"client_id": "nobody"}, "100004"),
        ({"secret": "wrong"}, "100007"),
        ({"username": "somebody"}, "100005"),
        ({"password": "wrong"}, "100005"),
    ],
)
def test_wrong_credentials_get_no_token(tax, options, code):
    body = fetch(tax, **options)
    assert (body["success"], body["errorResponse"]["code"]) == (False, code)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"secret": "wrong"}, "100007"),
        ({"app_key": "nobody"}, "100004"),
        ({"token": "nobody-gave-this"}, "100001"),
        ({"method": "baiwang.output.invoice.issue"}, "100006"),
    ],
)
def test_the_gateway_looks_at_signature_application_token_and_method(tax, options, code):
    tax.register(**READY)
    assert told(ask(tax, **options)) == code


def test_the_rule_of_the_signature_gives_the_known_vector(start):
    tax = start(accounts=[Credentials(Dialect.BAIWANG, "app", "secret")])
    query = {
        "appKey": "app",
        "format": "json",
        "method": QUERY,
        "requestId": "00000000-0000-0000-0000-000000000000",
        "timestamp": "1700000000000",
        "token": "tok",
        "type": "sync",
        "version": "3.0",
        "sign": "ECD79D77467A5DB213C0045024322D07",
    }
    answers = [
        tax.http.post("/baiwang/router/rest", params=query, content=body)
        for body in ('{"taxNo":"91110000TEST"}', '{"taxNo": "91110000TEST"}')
    ]
    assert [told(answer) for answer in answers] == ["100001", "100007"]


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"maintenance": {"baiwang": 1}}, "100011"),
        ({"no_permission": 1}, "100010"),
        ({"balance_used_up": 1}, "100009"),
        ({"credentials_refused": 1}, "100001"),
        ({"token_expired": 1}, "100002"),
        ({"qps": {"baiwang": 0}}, "100008"),
        ({"forced": {"baiwang": 1, "code": "777777"}}, "777777"),
    ],
)
def test_each_refusal_has_its_code(tax, patch, code):
    tax.register(**READY)
    token = token_of(tax)
    tax.behave(**patch)
    assert told(ask(tax, token=token)) == code


def test_a_mismatch_gives_other_amounts_and_a_liar_another_number(tax):
    tax.register(**READY)
    tax.behave(mismatch={"baiwang": 1})
    assert ask(tax).json()["response"][0]["invoiceTotalPriceTax"] == 107.0
    tax.behave(mismatch=0, lying={"baiwang": 1})
    assert ask(tax).json()["response"][0]["einvoiceNo"] != "26112000000000000001"


def test_faults_of_questions_do_not_meet_the_token(tax):
    tax.register(**READY)
    tax.behave(html_with_200={"baiwang": 1})
    token = token_of(tax)
    assert ask(tax, token=token).headers["content-type"].startswith("text/html")
    tax.behave(html_with_200=0, drop_after_processing={"baiwang": 1})
    assert token_of(tax)
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(tax, token=token)


def test_an_outage_meets_the_token_too(tax):
    tax.behave(outage={"baiwang": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        fetch(tax)


def test_queries_are_free_and_outside_the_days_checks(tax):
    invoice = tax.register(**READY)
    assert {told(ask(tax)) for _ in range(8)} == {"00"}
    ledger = tax.ledger(number=invoice["number"])
    assert (ledger["matching"], ledger["billed"], ledger["checks_by_day"]) == (8, 0, {})
    assert tax.ledger()["totals"]["tokens"] == 8
