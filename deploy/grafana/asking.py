"""Queries as Grafana would ask them: variables replaced by what is chosen. One rule: an unknown variable is an error.

For the preview and for the tests; Grafana does this by itself.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$(?:\{(?P<braced>\w+)(?::(?P<format>\w+))?\}|(?P<bare>\w+))")


def asked(text: str, chosen: Mapping[str, str | tuple[str, ...]]) -> str:
    """`text` with its variables replaced; several values become `(a|b)`, or `'a','b'` where the format says so."""
    return _VARIABLE.sub(lambda found: _written(chosen[found["braced"] or found["bare"]], found["format"]), text)


def variables(text: str) -> set[str]:
    """The names of the variables in `text`."""
    return {found["braced"] or found["bare"] for found in _VARIABLE.finditer(text)}


def _written(value: str | tuple[str, ...], form: str | None) -> str:
    if isinstance(value, str):
        return value
    if form == "sqlstring":
        return ",".join("'" + one.replace("'", "''") + "'" for one in value)
    return f"({'|'.join(re.escape(one).replace(chr(92), chr(92) * 2) for one in value)})"


def panels(board: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel of a board's JSON, those in closed rows, too; no rows."""
    for panel in board["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", ())
