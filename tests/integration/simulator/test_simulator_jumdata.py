"""The proof dialect of Jumdata, asked by a hand of its own."""

import hashlib
from datetime import datetime, timedelta

import pytest

from app.simulator.accounts import Credentials
from app.simulator.behaviour import Dialect

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
DOORS = {"": "bhsje", "/v2": "je", "/full-electronic": "jshj"}


def ask(tax, invoice, *, door="", appId="demo-app", secret=SECRET, method="POST", **fields):  # noqa: N803
    """A check by what the invoice says, unless `fields` say otherwise."""
    issued = datetime.fromisoformat(invoice["issued_at"]) + timedelta(hours=8)
    asked = {
        "appId": appId,
        "timestamp": "1555378976238",
        "sign": hashlib.sha256(f"{appId}{secret}1555378976238".encode()).hexdigest(),
        "fpdm": invoice.get("code") or "",
        "fphm": invoice["number"],
        "kprq": f"{issued:%Y%m%d}",
        DOORS[door]: invoice["amount"]["with_tax"],
    } | fields
    path = f"/jumdata/invoice/validate{door}"
    return tax.http.get(path, params=asked) if method == "GET" else tax.http.post(path, data=asked)


def check(tax, invoice, **fields) -> int | str:
    answer = ask(tax, invoice, **fields)
    assert answer.status_code == 200
    return answer.json()["code"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_visible_invoice_is_found_with_its_face_through_every_door(tax, door, method):
    invoice = tax.register(**READY)
    body = ask(tax, invoice, door=door, method=method).json()
    assert (body["code"], body["msg"], body["charge"]) == (200, "成功", True)
    assert body["taskNo"].isdecimal()
    data = body["data"]
    assert (data["fphm"], data["kprq"], data["fpztDm"]) == (invoice["number"], "20261123", "0")
    assert (data["je"], data["se"], data["jshj"]) == ("100.00", "6.00", "106.00")
    assert data["xfsbh"] == "911101081000000166"


def test_what_was_found_not_found_and_mismatched_is_charged(tax):
    invoice = tax.register(**READY)
    assert check(tax, invoice) == 200
    assert check(tax, invoice, fphm="26112000000000000009") == 201
    assert check(tax, invoice, bhsje="100.00") == 202
    ledger = tax.ledger(dialect="jumdata")
    assert (ledger["billed"], ledger["checks_by_day"]) == (3, {"2026-11-23": 3})


def test_an_old_invoice_is_checked_by_its_amount_without_tax_or_its_check_code(tax):
    special = tax.register(kind="vat_special", number="00000002", code="1100261130", **READY)
    assert check(tax, special, bhsje="100.00") == 200
    electronic = {"kind": "vat_ordinary_electronic", "number": "00000005", "code": "011002600111"}
    ordinary = tax.register(**electronic, check_code="12345678901234567890", **READY)
    assert check(tax, ordinary, door="/v2", je="", jym="567890") == 200
    assert check(tax, ordinary, bhsje="", xym="12345678901234567890") == 200
    assert check(tax, ordinary, bhsje="", xym="567891") == 202


def test_only_fully_digital_invoices_go_through_their_own_door(tax):
    invoice = tax.register(kind="vat_special", number="00000002", code="1100261130", **READY)
    assert check(tax, invoice, door="/full-electronic") == 411


@pytest.mark.parametrize(
    ("status", "code"), [("void", "2"), ("red_partial", "7"), ("red_full", "8"), ("abnormal", "0")]
)
def test_a_change_shows_in_the_status(tax, status, code):
    invoice = tax.register(**READY)
    tax.change(status=status)
    assert ask(tax, invoice).json()["data"]["fpztDm"] == code


def test_the_five_checks_of_a_day_are_shared_with_other_providers(tax):
    invoice = tax.register(**READY)
    assert [tax.check(invoice) for _ in range(4)] == ["0001"] * 4
    assert [check(tax, invoice) for _ in range(2)] == [200, 203]


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"t_plus_one": True}, 999),
        ({"maintenance": 1}, 500),
        ({"mismatch": 1}, 202),
        ({"balance_used_up": 1}, 603),
        ({"no_permission": 1}, 601),
        ({"credentials_refused": 1}, 602),
        ({"qps": {"jumdata": 0}}, 609),
        ({"forced": {"jumdata": 1, "code": "206"}}, 206),
        ({"forced": {"jumdata": 1, "code": "odd"}}, "odd"),
    ],
)
def test_each_refusal_has_its_code(tax, patch, code):
    invoice = tax.register(**READY)
    tax.behave(**patch)
    assert check(tax, invoice) == code


def test_what_is_refused_is_not_charged(tax):
    invoice = tax.register(**READY)
    tax.behave(maintenance=1)
    body = ask(tax, invoice).json()
    assert (body["charge"], body["data"]) == (False, None)
    assert tax.ledger()["billed"] == 0


def test_a_liar_tells_another_invoices_face(tax):
    invoice = tax.register(**READY)
    tax.behave(lying={"jumdata": 1})
    assert ask(tax, invoice).json()["data"]["fphm"] != invoice["number"]


def test_the_public_example_of_a_signature_is_accepted(start):
    tax = start(accounts=[Credentials(Dialect.JUMDATA, "xyzxy2121zxyz", "efcefcef1121cefcefc1212121")])
    sign = "6ddcdc405743c576cb6d34b17b47ed56e2b9b6670fae1fe85ed01244fd31558b"
    asked = {"appId": "xyzxy2121zxyz", "timestamp": "1555378976238", "sign": sign}
    assert tax.http.post("/jumdata/invoice/validate", data=asked).json()["code"] == 411
    assert tax.http.post("/jumdata/invoice/validate", data=asked | {"timestamp": "1"}).json()["code"] == 602


@pytest.mark.parametrize("options", [{"secret": "wrong"}, {"appId": "nobody"}, {"timestamp": ""}, {"sign": "中"}])
def test_a_wrong_signature_is_refused(tax, options):
    assert check(tax, tax.register(**READY), **options) == 602


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"fphm": "2611200000000000000A"}, 411),
        ({"fphm": "00000001"}, 411),
        ({"kprq": "2026-11-23"}, 400),
        ({"kprq": "2026113"}, 400),
        ({"kprq": "20261124"}, 412),
        ({"kprq": "20211122"}, 205),
        ({"bhsje": ""}, 400),
    ],
)
def test_a_form_that_cannot_be_checked_is_refused_free_of_charge(tax, fields, code):
    assert check(tax, tax.register(**READY), **fields) == code
    assert tax.ledger()["billed"] == 0
