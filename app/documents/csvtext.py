"""CSV in the dialects that China's spreadsheets write. One rule: encoding and separator are found, not asked for."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from app.documents import sheet
from app.documents.draft import Told, Unreadable
from app.documents.sheet import Row

_SEPARATORS = ",;\t，；"
_SPELLED_AS_TEXT = re.compile(r'="(.*)"|\'(.*)', re.DOTALL)
_BEGINNING = 20_000  # characters


def read(raw: bytes) -> list[Told]:
    """The invoices of a CSV file, one a row; raises Unreadable."""
    text = decoded(raw)
    return sheet.read(_rows(text, _separator(text)), "line")


def decoded(raw: bytes) -> str:
    """UTF-8, with or without its mark, else GB 18030, which contains GBK and GB 2312. Raises Unreadable."""
    if b"\0" in raw:
        raise Unreadable("unsupported", "The file is not text in UTF-8 or GBK; save it as CSV UTF-8.")
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    raise Unreadable("not_utf8", "The file is neither UTF-8 nor GBK; save it as CSV UTF-8.")


def _separator(text: str) -> str:
    """The one that shows the most headings that are known."""
    beginning = text[:_BEGINNING].rpartition("\n")[0] or text[:_BEGINNING]
    return max(_SEPARATORS, key=lambda separator: _headings(beginning, separator))


def _headings(beginning: str, separator: str) -> int:
    try:
        return sheet.known(_rows(beginning, separator, strict=False))
    except Unreadable:
        return 0


def _rows(text: str, separator: str, *, strict: bool = True) -> list[Row]:
    try:
        return sheet.capped(_read(text, separator, strict=strict))
    except csv.Error as error:
        raise Unreadable("unsupported", f"The CSV cannot be read: {error}.") from None


def _read(text: str, separator: str, *, strict: bool) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=strict)
    for cells in reader:
        yield Row(reader.line_num, [_cell(cell) for cell in cells[: sheet.MOST_COLUMNS]])


def _cell(text: str) -> str:
    """Exports write `="0012"`, `'0012` or a tab before digits, so that a spreadsheet leaves them alone."""
    plain = text.strip()
    found = _SPELLED_AS_TEXT.fullmatch(plain)
    return (found[1] or found[2] or "") if found else plain
