"""Lines out of a stream, with constant memory. One rule: no line, however long, costs more than the cap."""

from collections.abc import AsyncIterable, AsyncIterator, Iterator


async def lines(chunks: AsyncIterable[bytes], cap: int) -> AsyncIterator[tuple[int, bytes | None]]:
    """Each line that is not blank, with its index (blank ones count too); None: longer than `cap` bytes."""
    splitter = _Splitter(cap)
    async for chunk in chunks:
        for line in splitter.feed(chunk):
            yield line
    for line in splitter.feed(b"\n"):
        yield line


class _Splitter:
    def __init__(self, cap: int) -> None:
        self._cap, self._rest, self._index = cap, b"", -1

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes | None]]:
        *whole, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[: self._cap + 1]  # one byte too many is enough to know that it is too long
        for line in whole:
            self._index += 1
            if line.strip():
                yield self._index, line if len(line) <= self._cap else None
