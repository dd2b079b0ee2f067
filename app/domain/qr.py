"""What the QR code on an invoice says. One rule: a bad checksum is a warning, an unreadable field an error.

The text is `01,<kind>,<code>,<number>,<amount>,<YYYYMMDD>,<check code>,<CRC>`, perhaps with one more comma.
Code and check code are empty on digital invoices. The amount includes tax on digital invoices only.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.errors import PiaodaError
from app.domain.identity import Kind, infer_kind, number_faults

_KINDS = {
    "01": Kind.VAT_SPECIAL,
    "04": Kind.VAT_ORDINARY,
    "10": Kind.VAT_ORDINARY_ELECTRONIC,
    "51": Kind.VAT_ORDINARY_ELECTRONIC,  # seen in 2017
    "31": Kind.DIGITAL_SPECIAL,
    "32": Kind.DIGITAL_ORDINARY,
}
_AMOUNT = re.compile(r"-?[0-9]{1,11}(\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{8}")
_POLYNOMIAL = 0x8005


class UnreadableQrError(PiaodaError, ValueError):
    """The text is no invoice QR code; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Qr:
    """One QR code, read. `warnings`: `qr_checksum` when the CRC fails or is missing."""

    kind: Kind | None
    code: str | None
    number: str
    amount: Decimal
    amount_includes_tax: bool
    issued_on: date
    check_code: str | None
    warnings: tuple[str, ...] = ()


def parse_qr(text: str) -> Qr:
    """Reads the text of an invoice QR code; raises UnreadableQrError."""
    text = text.strip()
    kind_code, code, number, amount, day, check_code = _fields(text)
    kind = _KINDS.get(kind_code) or infer_kind(number, code or None)
    for fault in number_faults(number, code or None, kind):
        raise UnreadableQrError(f"The {fault.pointer[1:]} in this QR code cannot be right: {fault.detail}.")
    return Qr(
        kind=kind,
        code=code or None,
        number=number,
        amount=_amount(amount),
        amount_includes_tax=len(number) == 20,
        issued_on=_day(day),
        check_code=check_code or None,
        warnings=() if _checksum_holds(text) else ("qr_checksum",),
    )


def _fields(text: str) -> list[str]:
    """Kind to check code; the version before and the CRC after them are looked at elsewhere."""
    if re.match(r"https?://", text, re.IGNORECASE):
        raise UnreadableQrError(
            "This QR code is a link to an invoice, not its data: open it and read the number there."
        )
    fields = text.split(",")
    if fields[0] != "01" or not 7 <= len(fields) <= 9:
        raise UnreadableQrError('This is no invoice QR code: its text begins with "01," and has eight fields.')
    return fields[1:7]


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise UnreadableQrError("The amount in this QR code is not a number with at most two decimals.")
    return Decimal(text)


def _day(text: str) -> date:
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    raise UnreadableQrError("The date in this QR code is not a day written as YYYYMMDD.")


def _checksum_holds(text: str) -> bool:
    """Some issuing software leaves the comma before the CRC out of the sum: both are right."""
    summed, comma, crc = text.removesuffix(",").rpartition(",")
    return crc.upper() in {qr_crc(summed + comma), qr_crc(summed)}


def qr_crc(text: str) -> str:
    """CRC-16/UMTS over UTF-8 (0x8005, from 0, nothing reflected or inverted): four upper-case hex digits."""
    crc = 0
    for byte in text.encode(errors="surrogatepass"):
        crc = _shift(crc ^ byte << 8)
    return f"{crc:04X}"


def _shift(crc: int) -> int:
    for _ in range(8):
        crc = (crc << 1) ^ (_POLYNOMIAL if crc & 0x8000 else 0)
    return crc & 0xFFFF
