"""How documents write money, moments and kinds, in the one way the invoice object writes them.

One rule: what is not understood stays as it is written, so that the one set of rules refuses it with its own sentence.
"""

import re
import unicodedata
from datetime import datetime, timedelta

from app.domain.identity import Kind
from app.domain.plan import BEIJING

_NOTHING = frozenset({"-", "--", "—", "——", "/", "\\", "*", "**", "***", "无", "null", "NULL", "None"})
_MONEY = re.compile(r"(?P<sign>[+-]?¥?-?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<cents>\.[0-9]+)?元?")
_DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(.*)", re.DOTALL)
_PLAIN_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{6})?")
_HOUR = re.compile(r"[ T]*([0-9]{1,2})[:时]([0-9]{1,2})(?:[:分]([0-9]{1,2})秒?(?:\.[0-9]+)?)?")
_NOON = (12, 0, 0)
_DIGITAL_ORIGINAL = re.compile(r"被红冲蓝字(?:数电|全电)?(?:发)?票号码[::]?\s*([0-9]{20})(?![0-9])")
_CODED_ORIGINAL = re.compile(r"对应正数发票代码[::]?\s*([0-9]{10,12})\s*号码[::]?\s*([0-9]{8})(?![0-9])")


def text(written: str) -> str:
    """One line without blanks at its ends; nothing where a document writes a dash for nothing."""
    plain = " ".join(written.split())
    return "" if plain in _NOTHING else plain


def money(written: str) -> str:
    """`1,234.5` as `1234.5`; zeros beyond the cents go, other digits stay and are refused later: nothing is rounded."""
    found = _MONEY.fullmatch(unicodedata.normalize("NFKC", written).replace(" ", ""))
    if not found:
        return written
    sign = "-" if "-" in found["sign"] else ""
    cents = found["cents"] or ""
    kept = cents[:3] + cents[3:].rstrip("0")
    return sign + found["whole"].replace(",", "") + kept


def instant(written: str) -> str:
    """A moment in Beijing as RFC 3339. A day without its hour becomes noon: the tax day is right, whoever rounds."""
    found = _calendar(written)
    if found is None:
        return written
    day, hour = found
    return _at(day, hour or _NOON) or written


def same_day_with_hour(day: str, moment: str) -> bool:
    """Whether `moment` knows the hour of a day that is written without one."""
    ours, theirs = _calendar(day), _calendar(moment)
    return bool(ours and theirs and ours[0] == theirs[0] and ours[1] is None and theirs[1])


def _calendar(written: str) -> tuple[tuple[int, ...], tuple[int, ...] | None] | None:
    """Year, month, day, and the hour where one is written; None for what is no moment in Beijing's time."""
    if plain := _PLAIN_DAY.fullmatch(written):
        digits = plain[4]
        hour = tuple(int(digits[at : at + 2]) for at in (0, 2, 4)) if digits else None
        return tuple(map(int, plain.group(1, 2, 3))), hour
    found = _DAY.fullmatch(written)
    if not found:
        return None
    day, rest = tuple(map(int, found.group(1, 2, 3))), found[4].strip()
    if not rest:
        return day, None
    hour_found = _HOUR.fullmatch(rest)
    return (day, tuple(int(part or 0) for part in hour_found.groups())) if hour_found else None


def _at(day: tuple[int, ...], hour: tuple[int, ...]) -> str | None:
    try:
        at = datetime(*(*day, *hour), tzinfo=BEIJING)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    # Shanghai had odd offsets before 1992; no invoice is that old, and the rules refuse it by its year.
    return at.isoformat() if at.utcoffset() == timedelta(hours=8) else None


def kind(written: str) -> str:
    """The kind that a Chinese label tells (发票票种, LabelName), as the invoice object writes it."""
    label = unicodedata.normalize("NFKC", written)
    for words, told in _KINDS:
        if all(re.search(word, label) for word in words):
            return told.value
    return written


_DIGITAL = "数电|全电|电子发票\\("
_KINDS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("铁路",), Kind.RAILWAY_TICKET),
    (("航空",), Kind.AIR_ITINERARY),
    (("区块链",), Kind.BLOCKCHAIN),
    (("通用",), Kind.GENERAL_ELECTRONIC),
    (("通行费", "电子普通"), Kind.TOLL_ELECTRONIC),
    (("纸质", _DIGITAL, "专用"), Kind.DIGITAL_PAPER_SPECIAL),
    (("纸质", _DIGITAL, "普通"), Kind.DIGITAL_PAPER_ORDINARY),
    (("纸质", _DIGITAL, "机动车"), Kind.MOTOR_VEHICLE),
    (("纸质", _DIGITAL, "二手车"), Kind.USED_VEHICLE),
    ((_DIGITAL, "专用"), Kind.DIGITAL_SPECIAL),
    ((_DIGITAL, "普通"), Kind.DIGITAL_ORDINARY),
    ((_DIGITAL, "机动车"), Kind.DIGITAL_MOTOR_VEHICLE),
    ((_DIGITAL, "二手车"), Kind.DIGITAL_USED_VEHICLE),
    (("机动车",), Kind.MOTOR_VEHICLE),
    (("二手车",), Kind.USED_VEHICLE),
    (("卷",), Kind.VAT_ROLL),
    (("电子", "专用"), Kind.VAT_SPECIAL_ELECTRONIC),
    (("电子", "普通"), Kind.VAT_ORDINARY_ELECTRONIC),
    (("专用",), Kind.VAT_SPECIAL),
    (("普通",), Kind.VAT_ORDINARY),
)
"""The first whose words all stand in the label. The labels are those of the e-tax bureau's export (发票票种)."""


def reversed_in(remark: str) -> dict[str, str]:
    """`number`, and `code` of a coded one, of the blue invoice that a red one's remark (备注) names; or nothing.

    The words are those that the issuing platforms write by themselves; freer ones could name any invoice.
    """
    plain = unicodedata.normalize("NFKC", remark)
    if found := _DIGITAL_ORIGINAL.search(plain):
        return {"number": found[1]}
    if found := _CODED_ORIGINAL.search(plain):
        return {"code": found[1], "number": found[2]}
    return {}
