"""A file, whatever it is, as the invoices it tells. One rule: its bytes say what it is, its name does not.

What is read here is judged nowhere else than POST /v1/events judges it.
"""

from dataclasses import replace
from typing import Any

from app.documents import csvtext, einvoice, ofd, qrtext, workbook, xmltree
from app.documents.archive import Archive
from app.documents.draft import Draft, Told, Unreadable

LARGEST = 20 * 1024**2

_BLANK = b"\xef\xbb\xbf \t\r\n"
_ZIP = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"
_FOREIGN = {
    b"%PDF": "A PDF is a picture of the invoice; use the XML or OFD that came with it.",
    b"\xd0\xcf\x11\xe0": "This is an old .xls workbook; save it as .xlsx.",
    b"\xff\xfe": "The file is UTF-16; save it as UTF-8.",
    b"\xfe\xff": "The file is UTF-16; save it as UTF-8.",
    b"{": "This is JSON; send it to POST /v1/events as it is, lines of it as application/x-ndjson.",
}


def read(raw: bytes, *, seller: str | None = None, account: str | None = None) -> list[Told]:
    """The invoices that a file tells; raises Unreadable and nothing else.

    `seller`: the tax id where a row or QR code has none; `account`: likewise. What the document says comes first.
    """
    if len(raw) > LARGEST:
        raise Unreadable("too_large", f"The file is larger than {LARGEST:,} bytes.")
    return [_completed(each, seller, account) if isinstance(each, Draft) else each for each in _told(raw, seller)]


def _told(raw: bytes, seller: str | None) -> list[Told]:
    start = raw[:400].lstrip(_BLANK)
    if not start:
        raise Unreadable("not_an_invoice", "The file is empty.")
    for mark, sentence in _FOREIGN.items():
        if raw.startswith(mark) or start.startswith(mark):
            raise Unreadable("unsupported", sentence)
    if raw.startswith(_ZIP):
        return _archived(raw)
    if start.startswith(b"<"):
        return [einvoice.read(xmltree.in_utf8(raw))]
    codes = qrtext.FIRST.match(start.decode("ascii", errors="replace"))
    return qrtext.read(raw, seller) if codes else csvtext.read(raw)


def _archived(raw: bytes) -> list[Told]:
    archive = Archive(raw)
    if ofd.is_ofd(archive):
        return [ofd.read(archive)]
    if _WORKBOOK in archive.names:
        return workbook.read(raw)
    raise Unreadable("unsupported", "This archive is neither OFD nor XLSX; unpack it and name the files in it.")


def _completed(draft: Draft, seller: str | None, account: str | None) -> Draft:
    invoice: dict[str, Any] = dict(draft.invoice)
    party = invoice.get("seller", {})
    if seller and not party.get("tax_id"):
        invoice["seller"] = {**party, "tax_id": seller}
    if account and not invoice.get("account"):
        invoice["account"] = account
    return replace(draft, invoice=invoice)
