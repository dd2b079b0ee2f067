"""The admin doorway and the register behind it, over real HTTP."""

import asyncio
from datetime import UTC, datetime
from statistics import median

import httpx2
import pytest

from app.clock import DatabaseClock, Scale
from app.simulator.app import create
from app.simulator.invoices import Generator
from app.simulator.serving import serving

NUMBER = "26112000000000000001"
READY = {"upload_after": 0, "visible_after": 0}


def test_an_invoice_can_be_registered_and_read(tax):
    tax.register(upload_after=60, visible_after=600)
    seen = tax.http.get(f"/admin/invoices/{NUMBER}").json()
    assert (seen["upload"], seen["uploaded_at"], seen["visible_at"]) == (
        "ok", "2026-11-23T01:31:00Z", "2026-11-23T01:40:00Z",
    )  # fmt: skip
    assert (seen["visible"], seen["status"], seen["checks_today"]) == (False, "normal", 0)
    assert seen["face"]["amount"]["with_tax"] == "106.00"


def test_many_invoices_are_registered_at_once(tax):
    made = Generator(seed=1)
    invoices = [made.invoice(tax.clock.now()) for _ in range(200)]
    answer = tax.http.post("/admin/invoices", json=invoices)
    assert (answer.status_code, len(answer.json())) == (201, 200)
    assert tax.http.get("/admin").json()["invoices"] == 200


def test_the_same_invoice_again_changes_nothing(tax):
    tax.register()
    before = tax.http.get(f"/admin/invoices/{NUMBER}").json()
    tax.clock.advance(hours=1)
    tax.http.post("/admin/invoices", json={**tax.invoice(), "issued_at": "2026-11-23T09:30:00+08:00"})
    after = tax.http.get(f"/admin/invoices/{NUMBER}").json()
    assert {**before, "visible": after["visible"]} == after


def test_the_same_number_with_another_face_is_a_conflict(tax):
    invoice = tax.register()
    answer = tax.http.post("/admin/invoices", json={**invoice, "amount": {"with_tax": "1.00"}})
    assert answer.status_code == 409
    assert NUMBER in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"number": "12"}, "number"),
        ({"issued_at": "2026-11-23T09:30:00"}, "issued_at"),
        ({"upload": "perhaps"}, "upload"),
        ({"visible_after": -1}, "visible_after"),
        ({"visibel_after": 1}, "visibel_after"),
        ({"amount": {"with_tax": "x"}}, "with_tax"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_registered(tax, wrong, place):
    answer = tax.http.post("/admin/invoices", json={**tax.invoice(), **wrong})
    assert answer.status_code == 422
    assert place in answer.text
    assert tax.http.get("/admin").json()["invoices"] == 0


def test_a_wrong_face_is_refused(tax):
    answer = tax.http.post("/admin/invoices", json={**tax.invoice(), "face_differs": {"amount": {"with_tax": "x"}}})
    assert answer.status_code == 422
    tax.register()
    answer = tax.http.patch(f"/admin/invoices/{NUMBER}", json={"face_differs": {"issued_at": "yesterday"}})
    assert answer.status_code == 422


def test_an_unknown_number_is_404(tax):
    assert tax.http.get("/admin/invoices/26112000000000000099").status_code == 404
    assert tax.http.patch("/admin/invoices/26112000000000000099", json={}).status_code == 404


def test_a_number_under_two_codes_needs_its_code(tax):
    for code in ("1100261130", "1100261140"):
        tax.register(number="00000001", code=code, kind="vat_special", handle={})
    assert tax.http.get("/admin/invoices/00000001").status_code == 409
    assert tax.http.get("/admin/invoices/00000001?code=1100261140").json()["code"] == "1100261140"


def test_an_invoice_can_be_revealed_and_can_disappear(tax):
    invoice = tax.register(upload="stuck")
    assert tax.check(invoice) == "0009"
    tax.change(visible=True)
    assert (tax.check(invoice), tax.status()) == ("0001", "2")
    tax.change(visible=False)
    assert (tax.check(invoice), tax.status()) == ("0009", "2")


def test_a_stuck_upload_can_be_let_go(tax):
    invoice = tax.register(upload="stuck")
    tax.change(upload="ok", upload_after=5, visible_after=60)
    assert tax.status() == "20"
    tax.clock.advance(seconds=5)
    assert (tax.status(), tax.check(invoice)) == ("2", "0009")
    tax.clock.advance(seconds=55)
    assert tax.check(invoice) == "0001"


def test_the_face_can_be_changed_but_not_the_number(tax):
    tax.register(**READY)
    seen = tax.change(face_differs={"number": "26112000000000000002", "amount": {"with_tax": "107.00"}})
    assert (seen["number"], seen["face"]["amount"]["with_tax"]) == (NUMBER, "107.00")


def test_a_patch_of_the_behaviour_changes_what_it_names_and_nothing_else(tax):
    tax.behave(slow={"baidu": 0.5, "seconds": 3}, maintenance=1)
    tax.behave(slow={"baidu": 0.25})
    seen = tax.http.get("/admin/behaviour").json()
    assert seen["slow"] == {"all": 0.0, "baidu": 0.25, "seconds": 3.0}
    assert seen["maintenance"] == {"all": 1.0}
    assert seen["daily_limit"] == 5


@pytest.mark.parametrize("patch", [{"outage": 2}, {"outrage": 1}, {"slow": {"minutes": 1}}, {"daily_limit": -1}])
def test_a_wrong_patch_of_the_behaviour_changes_nothing(tax, patch):
    before = tax.http.get("/admin/behaviour").json()
    answer = tax.http.patch("/admin/behaviour", json={"maintenance": 1, **patch})
    assert answer.status_code == 422
    assert next(iter(patch)) in answer.text
    assert tax.http.get("/admin/behaviour").json() == before


def test_the_ledger_tells_every_call_and_what_it_cost(tax):
    invoice = tax.register(**READY)
    tax.check(invoice)
    tax.check(invoice, total_amount="1.00")
    tax.status()
    ledger = tax.ledger(number=NUMBER)
    told = [(line["dialect"], line["account"], line["code"], line["billed"]) for line in ledger["records"]]
    assert told == [
        ("baidu", "demo-key", "0001", True),
        ("baidu", "demo-key", "0006", True),
        ("nuonuo", "demo-app", "2", False),
    ]
    assert ledger["checks_by_day"] == {"2026-11-23": 2}
    totals = ledger["totals"]
    assert (totals["calls"], totals["tokens"], totals["billed"]) == (6, 3, 2)
    assert totals["most_checks_a_day"] == 2


def test_the_ledger_can_be_asked_for_one_account_or_dialect(tax):
    invoice = tax.register(**READY)
    tax.check(invoice)
    tax.status()
    assert tax.ledger(account="demo-app")["matching"] == 1
    assert tax.ledger(dialect="baidu")["matching"] == 1
    assert tax.ledger(limit=0)["records"] == []
    assert [line["dialect"] for line in tax.ledger(limit=1)["records"]] == ["nuonuo"]


def test_reset_forgets_invoices_calls_tokens_and_behaviour(tax):
    invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
    tax.behave(maintenance=1)
    tax.http.post("/admin/reset").raise_for_status()
    assert tax.http.get("/admin").json() == {"now": "2026-11-23T01:30:00+00:00", "invoices": 0, "calls": 0}
    assert tax.check(invoice, token=token) == "110"
    assert tax.http.get("/admin/behaviour").json()["maintenance"] == {"all": 0.0}


def registered(tax, count: int, **behaviour) -> list[dict]:
    """The fates of `count` invoices left to chance."""
    tax.behave(**behaviour)
    made = Generator(seed=5)
    invoices = [made.invoice(tax.clock.now()) for _ in range(count)]
    return list(tax.http.post("/admin/invoices", json=invoices).json())


def hours(tax, fates: list[dict], field: str) -> list[float]:
    return [
        (datetime.fromisoformat(fate[field]) - tax.clock.now()).total_seconds() / 3600 for fate in fates if fate[field]
    ]


def test_left_to_chance_most_are_visible_within_three_hours_and_a_few_after_a_day(tax):
    waits = hours(tax, registered(tax, 1000), "visible_at")
    assert 0.2 < median(waits) < 0.8
    assert sum(wait <= 3 for wait in waits) > 800
    assert 80 < sum(3 < wait <= 14 for wait in waits) < 200
    assert 5 <= sum(wait > 24 for wait in waits) <= 30
    assert not any(14 < wait < 24 for wait in waits)


def test_left_to_chance_uploads_take_seconds_to_minutes_and_a_few_get_stuck(tax):
    fates = registered(tax, 2000)
    assert max(hours(tax, fates, "uploaded_at")) <= 10 / 60
    assert 3 <= [fate["upload"] for fate in fates].count("stuck") <= 22
    assert all(fate["visible_at"] is None for fate in fates if fate["upload"] in {"stuck", "fail"})


def test_the_shares_of_stuck_and_failed_uploads_can_be_set(tax):
    fates = registered(tax, 400, uploading={"stuck_share": 0.5, "failed_share": 0.5})
    assert {fate["upload"] for fate in fates} == {"stuck", "fail"}


def test_the_delays_can_be_stretched(tax):
    waits = hours(tax, registered(tax, 50, visibility={"scale": 0}, uploading={"scale": 0}), "visible_at")
    assert max(waits) == 0


def test_the_proof_never_precedes_the_upload_unless_asked_to(tax):
    fates = registered(tax, 500, visibility={"scale": 0})
    assert all(fate["uploaded_at"] <= fate["visible_at"] for fate in fates if fate["visible_at"])


def test_a_share_of_invoices_is_voided_or_reversed_later_by_itself(tax):
    tax.behave(changing={"share": 1, "after": 60})
    digital = tax.register(**READY)
    paper = tax.register(number="00000001", code="1100261130", kind="vat_special", handle={}, **READY)
    assert [tax.http.get(f"/admin/invoices/{each['number']}").json()["status"] for each in (digital, paper)] == [
        "normal",
        "normal",
    ]
    tax.clock.advance(seconds=60)
    assert [tax.http.get(f"/admin/invoices/{each['number']}").json()["status"] for each in (digital, paper)] == [
        "red_full",
        "void",
    ]


async def test_on_a_scaled_clock_a_day_passes_in_an_instant():
    began = datetime(2026, 11, 23, tzinfo=UTC)
    clock = DatabaseClock(began, Scale(factor=86_400 * 10, origin=began))
    with serving(create(clock)) as url:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
            invoice = {**Generator(seed=1).invoice(clock.now()), "visible_after": 86_400}
            await http.post("/admin/invoices", json=invoice)
            await asyncio.sleep(0.15)
            seen = (await http.get(f"/admin/invoices/{invoice['number']}")).json()
    assert seen["visible"]


@pytest.mark.parametrize(("factor", "lasts"), [(1, 86_400), (86_400, 30 * 86_400)], ids=["real", "fast"])
async def test_a_token_lasts_long_enough_to_be_used_however_fast_the_clock_is(factor, lasts):
    began = datetime(2026, 11, 23, tzinfo=UTC)
    asked = {"client_id": "demo-app", "client_secret": "demo-secret-not-real", "grant_type": "client_credentials"}
    with serving(create(DatabaseClock(began, Scale(factor, origin=began)))) as url:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
            granted = (await http.post("/accessToken", data=asked)).json()
    assert granted["expires_in"] == lasts
