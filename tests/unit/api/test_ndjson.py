from hypothesis import given
from hypothesis import strategies as st

from app.api import ndjson


async def lines(chunks, cap=10):
    async def stream():
        for chunk in chunks:
            yield chunk

    return [line async for line in ndjson.lines(stream(), cap)]


@given(st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b"\n")), st.integers(1, 9))
async def test_the_lines_are_the_same_however_the_stream_is_cut(raw, size):
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    whole = [(at, line if len(line) <= 10 else None) for at, line in enumerate(raw.split(b"\n")) if line.strip()]
    assert await lines(chunks) == whole


async def test_a_line_of_exactly_the_cap_is_read():
    assert await lines([b"x" * 10, b"\n", b"y" * 11]) == [(0, b"x" * 10), (1, None)]


def test_an_endless_line_costs_no_more_than_the_cap():
    splitter = ndjson._Splitter(10)
    for _ in range(100):
        assert list(splitter.feed(b"x" * 1_000)) == []
    assert len(splitter._rest) == 11
