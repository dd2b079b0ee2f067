"""What an invoice number, code or tax id tells: infer, check. One rule: facts only, no I/O, no clock.

*Faults* make an identity impossible and are refused. *Warnings* merely look odd: a wrong check digit is no
refusal, since individual tax ids follow other rules and sample data is often wrong.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """Kinds of invoice (发票种类), in our own words: providers' codes collide, each adapter maps its own."""

    VAT_SPECIAL = "vat_special"
    VAT_ORDINARY = "vat_ordinary"
    VAT_SPECIAL_ELECTRONIC = "vat_special_electronic"
    VAT_ORDINARY_ELECTRONIC = "vat_ordinary_electronic"
    VAT_ROLL = "vat_roll"
    TOLL_ELECTRONIC = "toll_electronic"
    MOTOR_VEHICLE = "motor_vehicle"
    USED_VEHICLE = "used_vehicle"
    DIGITAL_SPECIAL = "digital_special"
    DIGITAL_ORDINARY = "digital_ordinary"
    DIGITAL_MOTOR_VEHICLE = "digital_motor_vehicle"
    DIGITAL_USED_VEHICLE = "digital_used_vehicle"
    DIGITAL_PAPER_SPECIAL = "digital_paper_special"
    DIGITAL_PAPER_ORDINARY = "digital_paper_ordinary"
    RAILWAY_TICKET = "railway_ticket"
    AIR_ITINERARY = "air_itinerary"
    BLOCKCHAIN = "blockchain"
    GENERAL_ELECTRONIC = "general_electronic"
    FOREIGN = "foreign"


DIGITAL = frozenset({
    Kind.DIGITAL_SPECIAL, Kind.DIGITAL_ORDINARY, Kind.DIGITAL_MOTOR_VEHICLE, Kind.DIGITAL_USED_VEHICLE,
    Kind.RAILWAY_TICKET, Kind.AIR_ITINERARY,
})  # fmt: skip
"""Fully digital (数电票): 20 digits, neither code nor check code."""

DIGITAL_PAPER = frozenset({Kind.DIGITAL_PAPER_SPECIAL, Kind.DIGITAL_PAPER_ORDINARY})
"""Digital, printed on a paper form: known by the 20 digits as well as by the form's code and 8 digits."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field cannot be right: a refusal. `pointer` is a JSON pointer into the invoice object (RFC 6901).

    `code` is one of `required`, `format`, `not_allowed`.
    """

    pointer: str
    code: str
    detail: str


_KIND_BY_EIGHTH_DIGIT = {
    "1": Kind.VAT_SPECIAL, "5": Kind.VAT_SPECIAL, "3": Kind.VAT_ORDINARY, "6": Kind.VAT_ORDINARY,
}  # fmt: skip
_KIND_BY_SUFFIX = {
    "04": Kind.VAT_ORDINARY, "05": Kind.VAT_ORDINARY, "06": Kind.VAT_ROLL, "07": Kind.VAT_ROLL,
    "11": Kind.VAT_ORDINARY_ELECTRONIC, "12": Kind.TOLL_ELECTRONIC, "13": Kind.VAT_SPECIAL_ELECTRONIC,
    "17": Kind.USED_VEHICLE,
}  # fmt: skip
_EARLY_ELECTRONIC = frozenset({"144031539110", "131001570151", "133011501118", "111001571071"})
"""Codes given to the first electronic ordinary invoices, before there was a rule for them."""

_DIGITAL_NUMBER = re.compile(r"[0-9]{20}")
_CODED_NUMBER = re.compile(r"(?!0{8})[0-9]{8}")
_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")


def infer_kind(number: str, code: str | None) -> Kind | None:
    """The kind that number and code tell; None where they leave it open.

    Twenty digits are *assumed* to be an ordinary digital invoice: the number cannot tell it from a special
    one, a railway ticket or an itinerary. Blockchain, general electronic and foreign documents must be told.
    The digits of codes mean what they mean to the page script of the national verification platform.
    """
    if code:
        return _kind_of_code(code)
    return Kind.DIGITAL_ORDINARY if _DIGITAL_NUMBER.fullmatch(number) else None


def _kind_of_code(code: str) -> Kind | None:
    if not _CODE.fullmatch(code):
        return None
    if len(code) == 10:
        return _KIND_BY_EIGHTH_DIGIT.get(code[7])
    if code in _EARLY_ELECTRONIC:
        return Kind.VAT_ORDINARY_ELECTRONIC
    if code[0] == "0":
        return _KIND_BY_SUFFIX.get(code[10:])
    return Kind.MOTOR_VEHICLE if code[7] == "2" else None


def number_faults(number: str, code: str | None, kind: Kind | None) -> tuple[Fault, ...]:
    """What makes this identity impossible: refuse it. Empty for an identity that can exist."""
    if not code and kind in DIGITAL and _DIGITAL_NUMBER.fullmatch(number):
        return ()
    if kind is Kind.FOREIGN:
        return tuple(_foreign_faults(number, code))
    found = (_number_fault(number, kind), _code_fault(number, code, kind))
    return tuple(fault for fault in found if fault)


def _foreign_faults(number: str, code: str | None) -> Iterator[Fault]:
    for pointer, text in (("/number", number), ("/code", code or "-")):
        if not (text.strip() and text.isprintable() and len(text) <= 100):
            yield Fault(pointer, "format", "1 to 100 printable characters")


def _number_fault(number: str, kind: Kind | None) -> Fault | None:
    digital, coded = _DIGITAL_NUMBER.fullmatch(number), _CODED_NUMBER.fullmatch(number)
    if kind in DIGITAL:
        return None if digital else Fault("/number", "format", f"{kind} has a number of 20 digits")
    if kind is None or kind in DIGITAL_PAPER:
        either = "20 digits (fully digital), or 8 digits, not all zero, together with a code"
        return None if digital or coded else Fault("/number", "format", either)
    return None if coded else Fault("/number", "format", f"{kind} has a number of 8 digits, not all zero")


_CODE_REQUIRED = Fault("/code", "required", "8 digits name an invoice only together with its code")
_CODE_NOT_ALLOWED = Fault("/code", "not_allowed", "20 digits have no code; that of a paper form is `paper.code`")
_CODE_FORMAT = Fault("/code", "format", "a code has 10 or 12 digits")


def _code_fault(number: str, code: str | None, kind: Kind | None) -> Fault | None:
    if not code:
        return _CODE_REQUIRED if _CODED_NUMBER.fullmatch(number) and kind not in DIGITAL else None
    if _DIGITAL_NUMBER.fullmatch(number):
        return _CODE_NOT_ALLOWED
    return None if _CODE.fullmatch(code) else _CODE_FORMAT


_PROVINCES = frozenset(
    str(number)
    for area in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for number in area
)
_PLAN_CITIES = frozenset({"2102", "3302", "3502", "3702", "4403"})
_PLAN_CITY_OF_DIGITAL = {"91": None, "92": None, "93": "3302", "94": "3502", "95": "4403"}
"""The plan cities in digital numbers. 91 and 92 are Dalian and Qingdao; which is which is not public."""
_REGIONS_OF_DIGITAL = _PROVINCES | _PLAN_CITY_OF_DIGITAL.keys()


def region_of(identifier: str) -> str | None:
    """The region in a digital number or an invoice code, as four digits (Beijing "1100", Shenzhen "4403")."""
    if _DIGITAL_NUMBER.fullmatch(identifier):
        return _region(identifier[2:4] + "00") or _PLAN_CITY_OF_DIGITAL.get(identifier[2:4])
    return _region(_region_and_year(identifier)[:4]) if _CODE.fullmatch(identifier) else None


def _region(four: str) -> str | None:
    if four in _PLAN_CITIES:
        return four
    return four[:2] + "00" if four[:2] in _PROVINCES else None


def _region_and_year(code: str) -> str:
    """`RRRRYY` of a code; twelve digits carry one more in front."""
    return code[:6] if len(code) == 10 else code[1:7]


def number_warnings(number: str, code: str | None, kind: Kind | None, today: date) -> tuple[str, ...]:
    """What merely looks odd: accept it and say so. `today` is the tax day (Asia/Shanghai).

    Words: `number_year`, `number_region` (digital), `code_year`, `code_region`, `code_kind` (the code tells
    another kind than the one given).
    """
    if kind is Kind.FOREIGN:
        return ()
    return (*_odd_number(number, today), *(_odd_code(code, kind, today) if code else ()))


def _odd_number(number: str, today: date) -> Iterator[str]:
    if not _DIGITAL_NUMBER.fullmatch(number):
        return
    if not 21 <= int(number[:2]) <= today.year % 100:
        yield "number_year"
    if number[2:4] not in _REGIONS_OF_DIGITAL:
        yield "number_region"


def _odd_code(code: str, kind: Kind | None, today: date) -> Iterator[str]:
    if not _CODE.fullmatch(code):
        return
    if not 1 <= int(_region_and_year(code)[4:]) <= today.year % 100:
        yield "code_year"
    if region_of(code) is None:
        yield "code_region"
    told = _kind_of_code(code)
    if told is not None and kind not in {None, told, *DIGITAL_PAPER}:
        yield "code_kind"


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_TAX_ID = re.compile(r"[0-9A-Z]+")
_IDENTITY_CARD = re.compile(r"[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]")


def normalise_tax_id(text: str) -> str:
    """Half-width, upper case, without blanks: what a person pastes becomes what a tax system compares."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


@lru_cache(maxsize=4096)  # a seller's id comes with each of its invoices
def tax_id_warning(tax_id: str) -> str | None:
    """What looks wrong with a normalised Chinese tax id: `characters`, `length`, `check_digit`, or None.

    Check digits are known for unified social credit codes alone (18 characters, GB 32100-2015), not for ids
    made from an identity card's number.
    """
    if not _TAX_ID.fullmatch(tax_id):
        return "characters"
    if not 15 <= len(tax_id) <= 20:
        return "length"
    if len(tax_id) != 18 or _IDENTITY_CARD.fullmatch(tax_id):
        return None
    return _credit_code_warning(tax_id)


def _credit_code_warning(tax_id: str) -> str | None:
    if not set(tax_id) <= set(_ALPHABET):
        return "characters"
    right = uscc_check_digit(tax_id[:17]) == tax_id[17] and organisation_check_digit(tax_id[8:16]) == tax_id[16]
    return None if right else "check_digit"


def uscc_check_digit(first17: str) -> str:
    """The 18th character of a unified social credit code (统一社会信用代码, GB 32100-2015).

    ValueError for anything but 17 characters of its alphabet.
    """
    total = sum(_ALPHABET.index(c) * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def organisation_check_digit(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714): characters 9 to 17 of a social credit code."""
    total = sum(int(c, 36) * w for c, w in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]
