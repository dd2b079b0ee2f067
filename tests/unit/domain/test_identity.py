"""Numbers, codes and tax ids. All identifiers are synthetic, save the four codes that are a rule."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identity import (
    DIGITAL,
    DIGITAL_PAPER,
    Kind,
    infer_kind,
    normalise_tax_id,
    number_faults,
    number_warnings,
    organisation_check_digit,
    region_of,
    tax_id_warning,
    uscc_check_digit,
)

TODAY = date(2026, 11, 22)
DIGITAL_NUMBER = "25112000000000000001"
CODED_NUMBER = "00000001"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

coded_kinds = st.sampled_from(sorted(set(Kind) - DIGITAL - DIGITAL_PAPER - {Kind.FOREIGN}))


def faults(number, code=None, kind=None):
    return [(fault.pointer, fault.code) for fault in number_faults(number, code, kind)]


def warnings(number, code=None, kind=None, today=TODAY):
    return number_warnings(number, code, kind, today)


# Kinds


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1100251130", Kind.VAT_SPECIAL),
        ("1100251530", Kind.VAT_SPECIAL),
        ("1100251330", Kind.VAT_ORDINARY),
        ("1100251630", Kind.VAT_ORDINARY),
        ("011002500104", Kind.VAT_ORDINARY),
        ("011002500105", Kind.VAT_ORDINARY),
        ("011002500106", Kind.VAT_ROLL),
        ("011002500107", Kind.VAT_ROLL),
        ("011002500111", Kind.VAT_ORDINARY_ELECTRONIC),
        ("011002500112", Kind.TOLL_ELECTRONIC),
        ("011002500113", Kind.VAT_SPECIAL_ELECTRONIC),
        ("011002500117", Kind.USED_VEHICLE),
        ("111002522001", Kind.MOTOR_VEHICLE),
        ("144031539110", Kind.VAT_ORDINARY_ELECTRONIC),
        ("131001570151", Kind.VAT_ORDINARY_ELECTRONIC),
        ("133011501118", Kind.VAT_ORDINARY_ELECTRONIC),
        ("111001571071", Kind.VAT_ORDINARY_ELECTRONIC),
    ],
)
def test_a_code_tells_the_kind(code, kind):
    assert infer_kind(CODED_NUMBER, code) is kind


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("1100251230", id="freight, which is gone"),
        pytest.param("1100251730", id="freight, which is gone, second digit"),
        pytest.param("011002500199", id="unknown suffix"),
        pytest.param("144032500110", id="blockchain or general electronic"),
        pytest.param("11002511", id="too short"),
        pytest.param("１１００２５１１３０", id="full-width digits"),
    ],
)
def test_a_code_that_leaves_the_kind_open_tells_none(code):
    assert infer_kind(CODED_NUMBER, code) is None


def test_twenty_digits_are_assumed_to_be_an_ordinary_digital_invoice():
    assert infer_kind(DIGITAL_NUMBER, None) is Kind.DIGITAL_ORDINARY
    assert infer_kind(DIGITAL_NUMBER, "") is Kind.DIGITAL_ORDINARY


def test_eight_digits_without_a_code_tell_no_kind():
    assert infer_kind(CODED_NUMBER, None) is None


# Faults


@pytest.mark.parametrize("kind", [*sorted(DIGITAL | DIGITAL_PAPER), None])
def test_a_digital_invoice_has_twenty_digits_and_no_code(kind):
    assert faults(DIGITAL_NUMBER, None, kind) == []


@pytest.mark.parametrize("kind", sorted(DIGITAL))
def test_a_digital_kind_refuses_eight_digits(kind):
    assert faults(CODED_NUMBER, None, kind) == [("/number", "format")]


@given(kind=coded_kinds, code=st.from_regex(r"[0-9]{10}|[0-9]{12}", fullmatch=True))
def test_a_coded_kind_has_eight_digits_and_a_code(kind, code):
    assert faults(CODED_NUMBER, code, kind) == []


@given(kind=coded_kinds)
def test_a_coded_kind_refuses_twenty_digits(kind):
    assert ("/number", "format") in faults(DIGITAL_NUMBER, None, kind)


@pytest.mark.parametrize("kind", sorted(DIGITAL_PAPER))
def test_a_digital_paper_invoice_may_go_by_its_paper_form(kind):
    assert faults(CODED_NUMBER, "1100251130", kind) == []
    assert faults(CODED_NUMBER, None, kind) == [("/code", "required")]


@pytest.mark.parametrize("kind", [None, Kind.VAT_SPECIAL])
def test_eight_digits_without_their_code_name_no_invoice(kind):
    assert faults(CODED_NUMBER, None, kind) == [("/code", "required")]


def test_a_twenty_digit_number_allows_no_code():
    assert faults(DIGITAL_NUMBER, "1100251130") == [("/code", "not_allowed")]


def test_a_number_of_zeros_was_never_issued():
    assert faults("00000000", "1100251130", Kind.VAT_SPECIAL) == [("/number", "format")]
    assert faults("00000000", "1100251130") == [("/number", "format")]


@pytest.mark.parametrize("code", ["123", "11002511301", "110025113O", "1100251130\n"])
def test_a_malformed_code_is_refused(code):
    assert faults(CODED_NUMBER, code) == [("/code", "format")]


@pytest.mark.parametrize(
    "number",
    ["", "1", "2511200000000000000", "251120000000000000011", "2511200000000000000O", "²" * 20, "１" * 20],
)
def test_a_malformed_number_is_refused(number):
    assert faults(number) == [("/number", "format")]
    assert faults(number, None, Kind.DIGITAL_SPECIAL) == [("/number", "format")]


def test_each_wrong_field_has_its_own_fault():
    assert faults("1", "2") == [("/number", "format"), ("/code", "format")]


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=100))
def test_a_foreign_number_is_anything_printable(number):
    assert faults(number, None, Kind.FOREIGN) == []
    assert faults(number, number, Kind.FOREIGN) == []


@pytest.mark.parametrize("number", ["", " ", "x" * 101, "a\nb", "a\x00b", "a\u200bb"])
def test_a_foreign_number_is_neither_empty_nor_endless_nor_invisible(number):
    assert faults(number, None, Kind.FOREIGN) == [("/number", "format")]


def test_a_foreign_code_follows_the_same_rule():
    assert faults("INV-1", "a\tb", Kind.FOREIGN) == [("/code", "format")]


@given(st.text(max_size=30), st.none() | st.text(max_size=15), st.none() | st.sampled_from(Kind))
def test_every_text_is_judged_without_an_exception(number, code, kind):
    number_faults(number, code, kind)
    number_warnings(number, code, kind, TODAY)
    infer_kind(number, code)
    region_of(number)


# Warnings


@pytest.mark.parametrize("year", ["20", "27", "99"])
def test_a_year_before_digital_invoices_or_in_the_future_looks_odd(year):
    assert warnings(year + DIGITAL_NUMBER[2:]) == ("number_year",)


@pytest.mark.parametrize("year", ["21", "26"])
def test_years_from_2021_to_this_one_are_normal(year):
    assert warnings(year + DIGITAL_NUMBER[2:]) == ()


@pytest.mark.parametrize("region", ["11", "15", "23", "37", "46", "50", "54", "65", "91", "92", "93", "94", "95"])
def test_a_known_region_is_normal(region):
    assert warnings(f"25{region}{DIGITAL_NUMBER[4:]}") == ()


@pytest.mark.parametrize("region", ["00", "10", "16", "20", "38", "47", "55", "66", "90", "96"])
def test_an_unknown_region_looks_odd(region):
    assert warnings(f"25{region}{DIGITAL_NUMBER[4:]}") == ("number_region",)


def test_the_issuing_channel_digit_is_not_judged():
    assert all(warnings(f"2511{digit}000000000000001") == () for digit in string.digits)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1100251130", ()),
        ("1100001130", ("code_year",)),
        ("1100271130", ("code_year",)),
        ("9900251130", ("code_region",)),
        ("011002500111", ()),
        ("011002700111", ("code_year",)),
        ("099002500111", ("code_region",)),
        ("nonsense", ()),
    ],
)
def test_a_codes_year_and_region_are_looked_at(code, words):
    assert warnings(CODED_NUMBER, code) == words


def test_a_code_of_another_kind_looks_odd():
    assert warnings(CODED_NUMBER, "1100251130", Kind.VAT_ORDINARY) == ("code_kind",)
    assert warnings(CODED_NUMBER, "1100251130", Kind.VAT_SPECIAL) == ()


def test_a_code_that_leaves_the_kind_open_contradicts_none():
    assert warnings(CODED_NUMBER, "144032500110", Kind.BLOCKCHAIN) == ()


def test_the_paper_form_of_a_digital_invoice_carries_an_old_code():
    assert warnings(CODED_NUMBER, "1100251130", Kind.DIGITAL_PAPER_SPECIAL) == ()


def test_a_foreign_document_never_looks_odd():
    assert warnings("99" * 10, "9900001130", Kind.FOREIGN) == ()


# Regions


@pytest.mark.parametrize(
    ("identifier", "region"),
    [
        (DIGITAL_NUMBER, "1100"),
        ("25932000000000000001", "3302"),
        ("25942000000000000001", "3502"),
        ("25952000000000000001", "4403"),
        ("1100251130", "1100"),
        ("3302251130", "3302"),
        ("3301251130", "3300"),
        ("044032500111", "4403"),
        ("144031539110", "4403"),
    ],
)
def test_number_and_code_tell_the_region(identifier, region):
    assert region_of(identifier) == region


@pytest.mark.parametrize("identifier", ["25912000000000000001", "25992000000000000001", "9900251130", "1100", ""])
def test_a_region_that_is_not_known_for_sure_is_none(identifier):
    assert region_of(identifier) is None


# Tax ids


@pytest.mark.parametrize("tax_id", ["911101081000000166", "91110105100000024M", "91310000100000032G"])
def test_a_right_check_digit_raises_no_warning(tax_id):
    assert tax_id_warning(tax_id) is None
    assert uscc_check_digit(tax_id[:17]) == tax_id[17]


@pytest.mark.parametrize("tax_id", ["911301047981234567", "91110000100000000X"])
def test_a_wrong_check_digit_is_a_warning(tax_id):
    assert tax_id_warning(tax_id) == "check_digit"


def test_a_wrong_organisation_code_is_a_warning_though_the_last_digit_is_right():
    wrong = "91110108" + "10000001" + "5"
    assert tax_id_warning(wrong + uscc_check_digit(wrong)) == "check_digit"


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_values_weighted_by_powers_of_three_and_the_check_digit_make_a_multiple_of_31(first17):
    weighted = sum(USCC_ALPHABET.index(character) * 3**place for place, character in enumerate(first17))
    assert (weighted + USCC_ALPHABET.index(uscc_check_digit(first17))) % 31 == 0


organisations = st.builds(
    lambda area, body: "91" + area + body + organisation_check_digit(body),
    st.from_regex(r"[1-6][1-5]0[1-9]08", fullmatch=True),
    st.text(USCC_ALPHABET, min_size=8, max_size=8),
)


@given(organisations)
def test_a_generated_tax_id_is_right(first17):
    assert tax_id_warning(first17 + uscc_check_digit(first17)) is None


@given(organisations, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_mistyped_character_is_noticed(first17, place, wrong):
    tax_id = first17 + uscc_check_digit(first17)
    mistyped = tax_id[:place] + wrong + tax_id[place + 1 :]
    assert tax_id_warning(mistyped) == (None if mistyped == tax_id else "check_digit")


@pytest.mark.parametrize(
    "tax_id",
    [
        pytest.param("110108100000016", id="15 digits, before 2015"),
        pytest.param("11010119900101001", id="17 characters"),
        pytest.param("110101199001010010", id="an identity card"),
        pytest.param("11010119900101001X00", id="20 characters"),
    ],
)
def test_ids_under_other_rules_raise_no_warning(tax_id):
    assert tax_id_warning(tax_id) is None


@pytest.mark.parametrize(
    ("tax_id", "word"),
    [
        ("9111010810000O0166", "characters"),
        ("91110108-000000166", "characters"),
        ("北京票达", "characters"),
        ("", "characters"),
        ("12345678", "length"),
        ("9" * 21, "length"),
    ],
)
def test_what_cannot_be_a_tax_id_is_a_warning(tax_id, word):
    assert tax_id_warning(tax_id) == word


@pytest.mark.parametrize("first17", ["9111010810000001", "9111010810000001IO"[:17], "91110108100000i16"])
def test_no_check_digit_is_made_up_for_a_malformed_body(first17):
    with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the contract
        uscc_check_digit(first17)


def test_a_pasted_tax_id_is_normalised():
    pasted = " ９１１１０１０５ 1000\u300000024m\n"
    assert normalise_tax_id(pasted) == "91110105100000024M"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_for_a_tax_system(text):
    once = normalise_tax_id(text)
    assert not any(character.isspace() for character in once)
    if once.isascii():
        assert normalise_tax_id(once) == once
