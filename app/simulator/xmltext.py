"""XML in and out, for the dialects that speak it. One rule: what comes is found by local names, whatever the prefixes;
what goes out is escaped once.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

import defusedxml.ElementTree
from defusedxml import DefusedXmlException


class Xml(str):
    """Text that is XML already."""

    __slots__ = ()


def element(name: str, *content: str, attributes: Mapping[str, str] | None = None) -> Xml:
    """An element around texts, which are escaped, and elements, which are not."""
    inside = "".join(each if isinstance(each, Xml) else escape(each) for each in content)
    marks = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
    return Xml(f"<{name}{marks}>{inside}</{name}>")


def elements(content: Mapping[str, str], prefix: str = "") -> Xml:
    """One element a name, in order."""
    return Xml("".join(element(prefix + name, each) for name, each in content.items()))


def document(root: Xml) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{root}'.encode()


def read(body: bytes) -> Element | None:
    """The root of a document; None for what is no XML, or brings a DTD."""
    try:
        root: Element = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def text_of(root: Element, name: str) -> str:
    """The text of the first element of this local name; empty when there is none."""
    found = next((each for each in root.iter() if each.tag.rpartition("}")[2] == name), None)
    return "" if found is None else (found.text or "").strip()
