"""One HTTP exchange without the wire: what is sent, what came back. One rule: nothing outgrows its cap."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.address import Target

_OURS = frozenset({"host", "accept-encoding", "connection", "content-length", "transfer-encoding", "expect", "upgrade"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.ASCII | re.IGNORECASE)
# A closed list, for some of Python's codecs raise whatever `errors` says. GB 18030 contains the other two.
_CODECS = dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030") | {"big5": "big5", "iso-8859-1": "latin-1"}
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whatever its status. `headers` have lower-case names; `body` is inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """The body by the charset of its content type, else UTF-8; never raises."""
        match = _CHARSET.search(self.headers.get("content-type", ""))
        codec = _CODECS.get(match[1].lower() if match else "", "utf-8-sig")
        return self.body.decode(codec, errors="replace")


def headers_to_send(target: Target, method: str, given: Mapping[str, str], content: bytes) -> Mapping[str, str]:
    """Host, framing and encodings are ours, whatever is given; ValueError for what would split or garble a request."""
    headers = {"host": target.authority, "accept-encoding": "identity", "user-agent": "piaoda"}
    if content or method not in {"GET", "HEAD"}:
        headers["content-length"] = str(len(content))
    for name, value in given.items():
        if (lower := name.lower()) not in _OURS:
            if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
                raise ValueError("a header has characters that HTTP does not allow")
            headers[lower] = value.encode(errors="replace").decode()  # no half of a surrogate pair
    return headers


def joined(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Headers by lower-case name; of a repeated one all values in one, as RFC 9110 section 5.3 joins them."""
    headers: dict[str, str] = {}
    for key, content in raw:
        name, value = key.decode("latin-1").lower(), content.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def inflated(body: bytes, encoding: str, most: int) -> bytes:
    """The body in plain, and never more than `most` bytes of it: a small archive may hold gigabytes.

    ValueError when it is not the gzip or zlib it says, or not whole although it would have fitted.
    """
    if not body or encoding in {"", "identity"}:
        return body[:most]
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        plain = inflater.decompress(body, most)
    except zlib.error as error:
        raise ValueError(f"the body is not readable as {encoding[:20]}") from error
    if len(plain) < most and (not inflater.eof or inflater.unused_data):
        raise ValueError("the compressed body is not whole")
    return plain
