"""The proof dialect (Baidu), over real HTTP: what is answered, in which shape, and what it costs."""

import pytest

READY = {"upload_after": 0, "visible_after": 0}


def test_a_visible_invoice_is_found_with_its_face_inside_words_result(tax):
    invoice = tax.register(**READY)
    body = tax.verify(invoice).json()
    assert "VerifyResult" not in body
    words = body["words_result"]
    assert (words["VerifyResult"], words["InvalidSign"], words["VerifyFrequency"]) == ("0001", "N", "1")
    assert words["InvoiceNum"] == invoice["number"]
    assert words["InvoiceDate"] == "20261123"
    assert words["SellerRegisterNum"] == invoice["seller"]["tax_id"]
    assert (words["TotalAmount"], words["TotalTax"], words["AmountInFiguers"]) == ("100.00", "6.00", "106.00")


def test_a_failure_stands_at_the_top_level(tax):
    body = tax.verify(tax.invoice()).json()
    assert body["VerifyResult"] == "0009"
    assert body["VerifyMessage"] == "发票不存在"
    assert not body["words_result"]


def test_an_invoice_is_not_found_until_it_is_visible(tax):
    invoice = tax.register(visible_after=1800)
    assert tax.check(invoice) == "0009"
    tax.clock.advance(seconds=1799)
    assert tax.check(invoice) == "0009"
    tax.clock.advance(seconds=1)
    assert tax.check(invoice) == "0001"


def test_a_wrong_amount_is_a_mismatch_and_a_wrong_date_or_number_is_not_found(tax):
    invoice = tax.register(**READY)
    assert tax.check(invoice, total_amount="100.00") == "0006"
    assert tax.check(invoice, invoice_date="20261122") == "0009"
    assert tax.check(invoice, invoice_num="26112000000000000009") == "0009"


@pytest.mark.parametrize(
    ("asked_as", "invoice", "right", "wrong"),
    [
        (
            "elec_invoice_special",
            {"kind": "digital_special"},
            {"total_amount": "106.00"},
            {"total_amount": "100.00"},
        ),
        (
            "special_vat_invoice",
            {"kind": "vat_special", "number": "00000002", "code": "1100261130"},
            {"total_amount": "100.00"},
            {"total_amount": "106.00"},
        ),
        (
            "motor_vehicle_invoice",
            {"kind": "motor_vehicle", "number": "00000003", "code": "111002620101"},
            {"total_amount": "100.00"},
            {"total_amount": "106.00"},
        ),
        (
            "motor_vehicle_invoice",
            {"kind": "digital_motor_vehicle"},
            {"total_amount": "106.00"},
            {"total_amount": "100.00"},
        ),
        (
            "used_vehicle_invoice",
            {"kind": "used_vehicle", "number": "00000004", "code": "011002600117"},
            {"total_amount": "106.00"},
            {"total_amount": "100.00"},
        ),
        (
            "elec_normal_invoice",
            {
                "kind": "vat_ordinary_electronic",
                "number": "00000005",
                "code": "011002600111",
                "check_code": "12345678901234567890",
            },
            {"total_amount": "", "check_code": "567890"},
            {"total_amount": "106.00", "check_code": "567891"},
        ),
    ],
)
def test_each_kind_is_checked_by_the_fact_of_its_kind(tax, asked_as, invoice, right, wrong):
    invoice = tax.register(**invoice, **READY)
    assert tax.check(invoice, invoice_type=asked_as, **right) == "0001"
    assert tax.check(invoice, invoice_type=asked_as, **wrong) == "0006"


def test_an_invoice_asked_for_as_another_kind_is_irregular(tax):
    invoice = tax.register(kind="digital_special", **READY)
    assert tax.check(invoice, invoice_type="elec_invoice_normal") == "1005"


def test_a_code_beside_a_twenty_digit_number_is_not_looked_at(tax):
    assert tax.check(tax.register(**READY), invoice_code="1100261130") == "0001"


def test_a_digital_paper_invoice_is_found_by_what_is_printed_on_its_paper(tax):
    paper = {"code": "1100261130", "number": "00000007"}
    invoice = tax.register(kind="digital_paper_special", paper=paper, **READY)
    printed = {"invoice_code": paper["code"], "invoice_num": paper["number"]}
    assert tax.check(invoice, invoice_type="special_vat_invoice", total_amount="100.00", **printed) == "0001"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"invoice_num": ""}, "1008"),
        ({"total_amount": ""}, "1008"),
        ({"invoice_type": "normal_invoice", "invoice_num": "00000001"}, "1008"),
        ({"invoice_type": "no_such_invoice"}, "0005"),
        ({"invoice_date": "20261341"}, "0005"),
        ({"invoice_num": "2611200000000000000A"}, "0005"),
        ({"total_amount": "106.001"}, "0005"),
        ({"invoice_num": "261120000000000000"}, "1009"),
        ({"invoice_date": "202611"}, "1009"),
        ({"invoice_date": "20261124"}, "1005"),
        ({"invoice_date": "20211122"}, "1015"),
    ],
)
def test_a_form_that_cannot_be_checked_is_refused_free_of_charge(tax, form, code):
    invoice = tax.register(**READY)
    assert tax.check(invoice, **form) == code
    assert tax.ledger()["billed"] == 0


def test_the_sixth_check_of_a_beijing_day_is_refused_until_midnight(tax):
    invoice = tax.register(**READY)
    assert [tax.check(invoice) for _ in range(7)] == ["0001"] * 5 + ["0002"] * 2
    tax.clock.advance(hours=14, minutes=29)
    assert tax.check(invoice) == "0002"
    tax.clock.advance(minutes=1)
    body = tax.verify(invoice).json()
    assert body["words_result"]["VerifyFrequency"] == "6"


def test_misses_use_up_the_days_checks_too(tax):
    invoice = tax.register(visible_after="never")
    assert [tax.check(invoice) for _ in range(6)] == ["0009"] * 5 + ["0002"]
    assert tax.ledger()["billed"] == 5


def test_the_daily_limit_can_be_changed_and_lifted(tax):
    invoice = tax.register(**READY)
    tax.behave(daily_limit=1)
    assert [tax.check(invoice) for _ in range(2)] == ["0001", "0002"]
    tax.behave(daily_limit=None)
    assert tax.check(invoice) == "0001"


def test_a_t_plus_one_provider_refuses_todays_invoices_until_beijing_midnight(tax):
    tax.behave(t_plus_one=True)
    invoice = tax.register(**READY)
    assert tax.check(invoice) == "1014"
    tax.clock.advance(hours=14, minutes=30)
    assert tax.check(invoice) == "0001"


@pytest.mark.parametrize(
    ("status", "sign"), [("void", "Y"), ("red_partial", "BH"), ("red_full", "QH"), ("normal", "N")]
)
def test_a_status_shows_in_invalid_sign(tax, status, sign):
    invoice = tax.register(**READY)
    tax.change(status=status)
    assert tax.verify(invoice).json()["words_result"]["InvalidSign"] == sign


def test_a_tax_control_invoice_that_is_red_flushed_says_h(tax):
    invoice = tax.register(number="00000002", code="1100261130", kind="vat_special", **READY)
    tax.change("00000002", status="red_full")
    form = {"invoice_type": "special_vat_invoice", "total_amount": "100.00"}
    assert tax.verify(invoice, **form).json()["words_result"]["InvalidSign"] == "H"


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"maintenance": 1}, "1021"),
        ({"mismatch": 1}, "0006"),
        ({"no_permission": 1}, "1020"),
        ({"balance_used_up": 1}, "1004"),
        ({"forced": {"baidu": 1, "code": "19"}}, "19"),
        ({"credentials_refused": 1}, "110"),
        ({"token_expired": 1}, "111"),
        ({"forced": {"baidu": 1, "code": "1006"}}, "1006"),
        ({"forced": {"baidu": 1, "code": "9999"}}, "9999"),
        ({"forced": {"baidu": 1, "code": "282000"}}, "282000"),
        ({"forced": {"baidu": 1, "code": "7777"}}, "7777"),
        ({"qps": {"baidu": 0}}, "18"),
        ({"maintenance": {"nuonuo": 1}}, "0001"),
    ],
)
def test_each_refusal_can_be_switched_on(tax, patch, code):
    invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
    tax.behave(**patch)
    assert tax.check(invoice, token=token) == code


def test_the_platforms_refusals_carry_error_code_as_a_number(tax):
    tax.behave(token_expired=1)
    body = tax.verify(tax.register(**READY)).json()
    assert body["error_code"] == 111
    assert "VerifyResult" not in body


def test_a_forced_success_still_knows_only_registered_invoices(tax):
    tax.behave(forced={"baidu": 1, "code": "0001"})
    assert tax.verify(tax.invoice()).json()["words_result"] == {}


def test_the_rate_limit_counts_calls_within_one_second_of_the_clock(tax):
    tax.behave(qps={"baidu": 2}, daily_limit=None)
    invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
    assert [tax.check(invoice, token=token) for _ in range(3)] == ["0001", "0001", "18"]
    tax.clock.advance(seconds=1)
    assert tax.check(invoice, token=token) == "0001"


def test_a_liar_gives_the_right_status_with_another_invoices_face(tax):
    invoice = tax.register(**READY)
    tax.register(number="26112000000000000002", handle={"serial_no": "2", "order_no": "2"}, **READY)
    tax.behave(lying={"baidu": 1})
    words = tax.verify(invoice).json()["words_result"]
    assert (words["VerifyResult"], words["InvalidSign"]) == ("0001", "N")
    assert words["InvoiceNum"] == "26112000000000000002"


def test_a_liar_invents_a_face_when_there_is_no_other_invoice(tax):
    invoice = tax.register(**READY)
    tax.behave(lying=1)
    assert tax.verify(invoice).json()["words_result"]["AmountInFiguers"] == "8.88"


def test_a_face_that_differs_in_the_register_is_a_mismatch(tax):
    invoice = tax.register(face_differs={"amount": {"with_tax": "107.00"}}, **READY)
    assert tax.check(invoice) == "0006"
    assert tax.check(invoice, total_amount="107.00") == "0001"


def test_a_token_lasts_thirty_days(tax):
    invoice = tax.register(**READY)
    grant = tax.baidu_token().json()
    assert grant["expires_in"] == 2592000
    tax.clock.advance(days=30, seconds=-1)
    assert tax.check(invoice, token=grant["access_token"]) == "0001"
    tax.clock.advance(seconds=1)
    assert tax.check(invoice, token=grant["access_token"]) == "111"


def test_an_unknown_token_and_another_providers_token_are_invalid(tax):
    invoice = tax.register(**READY)
    assert tax.check(invoice, token="nobody-gave-this") == "110"
    assert tax.check(invoice, token=tax.nuonuo_token()["access_token"]) == "110"


def test_wrong_credentials_get_no_token(tax):
    assert tax.baidu_token(secret="wrong").status_code == 401
    assert tax.baidu_token(key="nobody").json()["error"] == "invalid_client"
    tax.behave(credentials_refused={"baidu": 1})
    assert tax.baidu_token().json()["error"] == "invalid_client"
