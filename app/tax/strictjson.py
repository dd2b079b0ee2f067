"""JSON that can be read in one way only. One rule: what could be read in two, or without end, is a ValueError."""

import json
import re
from decimal import Decimal
from itertools import accumulate
from typing import Any

from jiter import from_json

DEEPEST = 64
_BRACKET = re.compile(r"[\[\]{}]")
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}


def parse_json(text: str) -> Any:
    """The value; ValueError, or decimal's InvalidOperation for a number beyond reason."""
    _within_depth(text)
    try:
        return from_json(text.encode(), allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal")
    except ValueError:
        return _tolerantly(text)


def _tolerantly(text: str) -> Any:
    """The same, but for half a character: some providers cut their messages within an emoji."""
    return json.loads(text, object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_no_constant)


def _within_depth(text: str) -> None:
    """Counts brackets, those in texts too: no provider's answer comes near."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    if max(accumulate(map(_LEVELS.__getitem__, _BRACKET.findall(text)))) > DEEPEST:
        raise ValueError("too deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one key contradict each other, and which one wins would be chance."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("doubled key")
    return document


def _no_constant(name: str) -> float:
    raise ValueError(name)
