"""Two readers, one meaning: what is read fast is read as the careful reader would read it, or not at all."""

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as some
from jiter import from_json

from app.tax.strictjson import _tolerantly, parse_json

TOLD = (
    '{"code":"E0000","sum":1.50,"items":[{"no":"S1","at":1740792600000,"why":"开票\\n\\u00e9"},{"no":null,"ok":true}]}'
)
PIECES = [
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\\ud83d",
    "NaN",
    "-",
    "1e999",
    "0",
    ".",
    "\x00",
    "\x7f",
    '"code":1,',
    "01",
    "+",
]


@given(some.integers(0, len(TOLD)), some.integers(0, 4), some.sampled_from(PIECES), some.booleans())
def test_a_text_that_the_fast_reader_takes_is_one_that_the_careful_reader_takes_with_the_same_value(
    at, cut, piece, put
):
    text = TOLD[:at] + (piece if put else "") + TOLD[at + cut :]
    try:
        fast = from_json(text.encode(), allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal")
    except ValueError:
        return
    assert repr(fast) == repr(_tolerantly(text))


def test_half_an_emoji_is_read_all_the_same():
    assert parse_json('{"why": "cut \\ud83d"}') == {"why": "cut \ud83d"}


def test_amounts_are_exact():
    assert repr(parse_json("[1.50, 106]")) == repr([Decimal("1.50"), 106])


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "[NaN]", "[Infinity]", "[01]", '{"a"', "[" * 65 + "]" * 65, "[1e999999999999999999999]"]
)
def test_what_could_be_read_in_two_ways_or_without_end_is_refused(text):
    with pytest.raises((ValueError, InvalidOperation)):
        parse_json(text)
