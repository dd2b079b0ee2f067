"""XLSX workbooks, without their formulas. One rule: a number that names something is taken only while it is whole.

Spreadsheets keep 15 digits of a number. What was typed as a number of 20 digits is gone, and is refused, not read.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import openpyxl

from app.documents import sheet
from app.documents.archive import Archive
from app.documents.draft import Told, Unreadable
from app.documents.sheet import Row

_EXACT = 10**15
_LINES = "信息汇总表"


def read(raw: bytes) -> list[Told]:
    """The invoices of the workbook's one table of invoices; raises Unreadable."""
    Archive(raw)
    try:
        tables = _tables(raw)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever its depths raise; no input may get past us
        raise Unreadable("unsupported", "The workbook cannot be read; open it and save it again as .xlsx.") from None
    return sheet.read(_chosen(tables))


def _tables(raw: bytes) -> dict[str, list[Row]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # exports lack styles, about which openpyxl complains
        book = openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        return {each.title: sheet.capped(_rows(each)) for each in book.worksheets}


def _chosen(tables: dict[str, list[Row]]) -> list[Row]:
    """The sheet with one row an invoice where the export has it, else the only one with headings of ours."""
    if sheet.BASICS in tables:
        return tables[sheet.BASICS]
    known = {title: rows for title, rows in tables.items() if sheet.known(rows) >= sheet.FEWEST_HEADINGS}
    if len(known) > 1:
        titles = ", ".join(ascii(title) if not title.isprintable() else title for title in list(known)[:5])
        raise Unreadable("several_invoices", f"Several sheets list invoices ({titles}); leave one of them in the file.")
    return next(iter(known.values()), next(iter(tables.values()), []))


def _rows(table: Any) -> Iterator[Row]:
    # The e-tax bureau's export declares a size of one row; without this, nothing below the headings is read.
    if hasattr(table, "reset_dimensions"):
        table.reset_dimensions()
    values = table.iter_rows(values_only=True, max_col=sheet.MOST_COLUMNS)
    for line, row in enumerate(values, 1):
        yield Row(line, [_cell(value) for value in row])


def _cell(value: Any) -> str:
    """What the cell shows, as text; a number with more than 15 digits in a way that shows that it lost some."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < _EXACT else f"{value:.15e}"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        # A day is kept as its midnight; no cell can tell the two apart.
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
