"""Rows of a table as invoice objects, one row an invoice. One rule: the lines of one invoice are not added up.

A sum over lines would be a guess: lines can be missing, filtered away or cut off at the end of an export.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.documents.columns import IDENTIFIERS, field_of
from app.documents.draft import Draft, Refused, Told, Unreadable, compose

HEADER_WITHIN = 10  # rows: titles and a period often stand above the headings
FEWEST_HEADINGS = 3
MOST_ROWS = 200_000
MOST_COLUMNS = 200
BASICS = "发票基础信息"
"""The sheet of the e-tax bureau's export that has one row an invoice; 信息汇总表 beside it has one a line."""

_DIGITS_PERHAPS_LOST = re.compile(r"[0-9]{15}00000")
"""What a spreadsheet writes into a CSV of twenty digits under the format `0`; one true number in 100,000 looks so."""
_DIGITS_LOST = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+|[0-9]{16,}\.0*")


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: where it stands, from 1, as the program that shows the table counts."""

    line: int
    cells: Sequence[str]


def read(rows: Sequence[Row], word: str = "row") -> list[Told]:
    """The invoices of a table; raises Unreadable where no headings are found. `word`: what a row is called."""
    fields, header, body = _header(rows)
    headings = {field: f"column {' '.join(header.cells[at].split())}" for at, field in fields.items()}
    found: dict[tuple[str, ...], list[tuple[Row, Mapping[str, str]]]] = defaultdict(list)
    for row in body:
        told = {field: row.cells[at].strip() for at, field in fields.items() if at < len(row.cells)}
        if any(told.values()) and not _sum(row):
            found[_identity(told, row)].append((row, told))
    return [_judged(group, headings, word, len(header.cells)) for group in found.values()]


def known(rows: Sequence[Row]) -> int:
    """How many headings of ours the best of the first rows has."""
    return max((len(_fields(row)) for row in rows[:HEADER_WITHIN]), default=0)


def _header(rows: Sequence[Row]) -> tuple[dict[int, str], Row, Sequence[Row]]:
    """Column to field, the row of headings, and the rows below."""
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        fields = _fields(row)
        if len(fields) >= FEWEST_HEADINGS and {"number", "digital"} & set(fields.values()):
            twice = {field for field in fields.values() if list(fields.values()).count(field) > 1}
            if twice:
                raise Unreadable("contradiction", f"Two columns mean {min(twice)}; leave one of them out.")
            return fields, row, rows[at + 1 :]
    sentence = "No row of headings was found: 发票号码 (or number) and at least two more that are known here."
    raise Unreadable("not_an_invoice", sentence)


def _fields(row: Row) -> dict[int, str]:
    named = {at: field_of(cell) for at, cell in enumerate(row.cells[:MOST_COLUMNS])}
    return {at: field for at, field in named.items() if field}


def _sum(row: Row) -> bool:
    """The line of totals below a table."""
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    return "".join(first.split()).rstrip(":：") in {"合计", "总计", "小计"}


def _identity(told: Mapping[str, str], row: Row) -> tuple[str, ...]:
    number = told.get("digital") or told.get("number")
    return (number, told.get("code", "")) if number else ("", str(row.line))


def _judged(group: Sequence[tuple[Row, Mapping[str, str]]], headings: Mapping[str, str], word: str, width: int) -> Told:
    (first, told), *others = group
    place = f"{word} {first.line}"
    if any(cell.strip() for row, _ in group for cell in row.cells[width:]):
        return _shifted(place)
    if any(other != told for _, other in others):
        return _lines(place, [row.line for row, _ in others], word)
    return _lost(place, told, headings) or _draft(place, told, headings)


def _draft(place: str, told: Mapping[str, str], headings: Mapping[str, str]) -> Draft:
    draft = compose({field: (text, headings[field]) for field, text in told.items()}, place)
    lost = _DIGITS_PERHAPS_LOST.fullmatch(draft.invoice.get("number", ""))
    return replace(draft, warnings=("digits_perhaps_lost",)) if lost else draft


def _shifted(place: str) -> Refused:
    """A separator inside a cell that nobody quoted, as in `1,060.00`, moves all that follows it by a column."""
    sentence = (
        "The row has more cells than there are headings: a separator stands inside a cell, perhaps in an amount such "
        "as 1,060.00. Save the table again with quotation marks, or without separators of thousands."
    )
    return Refused(place, "unsupported", sentence)


def _lines(place: str, others: Sequence[int], word: str) -> Refused:
    shown = ", ".join(map(str, others[:5])) + (" …" if len(others) > 5 else "")  # noqa: PLR2004 - enough to find them
    sentence = (
        f"The same number stands again in {word} {shown}, with other content: these look like lines of one invoice, "
        f"and lines are not added up. Use the sheet {BASICS}, which has one row an invoice."
    )
    return Refused(place, "several_rows", sentence, "/number")


def _lost(place: str, told: Mapping[str, str], headings: Mapping[str, str]) -> Refused | None:
    for field in IDENTIFIERS & told.keys():
        if _DIGITS_LOST.fullmatch(told[field]):
            sentence = (
                f"{told[field]} in {headings[field]} is a number whose last digits the spreadsheet dropped. Format the "
                "column as text (设置单元格格式为文本), then fill it in again; the digits cannot be recovered."
            )
            pointer = "/number" if field == "digital" else "/" + field.replace(".", "/")
            return Refused(place, "digits_lost", sentence, pointer)
    return None


def capped(rows: Iterator[Row]) -> list[Row]:
    """All rows that say anything; raises Unreadable beyond the cap."""
    kept = []
    for row in rows:
        if row.line > MOST_ROWS:
            raise Unreadable("too_large", f"A table has at most {MOST_ROWS:,} rows here; cut it in parts.")
        if any(cell.strip() for cell in row.cells):
            kept.append(row)
    return kept
