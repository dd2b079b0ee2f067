"""The texts of invoice QR codes, one a line. One rule: a code names no seller, so the caller must.

The amount of a code includes tax on fully digital invoices only (see `domain/qr`).
"""

import re

from app.documents.csvtext import decoded
from app.documents.draft import Draft, Refused, Told, Unreadable
from app.documents.wording import instant
from app.domain.qr import UnreadableQrError, parse_qr

MOST_LINES = 200_000
FIRST = re.compile(r"01,[0-9]{2},[0-9]{0,12},[0-9]{8,20},")
"""How such a file begins; no table does."""


def read(raw: bytes, seller: str | None) -> list[Told]:
    """The invoices of the codes, all of one seller, known by its tax id; raises Unreadable."""
    if not seller:
        sentence = "A QR code names no seller: give the seller's tax id (--seller)."
        raise Unreadable("seller_missing", sentence, "/seller/tax_id")
    lines = decoded(raw).splitlines()
    if len(lines) > MOST_LINES:
        raise Unreadable("too_large", f"At most {MOST_LINES:,} lines are read; cut the file in parts.")
    return [_line(f"line {at}", line, seller) for at, line in enumerate(lines, 1) if line.strip()]


def _line(place: str, line: str, seller: str) -> Told:
    try:
        code = parse_qr(line)
    except UnreadableQrError as error:
        return Refused(place, "not_an_invoice", str(error))
    figure = "with_tax" if code.amount_includes_tax else "without_tax"
    told = {
        "number": code.number, "code": code.code, "kind": code.kind, "check_code": code.check_code,
        "issued_at": instant(code.issued_on.isoformat()),
        "seller": {"tax_id": seller}, "amount": {figure: str(code.amount)},
    }  # fmt: skip
    return Draft(place, {name: value for name, value in told.items() if value is not None}, {}, code.warnings)
