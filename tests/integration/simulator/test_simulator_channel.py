"""The channel dialect (Nuonuo), over real HTTP: signature, tokens, batches and the statuses of an upload."""

import pytest

from app.simulator.accounts import Credentials
from app.simulator.behaviour import Dialect

READY = {"upload_after": 0, "visible_after": 0}
SERIAL = "26112309300000000001"


def named(number: int) -> dict:
    return {
        "number": f"26112{number:015d}",
        "handle": {"serial_no": f"serial-{number}", "order_no": f"order-{number}"},
    }


def test_an_uploaded_invoice_is_issued_with_its_face(tax):
    invoice = tax.register(**READY)
    body = tax.query({"serialNos": [SERIAL]}).json()
    assert body["code"] == "E0000"
    (item,) = body["result"]
    assert (item["status"], item["serialNo"], item["orderNo"]) == ("2", SERIAL, "ORDER1")
    assert item["allElectronicInvoiceNumber"] == item["invoiceNo"] == invoice["number"]
    assert item["invoiceTime"] == int(tax.clock.now().timestamp() * 1000)
    assert (item["exTaxAmount"], item["taxAmount"], item["orderAmount"]) == ("100.00", "6.00", "106.00")
    assert (item["salerTaxNum"], item["invoiceType"]) == (invoice["seller"]["tax_id"], "1")


def test_an_upload_goes_from_issuing_to_signing_to_issued(tax):
    tax.register(upload_after=60)
    assert tax.status() == "20"
    tax.clock.advance(seconds=30)
    assert tax.status() == "21"
    tax.clock.advance(seconds=30)
    assert tax.status() == "2"


def test_an_invoice_has_no_number_before_it_is_issued(tax):
    tax.register(upload_after=60)
    (item,) = tax.query({"serialNos": [SERIAL]}).json()["result"]
    assert (item["invoiceNo"], item["allElectronicInvoiceNumber"], item["orderAmount"]) == ("", "", "106.00")


@pytest.mark.parametrize(("upload", "status"), [("stuck", "20"), ("fail", "22"), ("unsigned", "24"), ("ok", "2")])
def test_an_upload_ends_as_it_was_told_to(tax, upload, status):
    tax.register(upload=upload, upload_after=0)
    tax.clock.advance(days=30)
    assert tax.status() == status


def test_a_failed_upload_says_why(tax):
    tax.register(upload="fail", upload_after=0)
    (item,) = tax.query({"serialNos": [SERIAL]}).json()["result"]
    assert item["failCause"]


def test_an_upload_can_fail_later(tax):
    tax.register(**READY)
    assert tax.status() == "2"
    tax.change(upload="fail", upload_after=0)
    assert tax.status() == "22"


def test_a_number_that_was_never_uploaded_is_unknown(tax):
    tax.register(upload="never")
    assert tax.status() == "E9500"


def test_a_void_is_under_way_for_a_minute_before_it_holds(tax):
    tax.register(**READY)
    tax.change(status="void")
    assert tax.status() == "31"
    tax.clock.advance(minutes=1)
    assert tax.status() == "3"


def test_a_red_invoice_points_to_its_blue_one(tax):
    amount = {"without_tax": "-100.00", "tax": "-6.00", "with_tax": "-106.00"}
    tax.register(original={"number": "26112000000000000009"}, amount=amount, **READY)
    (item,) = tax.query({"serialNos": [SERIAL]}).json()["result"]
    assert (item["invoiceType"], item["oldInvoiceNo"]) == ("2", "26112000000000000009")
    assert item["orderAmount"] == "-106.00"


def test_order_numbers_serve_as_well(tax):
    tax.register(**READY)
    assert tax.query({"orderNos": ["ORDER1"], "serialNos": [""]}).json()["result"][0]["serialNo"] == SERIAL


def test_unknown_names_are_left_out_and_only_unknown_names_are_e9500(tax):
    tax.register(**READY)
    assert len(tax.query({"serialNos": [SERIAL, "nobody"]}).json()["result"]) == 1
    body = tax.query({"serialNos": ["nobody"]}).json()
    assert (body["code"], body["result"]) == ("E9500", [])


@pytest.mark.parametrize("asked", [{}, {"serialNos": [], "orderNos": [""]}, {"serialNos": "x"}, ["x"], 7])
def test_a_query_without_names_is_e9611(tax, asked):
    assert tax.query(asked).json()["code"] == "E9611"


def test_fifty_names_are_one_call_and_fifty_one_are_refused(tax):
    names = [named(number)["handle"]["serial_no"] for number in range(51)]
    for number in range(50):
        tax.register(**named(number), **READY)
    assert len(tax.query({"serialNos": names[:50]}).json()["result"]) == 50
    assert tax.query({"serialNos": names}).json()["code"] == "E9601"


def test_results_come_in_an_order_of_their_own(tax):
    names = [named(number)["handle"]["serial_no"] for number in range(20)]
    for number in range(20):
        tax.register(**named(number), **READY)
    answered = [item["serialNo"] for item in tax.query({"serialNos": names}).json()["result"]]
    assert answered != names
    assert sorted(answered) == sorted(names)


def test_a_signature_that_does_not_fit_is_refused(tax):
    tax.register(**READY)
    assert tax.query({"serialNos": [SERIAL]}, secret="wrong").json()["code"] == "070601"


def test_the_public_signature_vector_is_accepted(start):
    tax = start(accounts=[Credentials(Dialect.NUONUO, "app", "secret")])
    query = f"appkey=app&senid={'a' * 32}&nonce=12345678&timestamp=1700000000"
    headers = {
        "X-Nuonuo-Sign": "4BzcKzrcoqxPis0W/W3X2ae0uIo=",
        "accessToken": tax.nuonuo_token(key="app", secret="secret")["access_token"],
        "method": "nuonuo.ElectronInvoice.queryInvoiceResult",
    }
    body = '{"name":"中文"}'.encode()
    assert tax.http.post(f"/open/v1/services?{query}", content=body, headers=headers).json()["code"] == "E9611"
    changed = tax.http.post(f"/open/v1/services?{query}", content=body + b" ", headers=headers)
    assert changed.json()["code"] == "070601"


def test_a_token_lasts_a_day(tax):
    tax.register(**READY)
    grant = tax.nuonuo_token()
    assert grant["expires_in"] == 86400
    asked = {"serialNos": [SERIAL]}
    tax.clock.advance(seconds=86399)
    assert tax.query(asked, token=grant["access_token"]).json()["code"] == "E0000"
    tax.clock.advance(seconds=1)
    assert tax.query(asked, token=grant["access_token"]).json()["code"] == "070302"


def test_the_fifty_first_token_in_thirty_days_is_refused(tax):
    assert all("access_token" in tax.nuonuo_token() for _ in range(50))
    assert tax.nuonuo_token()["error"] == "070306"
    tax.clock.advance(days=30)
    assert "access_token" in tax.nuonuo_token()


def test_wrong_credentials_get_no_token(tax):
    assert tax.nuonuo_token(secret="wrong")["error"] == "070304"
    assert tax.nuonuo_token(key="nobody")["error"] == "070101"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"token": "nobody-gave-this"}, "070301"),
        ({"appkey": "nobody"}, "070101"),
        ({"method": "nuonuo.no.such.method"}, "070402"),
        ({"method": "nuonuo.OpeMplatform.queryInvoiceResult"}, "E0000"),
    ],
)
def test_the_gateway_answers_for_token_application_and_method(tax, options, code):
    tax.register(**READY)
    assert tax.query({"serialNos": [SERIAL]}, **options).json()["code"] == code


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"maintenance": {"nuonuo": 1}}, "E9601"),
        ({"maintenance": {"baidu": 1}}, "E0000"),
        ({"no_permission": 1}, "E9301"),
        ({"balance_used_up": 1}, "E9338"),
        ({"credentials_refused": 1}, "070301"),
        ({"token_expired": 1}, "070302"),
        ({"forced": {"nuonuo": 1, "code": "E7777"}}, "E7777"),
    ],
)
def test_each_refusal_can_be_switched_on(tax, patch, code):
    tax.register(**READY)
    token = tax.nuonuo_token()["access_token"]
    tax.behave(**patch)
    assert tax.query({"serialNos": [SERIAL]}, token=token).json()["code"] == code


def test_credentials_can_be_refused_at_the_token(tax):
    tax.behave(credentials_refused={"nuonuo": 1})
    assert tax.nuonuo_token()["error"] == "070304"


def test_too_many_calls_in_a_second_are_429(tax):
    tax.register(**READY)
    tax.behave(qps={"nuonuo": 1})
    token = tax.nuonuo_token()["access_token"]
    answers = [tax.query({"serialNos": [SERIAL]}, token=token).status_code for _ in range(2)]
    assert answers == [200, 429]


def test_a_mismatch_gives_other_amounts(tax):
    tax.register(**READY)
    tax.behave(mismatch={"nuonuo": 1})
    (item,) = tax.query({"serialNos": [SERIAL]}).json()["result"]
    assert (item["exTaxAmount"], item["orderAmount"]) == ("101.00", "107.00")


def test_a_liar_gives_the_right_status_with_another_invoices_face(tax):
    tax.register(**READY)
    other = named(7)
    tax.register(**other, **READY)
    tax.behave(lying={"nuonuo": 1})
    (item,) = tax.query({"serialNos": [SERIAL]}).json()["result"]
    assert (item["serialNo"], item["status"], item["invoiceNo"]) == (SERIAL, "2", other["number"])


def test_queries_are_free_and_outside_the_days_checks(tax):
    invoice = tax.register(**READY)
    assert {tax.status() for _ in range(8)} == {"2"}
    totals = tax.ledger(number=invoice["number"])
    assert (totals["matching"], totals["billed"], totals["checks_by_day"]) == (8, 0, {})
