"""The text of an invoice's QR code."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import PiaodaError
from app.domain.identity import Kind
from app.domain.qr import Qr, UnreadableQrError, parse_qr, qr_crc

DIGITAL = "01,32,,25112000000000000001,106.00,20250301,,ECE6"
CODED = "01,10,011002500111,00000001,100.00,20250301,12345678901234567890,B6A4"


def signed(fields):
    return f"{fields},{qr_crc(fields + ',')}"


def test_a_digital_invoice_tells_its_total_with_tax():
    assert parse_qr(DIGITAL) == Qr(
        kind=Kind.DIGITAL_ORDINARY,
        code=None,
        number="25112000000000000001",
        amount=Decimal("106.00"),
        amount_includes_tax=True,
        issued_on=date(2025, 3, 1),
        check_code=None,
    )


def test_a_coded_invoice_tells_its_amount_without_tax():
    assert parse_qr(CODED) == Qr(
        kind=Kind.VAT_ORDINARY_ELECTRONIC,
        code="011002500111",
        number="00000001",
        amount=Decimal("100.00"),
        amount_includes_tax=False,
        issued_on=date(2025, 3, 1),
        check_code="12345678901234567890",
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("01,31,,25112000000000000002,1130.00,20250301,,1723", Kind.DIGITAL_SPECIAL),
        ("01,01,1100251130,00000002,1000.00,20250301,,A756", Kind.VAT_SPECIAL),
        (signed("01,04,1100251330,00000002,1.00,20250301,"), Kind.VAT_ORDINARY),
        (signed("01,51,011002500111,00000002,1.00,20250301,"), Kind.VAT_ORDINARY_ELECTRONIC),
    ],
)
def test_the_second_field_tells_the_kind(text, kind):
    assert parse_qr(text).kind is kind
    assert parse_qr(text).warnings == ()


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("01", Kind.VAT_SPECIAL),
        ("04", Kind.VAT_ORDINARY),
        ("10", Kind.VAT_ORDINARY_ELECTRONIC),
        ("51", Kind.VAT_ORDINARY_ELECTRONIC),
    ],
)
def test_the_second_field_tells_the_kind_where_the_code_does_not(field, kind):
    assert parse_qr(signed(f"01,{field},144032500110,00000002,1.00,20250301,")).kind is kind


@pytest.mark.parametrize("field", ["31", "32"])
def test_a_digital_kind_with_eight_digits_is_unreadable(field):
    with pytest.raises(UnreadableQrError, match="20 digits"):
        parse_qr(signed(f"01,{field},144032500110,00000002,1.00,20250301,"))


def test_where_the_second_field_is_unknown_code_and_number_tell_the_kind():
    assert parse_qr(signed("01,77,011002500113,00000002,1.00,20250301,")).kind is Kind.VAT_SPECIAL_ELECTRONIC
    assert parse_qr(signed("01,77,144032500110,00000002,1.00,20250301,")).kind is None


@pytest.mark.parametrize("text", [DIGITAL, DIGITAL + ",", f"  {DIGITAL}\n", DIGITAL.lower()])
def test_the_checksum_counts_to_the_comma_before_it(text):
    assert parse_qr(text).warnings == ()


def test_the_checksum_may_leave_that_comma_out():
    fields = DIGITAL.rpartition(",")[0]
    assert parse_qr(f"{fields},{qr_crc(fields)}").warnings == ()


@pytest.mark.parametrize("text", [DIGITAL[:-1] + "7", DIGITAL.rpartition(",")[0], DIGITAL[:-4], DIGITAL[:-4] + ","])
def test_a_wrong_or_missing_checksum_is_a_warning(text):
    read = parse_qr(text)
    assert read.warnings == ("qr_checksum",)
    assert read.number == "25112000000000000001"


def test_a_changed_amount_spoils_the_checksum():
    assert parse_qr(DIGITAL.replace("106.00", "105.00")).warnings == ("qr_checksum",)


def test_a_red_letter_amount_is_negative():
    assert parse_qr(signed("01,32,,25112000000000000001,-106.00,20250301,")).amount == Decimal("-106.00")


def test_the_checksum_is_the_published_crc_16_umts():
    assert qr_crc("123456789") == "FEE8"
    assert qr_crc("") == "0000"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no invoice QR code"),
        ("hello", "no invoice QR code"),
        ("02" + DIGITAL[2:], "no invoice QR code"),
        ("01,32,,25112000000000000001", "no invoice QR code"),
        (DIGITAL + ",x,y", "no invoice QR code"),
        ("HTTPS://example.com/invoice?a=1,2", "link"),
        (DIGITAL.replace("25112", "2511"), "number"),
        (CODED.replace("011002500111", "123"), "code"),
        (CODED.replace("011002500111", ""), "code"),
        (DIGITAL.replace("106.00", ""), "amount"),
        (DIGITAL.replace("106.00", "1e3"), "amount"),
        (DIGITAL.replace("106.00", "NaN"), "amount"),
        (DIGITAL.replace("106.00", "1.001"), "amount"),
        (DIGITAL.replace("20250301", "20250231"), "date"),
        (DIGITAL.replace("20250301", "2025031"), "date"),
        (DIGITAL.replace("20250301", "2025W101"), "date"),
        (DIGITAL.replace("20250301", "2025-03-01"), "date"),
        (DIGITAL.replace("20250301", "２０２５０３０１"), "date"),
        (DIGITAL.replace("20250301", ""), "date"),
    ],
)
def test_an_unreadable_text_is_explained_in_a_sentence(text, says):
    with pytest.raises(UnreadableQrError, match=f"{says}.*\\.$"):
        parse_qr(text)


def test_an_unreadable_text_is_a_value_error_within_our_tree():
    assert issubclass(UnreadableQrError, ValueError)
    assert issubclass(UnreadableQrError, PiaodaError)


@given(st.text() | st.lists(st.text("0123456789., -", max_size=22), max_size=10).map(",".join))
def test_any_text_is_read_or_refused_with_one_error(text):
    for candidate in (text, "01," + text):
        try:
            assert isinstance(parse_qr(candidate), Qr)
        except UnreadableQrError as error:
            assert str(error)  # noqa: PT017 - either end is right


@given(
    number=st.from_regex(r"2[1-6]11[0-9]{16}", fullmatch=True),
    amount=st.decimals("-99999999999", "99999999999", places=2),
    day=st.dates(date(2021, 1, 1), date(2099, 12, 31)),
)
def test_what_is_written_is_read_back(number, amount, day):
    read = parse_qr(signed(f"01,32,,{number},{amount},{day:%Y%m%d},"))
    assert (read.number, read.amount, read.issued_on, read.warnings) == (number, amount, day, ())
