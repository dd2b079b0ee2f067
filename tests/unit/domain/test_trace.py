"""`traceparent`, read as strictly as W3C Trace Context writes it, and passed on as the same trace."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trace import Trace, read

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{ID}-{SPAN}-01"

digits = st.text("0123456789abcdef", min_size=32, max_size=32).filter(lambda text: text.strip("0"))
spans = st.text("0123456789abcdef", min_size=16, max_size=16).filter(lambda text: text.strip("0"))
traces = st.builds(Trace, digits, spans, st.booleans())


@given(traces)
def test_what_is_written_is_read_again(trace):
    assert read(str(trace)) == trace


@given(digits, spans, st.integers(0, 255))
def test_of_the_flags_only_the_known_one_counts(trace_id, span, flags):
    assert read(f"00-{trace_id}-{span}-{flags:02x}") == Trace(trace_id, span, flags % 2 == 1)


@pytest.mark.parametrize(
    "text",
    [
        None, 1, b"", [GIVEN], "", "traceparent", GIVEN.upper(), GIVEN[:-1], GIVEN + "0", f"{GIVEN}-ab", GIVEN + "\n",
        f" {GIVEN}", f"01{GIVEN[2:]}", f"ff{GIVEN[2:]}", f"0{GIVEN}", f"00-{'0' * 32}-{SPAN}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID}-{SPAN}-1", f"00-{ID}-{SPAN}-0g", f"00_{ID}_{SPAN}_01", f"00-{ID[:-1]}-{SPAN}-01",
        f"00-{ID[:-1]}٣-{SPAN}-01", f"{GIVEN},{GIVEN}",
    ],
)  # fmt: skip
def test_what_is_not_exactly_one_is_none(text):
    assert read(text) is None


@given(st.one_of(st.text(), st.text("0123456789abcdefABCDEF-\n", min_size=50, max_size=60), st.binary(), st.none()))
def test_nothing_that_is_sent_raises_and_nothing_else_is_taken_for_one(text):
    found = read(text)

    assert found is None or re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", text)


@given(traces, st.integers(0, 2**80))
def test_passed_on_it_is_the_same_trace_and_the_next_span(trace, chance):
    onward = trace.onward(chance)

    assert (onward.id, onward.sampled) == (trace.id, trace.sampled)
    assert read(str(onward)) == onward


def test_an_exemplar_names_only_what_somebody_keeps():
    assert [Trace(ID, SPAN).kept, Trace(ID, SPAN, sampled=False).kept] == [ID, None]
