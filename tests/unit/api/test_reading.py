"""A body is read at a glance or closely, and always the same."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.api import reading
from app.api.problems import Problem

NAMES = st.sampled_from(["a", "b", "name", "名", "a\x85", "\0", "e\u0301", "\u2028"])
TEXTS = st.text(max_size=6) | st.sampled_from(['"', '\\"', "a:b", '{"a": 1}', "长", "\u0301"])
VALUES = st.recursive(
    TEXTS | st.none() | st.integers() | st.floats() | st.booleans(),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=8,
)


def outcome(read, raw):
    try:
        return repr(read(raw))
    except Problem as problem:
        return problem.code, problem.detail


def pairs(draw, value):
    """`value` as JSON in which a name may stand twice."""
    if isinstance(value, dict):
        members = [f"{json.dumps(name)}:{pairs(draw, each)}" for name, each in value.items()]
        if members and draw(st.booleans()):
            members.append(draw(st.sampled_from(members)))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(pairs(draw, each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def bodies(draw):
    return pairs(draw, draw(VALUES)).encode("utf-8", "surrogatepass")


@given(bodies() | st.binary(max_size=40))
@example(b'{"a":"x","a":"y"}')
@example(b'{"a":"\\u0022\\u0022","b":"x","b":"y"}')
@example(b'{"a":"\\"\\"","b":"x"}')
@example(b'[{"a":{"b":"x","b":null}}]')
@example(b'\xef\xbb\xbf{"a":"x"}')
@example(b'{"a":"\\ud800"}')
@example(b'{"a":NaN}')
@example(b'{"a\\u0085":"x"}')
@example(b'{"a":' * 32 + b"null" + b"}" * 32)
@example(b'{"a":' * 33 + b"null" + b"}" * 33)
@example(b"[" + b'{"a":' * 32 + b"null" + b"}" * 32 + b"]")
def test_a_glance_and_a_close_look_say_the_same(raw):
    assert outcome(reading.parse, raw) == outcome(reading._closely, raw)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_plain_invoice_is_read_at_a_glance_however_it_is_laid_out(indent, escaped):
    told = {"number": "1", "seller": {"name": "示例（北京）", "tax_id": None}, "labels": {}}
    raw = json.dumps(told, indent=indent, ensure_ascii=escaped).encode()
    assert reading._at_a_glance(raw) == told
    assert reading._at_a_glance(b"[" + raw + b"," + raw + b"]") == [told, told]
