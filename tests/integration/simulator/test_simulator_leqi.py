"""The channel dialect of a Leqi connector, asked by a hand of its own."""

import hashlib
import hmac
import json

import pytest

SECRET = "demo-secret-not-real"
READY = {"upload_after": 0, "visible_after": 0}
SERIAL, SELLER = "26112309300000000001", "911101081000000166"
ONE, MANY = "/leqi/ns-api/standard/queryDrawupResult", "/leqi/ns-api/standard/queryBatchDrawupResult"
UPLOAD = "/leqi/sdfpkjjgcx"


def call(tax, path, asked, *, key="demo-app", secret=SECRET, timestamp="1700000000000", tampered=b""):
    body = json.dumps(asked, ensure_ascii=False).encode()
    sign = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-App-Key": key, "X-Timestamp": timestamp, "X-Sign": sign, "Content-Type": "application/json"}
    return tax.http.post(path, content=body + tampered, headers=headers)


def ask(tax, path=ONE, serial=SERIAL, seller=SELLER, **options):
    asked = {"object": {"sllsh": serial, "sfhqpm": "0"}} if path == UPLOAD else {"requestId": serial, "nsrsbh": seller}
    return call(tax, path, asked, **options)


def states(tax, serial=SERIAL) -> list[str | None]:
    """What the three paths say of one invoice."""
    one, many, upload = (ask(tax, path, serial).json() for path in (ONE, MANY, UPLOAD))
    return [one["fpState"], many[0]["fpState"] if many else None, upload["data"][0]["scjg"] if upload["data"] else None]


def test_an_uploaded_invoice_has_its_number_and_state_on_every_path(tax):
    invoice = tax.register(**READY)
    told = {"fphm": invoice["number"], "fpState": "00", "fpStateMsg": "上传成功"}
    assert ask(tax).json() == told
    assert ask(tax, MANY).json() == [told]
    body = ask(tax, UPLOAD).json()
    assert (body["code"], body["data"]) == (
        200,
        [{"scjg": "00", "scjgsm": "", "fpdm": "", "fphm": invoice["number"]}],
    )


def test_the_face_comes_when_it_is_asked_for(tax):
    tax.register(**READY)
    (item,) = call(tax, UPLOAD, {"object": {"sllsh": SERIAL, "sfhqpm": "1"}}).json()["data"]
    assert (item["lzfpbz"], item["fplxdm"], item["jshj"], item["xhdwsbh"]) == ("0", "82", "106.00", SELLER)


def test_an_invoice_has_its_number_before_it_is_uploaded(tax):
    invoice = tax.register(upload_after=60)
    assert ask(tax).json()["fphm"] == invoice["number"]
    assert states(tax) == ["01"] * 3
    tax.clock.advance(seconds=60)
    assert states(tax) == ["00"] * 3


@pytest.mark.parametrize(("upload", "state"), [("stuck", "01"), ("fail", "02"), ("unsigned", "00"), ("ok", "00")])
def test_an_upload_ends_as_it_was_told_to(tax, upload, state):
    tax.register(upload=upload, upload_after=0)
    assert states(tax) == [state] * 3


def test_a_failed_upload_says_why(tax):
    tax.register(upload="fail", upload_after=0)
    assert ask(tax).json()["fpStateMsg"] == "上传失败：发票数据校验不通过"
    assert ask(tax, UPLOAD).json()["data"][0]["scjgsm"] == "发票数据校验不通过"


def test_an_upload_is_forgotten_twelve_hours_after_issue(tax):
    tax.register(**READY)
    tax.clock.advance(hours=12, seconds=-1)
    assert states(tax) == ["00"] * 3
    tax.clock.advance(seconds=1)
    assert states(tax) == [None] * 3
    assert ask(tax, UPLOAD).json()["code"] == 6904


def test_an_unknown_serial_or_another_sellers_is_forgotten_too(tax):
    tax.register(**READY)
    assert states(tax, "nobody") == [None] * 3
    assert ask(tax, seller="91110105100000024M").json()["fpState"] is None
    tax.change(upload="never")
    assert states(tax) == [None] * 3


def test_leqi_knows_fully_digital_invoices_alone(tax):
    tax.register(kind="vat_special", number="00000002", code="1100261130", **READY)
    assert states(tax) == [None] * 3


def test_an_order_number_serves_as_well(tax):
    tax.register(**READY)
    assert states(tax, "ORDER1") == ["00"] * 3


@pytest.mark.parametrize("path", [ONE, MANY, UPLOAD])
@pytest.mark.parametrize("options", [{"secret": "wrong"}, {"key": "nobody"}, {"tampered": b" "}, {"timestamp": ""}])
def test_a_wrong_signature_is_refused(tax, path, options):
    tax.register(**READY)
    answer = ask(tax, path, **options)
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


@pytest.mark.parametrize(
    ("path", "asked"),
    [(ONE, {}), (ONE, {"requestId": SERIAL}), (MANY, [SERIAL]), (UPLOAD, {"object": "x"}), (UPLOAD, {"object": {}})],
)
def test_a_question_without_its_names_is_refused(tax, path, asked):
    tax.register(**READY)
    assert call(tax, path, asked).status_code == 400


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"maintenance": 1}, 503),
        ({"no_permission": 1}, 403),
        ({"balance_used_up": 1}, 402),
        ({"credentials_refused": 1}, 401),
        ({"token_expired": 1}, 401),
        ({"qps": {"leqi": 0}}, 429),
    ],
)
def test_each_refusal_has_its_status(tax, patch, status):
    tax.register(**READY)
    tax.behave(**patch)
    assert ask(tax).status_code == status


def test_a_duplicate_upload_can_be_forced(tax):
    tax.register(**READY)
    tax.behave(forced={"leqi": 1, "code": "03"})
    assert states(tax) == ["03"] * 3
    assert ask(tax).json()["fpStateMsg"] == "重复上传"


def test_a_liar_tells_another_invoices_number(tax):
    invoice = tax.register(**READY)
    tax.behave(lying={"leqi": 1})
    assert ask(tax).json()["fphm"] != invoice["number"]


def test_queries_are_free_and_outside_the_days_checks(tax):
    invoice = tax.register(**READY)
    assert [states(tax) for _ in range(3)] == [["00"] * 3] * 3
    ledger = tax.ledger(number=invoice["number"])
    assert (ledger["matching"], ledger["billed"], ledger["checks_by_day"]) == (9, 0, {})
