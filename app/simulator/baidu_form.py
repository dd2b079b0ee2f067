"""What Baidu objects to in a form before it asks anybody. One rule: form and day alone decide."""

import re
from datetime import date, datetime

from app.simulator.baidu_words import TYPES, Type
from app.simulator.taxbook import DIGITAL_LENGTH, SHANGHAI, Identity

AMOUNT = re.compile(r"-?\d{1,11}(\.\d{1,2})?")


def objection(asked: dict[str, str], today: date) -> str:
    """1008 empty, 0005 format, 1009 length, 1005 a date that cannot be."""
    kind = TYPES.get(asked.get("invoice_type", ""))
    required = ["invoice_num", "invoice_date", "invoice_type", *(kind.required() if kind else ())]
    if not all(asked.get(name) for name in required):
        return "1008"
    if kind is None or not asked["invoice_num"].isdigit() or not asked["invoice_date"].isdigit():
        return "0005"
    if not _lengths_fit(asked, kind):
        return "1009"
    issued = day_of(asked["invoice_date"])
    if issued is None or (kind.basis.is_amount and not AMOUNT.fullmatch(asked["total_amount"])):
        return "0005"
    return "1005" if issued > today else ""


def _lengths_fit(asked: dict[str, str], kind: Type) -> bool:
    """Code 10 or 12, number 8 or 20, date 8, check code 6 (blockchain 5), as the kind has them."""
    return (
        len(asked["invoice_date"]) == len("YYYYMMDD")
        and len(asked["invoice_num"]) in kind.number_lengths
        and (len(asked["invoice_num"]) == DIGITAL_LENGTH or len(asked.get("invoice_code", "")) in {10, 12})
        and (not kind.check_code_length or len(asked["check_code"]) == kind.check_code_length)
    )


def identity_of(asked: dict[str, str]) -> Identity:
    """A twenty-digit number needs no code, so one that comes along is not looked at."""
    number = asked.get("invoice_num", "")
    return ("" if len(number) == DIGITAL_LENGTH else asked.get("invoice_code", "")), number


def day_of(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=SHANGHAI).date()
    except ValueError:
        return None
