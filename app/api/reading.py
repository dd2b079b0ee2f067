"""Strict JSON from bytes. One rule: a body is read completely and unambiguously, or refused with a sentence.

What Python's parser waves through, and a database or a colleague trips over later, is refused here: duplicate
keys, NaN and Infinity, numbers and nesting beyond reason, unprintable names, bytes that are not UTF-8.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from app.api.problems import Problem

DEEPEST = 32
PATIENCE = 30.0  # seconds for a body, or for the next piece of an upload: a client that stalls gives up its place
LONGEST_NUMBER = 40


def media_type(request: Request, accepted: Sequence[str]) -> str:
    """The content type, one of `accepted`; else 415 with the list."""
    told = request.headers.get("content-type", "")
    if told in accepted and "content-encoding" not in request.headers:
        return told
    kind, _, parameters = told.partition(";")
    kind, charset = (
        kind.strip().lower(),
        parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2],
    )
    if kind not in accepted:
        raise _unsupported(f"{kind or 'A body without a content type'} is not read here.", accepted)
    if charset.partition(";")[0] not in ("", "utf-8", "utf8", "us-ascii"):
        raise _unsupported("The charset must be utf-8.", accepted)
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise _unsupported("Send the body uncompressed, without Content-Encoding.", accepted)
    return kind


def _unsupported(detail: str, accepted: Sequence[str]) -> Problem:
    listed = ", ".join(accepted)
    headers = {"Accept-Post": listed, "Accept-Encoding": "identity"}
    text = f"{detail} Accepted content types: {listed}."
    return Problem("unsupported_media_type", text, headers=headers, extra={"accepted": list(accepted)})


async def body(request: Request, limit: int, patience: float = PATIENCE) -> bytes:
    """The whole body of at most `limit` bytes, counted while it arrives, within `patience` seconds."""
    if announced(request, limit) > limit:
        raise _too_large(limit)
    waiting = _Patience(patience)
    try:
        return await _received(request, limit)
    except asyncio.CancelledError:
        waiting.judge()
        raise
    finally:
        waiting.end()


class _Patience:
    """What `asyncio.timeout` does, for a thing that comes in time nearly always: a third of its cost, at each event."""

    def __init__(self, seconds: float) -> None:
        self._task, self._over, self._seconds = asyncio.current_task(), False, seconds
        self._timer = asyncio.get_running_loop().call_later(seconds, self._lose)

    def _lose(self) -> None:
        self._over = True
        if self._task:
            self._task.cancel()

    def judge(self) -> None:
        """Raises the 408 when the cancellation was ours."""
        if self._over and self._task and not self._task.uncancel():
            raise _too_slow(self._seconds) from None

    def end(self) -> None:
        self._timer.cancel()


def announced(request: Request, limit: int) -> int:
    """The bytes that the request says it has; `limit` where it does not say."""
    declared = request.headers.get("content-length", "")
    digits = declared.lstrip("0")[: len(str(limit)) + 1] or "0"
    return int(digits) if declared.isascii() and declared.isdigit() else limit


async def _received(request: Request, limit: int) -> bytes:
    read, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        read += message.get("body", b"")
        if len(read) > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    return bytes(read)


async def pieces(request: Request, patience: float = PATIENCE) -> AsyncIterator[bytes]:
    """A body of any length, as it comes; no piece may take longer than `patience` seconds."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(patience):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise _too_slow(patience) from None
        yield piece


def _too_slow(patience: float) -> Problem:
    detail = f"Nothing came for {patience:g} seconds. Send the request again; repeating is safe."
    return Problem("request_timeout", detail, headers={"Connection": "close"})


def _too_large(limit: int) -> Problem:
    detail = f"The body is larger than {limit:,} bytes. Nothing was stored; for bulk send application/x-ndjson."
    return Problem("too_large", detail)


def parse(raw: bytes) -> Any:
    """The JSON value that `raw` says. Raises Problem: see the module's rule."""
    value = _at_a_glance(raw)
    return _closely(raw) if value is None else value


def _at_a_glance(raw: bytes) -> Any:
    """The value of a body that shows nothing to object to: an object, or a list of objects, of texts and nulls.

    None says nothing yet: then it is read closely. The value is the one that a close look would give, in half the
    time. A name that stands twice shows in the quotation marks: the body has more of them than the value needs.
    """
    try:
        value = from_json(raw)
        marks = sum(_marks(each, DEEPEST - 1) for each in value) if type(value) is list else _marks(value, DEEPEST)
    except ValueError:
        return None
    return value if marks == raw.count(b'"') else None


def _marks(value: Any, levels: int) -> int:
    """The quotation marks around the names and texts of an object; ValueError where it holds anything else."""
    if type(value) is not dict or levels == 0 or not "".join(value).isprintable():
        raise ValueError
    marks = 4 * len(value)
    for each in value.values():
        if each is None:
            marks -= 2
        elif type(each) is not str:
            marks += _marks(each, levels - 1) - 2
    return marks


def _closely(raw: bytes) -> Any:
    text = _text(raw)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Problem("malformed_json", f"Line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise _too_deep() from None
    if text.count("{") + text.count("[") > DEEPEST and _depth(value) > DEEPEST:
        raise _too_deep()
    return value


def _text(raw: bytes) -> str:
    if not raw.strip():
        raise Problem("empty_body", "The body is empty; it should be JSON.")
    if b"\0" in raw[:4] or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Problem("not_utf8", "The body looks like UTF-16; send UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"Byte {error.start + 1} is not UTF-8. Convert text from GBK or other encodings first."
        raise Problem("not_utf8", detail) from None


def _too_deep() -> Problem:
    return Problem("too_deep", f"Objects and lists may be nested {DEEPEST} deep.")


def _depth(value: Any) -> int:
    """How deep `value` is nested, level by level, so that no depth can exhaust the stack."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Problem("duplicate_key", f'"{_twice(pairs)}" stands twice in one object; which one is meant?')
    if not all(map(str.isprintable, read)):
        raise Problem("malformed_json", "The name of a field contains a character that cannot be printed.")
    return read


def _twice(pairs: list[tuple[str, Any]]) -> str:
    names = [name for name, _ in pairs]
    first = next(name for place, name in enumerate(names) if name in names[:place])
    return ascii(first[:60])[1:-1]


def _integer(text: str) -> int:
    return int(_number(text))


def _decimal(text: str) -> float:
    number = float(_number(text))
    if math.isinf(number):
        raise Problem("number_out_of_range", f"{text} is beyond what a number can hold. Amounts are written as text.")
    return number


def _number(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise Problem("number_out_of_range", f"A number of {len(text):,} characters is not read.")
    return text


def _constant(name: str) -> Any:
    raise Problem("malformed_json", f"{name} is not JSON. Leave the field out, or write null.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)
