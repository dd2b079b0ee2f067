"""Jumdata's own dialect: the signature, what each kind is asked with, and what is paid for."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Outcome, Party
from app.tax.jumdata import CAPABILITIES, Jumdata, sign

DIGITAL = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 2, 28, 17, 0, tzinfo=UTC),
    seller=Party("911101081000000166"),
    amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    kind=Kind.DIGITAL_ORDINARY,
)
OLD = replace(
    DIGITAL, kind=Kind.VAT_ORDINARY, code="011002500111", number="00000001", check_code="12345678901234 567890"
)
FOUND = {"fphm": DIGITAL.number, "fpztDm": "0"}


@pytest.fixture
def jumdata(account, toolbox):
    return Jumdata(account({"app_id": "app", "app_secret": "secret"}), toolbox)


@pytest.fixture
def form(jumdata, provider):
    """The form that an invoice is asked with."""

    async def of(invoice):
        provider.says({"code": 200, "data": FOUND})
        await jumdata.check([invoice])
        (heard,) = provider.asked
        return {name: value for name, (value,) in parse_qs(heard.body, keep_blank_values=True).items()}

    return of


async def ask(jumdata, invoice=DIGITAL):
    (answer,) = await jumdata.check([invoice])
    return answer


def test_the_signature_agrees_with_the_example_of_the_providers_page():
    signature = sign("xyzxy2121zxyz", "efcefcef1121cefcefc1212121", "1555378976238")
    assert signature == "6ddcdc405743c576cb6d34b17b47ed56e2b9b6670fae1fe85ed01244fd31558b"


async def test_a_digital_invoice_is_asked_with_its_total_and_its_beijing_day(form, now):
    timestamp = str(int(now.timestamp())) + "000"
    assert await form(DIGITAL) == {
        "appId": "app", "timestamp": timestamp,
        "sign": hashlib.sha256(f"appsecret{timestamp}".encode()).hexdigest(),
        "fphm": DIGITAL.number, "kprq": "20250301", "je": "106.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "check_code", "amount"),
    [
        (Kind.VAT_SPECIAL, None, "100.00"), (Kind.VAT_SPECIAL_ELECTRONIC, None, "100.00"),
        (Kind.MOTOR_VEHICLE, None, "100.00"), (Kind.USED_VEHICLE, None, "106.00"),
        (Kind.VAT_ORDINARY, "567890", None), (Kind.VAT_ORDINARY_ELECTRONIC, "567890", None),
        (Kind.VAT_ROLL, "567890", None), (Kind.TOLL_ELECTRONIC, "567890", None),
    ],
)  # fmt: skip
async def test_each_kind_has_its_amount_or_the_end_of_its_check_code(kind, check_code, amount, form):
    asked = await form(replace(OLD, kind=kind))
    assert (asked["fpdm"], asked.get("jym"), asked.get("je")) == (OLD.code, check_code, amount)


@pytest.mark.parametrize(
    ("code", "outcome", "billed"),
    [
        (200, Outcome.FOUND_MATCH, True), ("200", Outcome.FOUND_MATCH, True), (201, Outcome.NOT_FOUND, True),
        (202, Outcome.MISMATCH, True), (203, Outcome.QUOTA_INVOICE_DAY, False), (206, Outcome.TRANSIENT, False),
        (603, Outcome.QUOTA_ACCOUNT, False), (609, Outcome.RATE_LIMITED, False), (205, Outcome.OUT_OF_WINDOW, False),
    ],
)  # fmt: skip
async def test_what_is_paid_for_is_told(code, outcome, billed, jumdata, provider):
    provider.says({"code": code, "msg": "说明", "taskNo": "7", "data": FOUND})
    answer = await ask(jumdata)
    assert (answer.outcome, answer.billed, answer.unlisted) == (outcome, billed, False)
    assert (answer.code, answer.message, answer.request_id) == (str(code), "说明", "7")


def test_the_prices_are_known_before_anything_is_asked():
    assert Outcome.NOT_FOUND in CAPABILITIES.charged
    assert Outcome.QUOTA_INVOICE_DAY not in CAPABILITIES.charged
    assert CAPABILITIES.daily_limit == 5


@pytest.mark.parametrize("code", [208, 0, None, True, "", "2 00", 200.5])
async def test_a_code_that_stands_in_no_table_teaches_nothing(code, jumdata, provider):
    provider.says({"code": code, "msg": "成功", "data": FOUND})
    answer = await ask(jumdata)
    assert (answer.outcome, answer.unlisted, answer.found) == (Outcome.TRANSIENT, True, None)


@pytest.mark.parametrize("status", ["1", "4", "5", "", None, "正常"])
async def test_a_find_whose_status_nobody_knows_is_none_but_is_paid_for(status, jumdata, provider):
    provider.says({"code": 200, "data": {**FOUND, "fpztDm": status}})
    answer = await ask(jumdata)
    assert (answer.outcome, answer.billed, answer.unlisted) == (Outcome.TRANSIENT, True, True)


@pytest.mark.parametrize("data", [None, [], "", [FOUND], {}, {"fpztDm": "0", "fphm": ""}])
async def test_a_find_without_a_face_is_none(data, jumdata, provider):
    provider.says({"code": 200, "data": data})
    assert (await ask(jumdata)).outcome is Outcome.TRANSIENT


async def test_a_find_tells_the_face_in_our_words(jumdata, provider):
    data = {
        **FOUND, "fpdm": "", "kprq": "2025-03-01T00:00:00Z", "xfsbh": "911101081000000166",
        "gfsbh": "91110105100000024m", "je": 100.0, "se": 6, "jshj": "106.00",
    }  # fmt: skip
    provider.says({"code": 200, "data": data})
    assert (await ask(jumdata)).found == Found(
        number=DIGITAL.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="911101081000000166",
        buyer_tax_id="91110105100000024M",
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    )


async def test_a_probe_asks_about_nothing_and_an_objection_to_that_is_health(jumdata, provider):
    provider.says({"code": 400, "msg": "参数错误"})
    answer = await jumdata.probe()
    assert (answer.outcome, answer.billed) == (Outcome.BAD_REQUEST, False)
    (heard,) = provider.asked
    assert parse_qs(heard.body).keys() == {"appId", "timestamp", "sign"}
