"""Many rows as the parameters of one statement: a text or an array a column.

asyncpg encodes an array an element at a time. Columns of short values are cheaper as one text, taken apart again in
SQL: measured with 28 columns, 9 against 15 microseconds of Python a row, and PostgreSQL does not notice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

FREE = "free"
"""The kind of a column of text that may hold anything: what people and providers write."""

_AS_TEXT = frozenset({"text", "uuid", "numeric", "jsonb"})
_BETWEEN = "\x1f"


class Shape:
    """Names and kinds (PostgreSQL's types, or FREE) of columns. An empty text arrives as NULL, save in a FREE one."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.names = tuple(columns)
        self._kinds = tuple(columns.values())

    def __len__(self) -> int:
        return len(self.names)

    def read(self, first: int) -> str:
        """A SELECT of the rows, whose parameters begin with `$first`; for a CTE."""
        arrays = ", ".join(_argument(place, kind) for place, kind in enumerate(self._kinds, first))
        return f"SELECT * FROM unnest({arrays}) AS input ({', '.join(self.names)})"

    def sent(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The parameters for `rows`. ValueError: a text that would be taken for several."""
        if not rows:
            return ["" if kind in _AS_TEXT else [] for kind in self._kinds]
        return [_sent(kind, column) for kind, column in zip(self._kinds, zip(*rows, strict=True), strict=True)]


def _argument(place: int, kind: str) -> str:
    if kind in _AS_TEXT:
        return f"string_to_array(${place}::text, E'\\x1f', '')::{kind}[]"
    return f"${place}::{'text' if kind == FREE else kind}[]"


def _sent(kind: str, column: tuple[Any, ...]) -> tuple[Any, ...] | str:
    if kind not in _AS_TEXT:
        return column
    text = _BETWEEN.join([value or "" for value in column])
    if text.count(_BETWEEN) != len(column) - 1:
        raise ValueError("a control character in the text of an invoice")
    return text
