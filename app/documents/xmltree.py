"""XML from strangers as a plain tree. One rule: no document type, no depth and no number of elements beyond reason.

Without a document type there are no entities but XML's own five, so nothing expands and nothing is fetched.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from app.documents.draft import Unreadable

DEEPEST = 32
MOST_ELEMENTS = 50_000
"""An invoice with two thousand lines has half of that."""

_PROLOG = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}?\?>""")
_GBK = frozenset({"gbk", "gb2312", "gb18030"})
_UTF8 = frozenset({"", "utf-8", "utf8"})


def parse(raw: bytes) -> Element:
    """The root of the tree; names without prefixes. Raises Unreadable: malformed_xml, not_utf8, too_deep, too_large."""
    text = _text(raw)
    growing = _Growing()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = _declaration
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler, parser.EndElementHandler = growing.start, growing.end
    parser.CharacterDataHandler = growing.data
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        where = f"Line {error.lineno}, column {error.offset + 1}"
        raise Unreadable("malformed_xml", f"{where}: {expat.ErrorString(error.code)}.") from None
    return growing.close()


def in_utf8(raw: bytes) -> bytes:
    """A file that declares GBK, as old invoicing software wrote it, in UTF-8; anything else as it is.

    Bytes that are UTF-8 and contradict their declaration could be read as either, so they are refused.
    """
    found = _PROLOG.match(raw)
    if not found or found[1].decode().lower() not in _GBK:
        return raw
    body = raw[found.end() :]
    if not body.isascii() and _is(body, "utf-8"):
        raise Unreadable("not_utf8", f"The file says that it is {found[1].decode()}, but its bytes are UTF-8.")
    if not _is(body, "gb18030"):
        raise Unreadable("not_utf8", f"The file says that it is {found[1].decode()}, but its bytes are not.")
    return body.decode("gb18030").encode()


def _is(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


class _Growing:
    """Builds the tree and counts it."""

    def __init__(self) -> None:
        self._builder, self._depth, self._count = TreeBuilder(), 0, 0
        self.data, self.close = self._builder.data, self._builder.close

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > DEEPEST:
            raise Unreadable("too_deep", f"Elements may be nested {DEEPEST} deep.")
        if self._count > MOST_ELEMENTS:
            raise Unreadable("too_large", f"An invoice has at most {MOST_ELEMENTS:,} elements.")
        self._builder.start(_plain(name), {_plain(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_plain(name))


def _plain(name: str) -> str:
    return name.rpartition(":")[2]


def _text(raw: bytes) -> str:
    if b"\0" in raw[:4] or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable("not_utf8", "The XML looks like UTF-16; send UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", f"Byte {error.start + 1} is not UTF-8. Convert the file to UTF-8 first.") from None


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding or "").lower() not in _UTF8:
        shown = ascii((encoding or "")[:40])
        raise Unreadable("not_utf8", f"The XML says that it is {shown}; convert it to UTF-8, its declaration too.")


def _doctype(*_: Any) -> None:
    raise Unreadable("malformed_xml", "A document type (<!DOCTYPE …>) is not read; an invoice needs none.")
