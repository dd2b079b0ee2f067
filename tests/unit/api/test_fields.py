"""What is taken at once is what a close look would have given."""

from typing import Annotated, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.api import fields
from app.domain.identity import Kind

TAKEN_AT_ONCE = {
    name: annotation
    for name, annotation in vars(fields).items()
    if any(isinstance(each, fields._AtOnce) for each in getattr(annotation, "__metadata__", ()))
}


def closely(annotation):
    """The same field with nothing taken at once."""
    kind, *rest = get_args(annotation)
    return Annotated[(kind, *(each for each in rest if not isinstance(each, fields._AtOnce)))]


def outcome(adapter, value):
    try:
        return repr(adapter.validate_python(value))
    except ValueError:
        return "refused"


@pytest.mark.parametrize("name", TAKEN_AT_ONCE)
def test_a_field_reads_the_same_at_once_and_closely(name):
    quick, close = TypeAdapter(TAKEN_AT_ONCE[name]), TypeAdapter(closely(TAKEN_AT_ONCE[name]))
    letters = st.sampled_from([*"aA1-_./ *~长（é", "\u0301", "\n", "\x7f", "\x85", "\uff21", "\u2028"])

    @given(
        st.text(letters, max_size=24) | st.text(max_size=8) | st.sampled_from([*Kind, "CNY", "x" * 64, "x" * 301, ""])
    )
    def same(text):
        assert outcome(quick, text) == outcome(close, text)

    same()
    for odd in (None, 1, {}, [], "a\n", "é", "e\u0301", "１１"):
        assert outcome(quick, odd) == outcome(close, odd)


def test_the_fields_of_every_invoice_are_taken_at_once():
    assert TAKEN_AT_ONCE.keys() >= {"Number", "Name", "Word", "TaxId", "Reference", "Currency", "KindField"}
