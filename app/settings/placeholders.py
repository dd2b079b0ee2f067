"""Texts with placeholders and paths into an answer, as an operator writes them under `connector`.

One rule: what could change a question's shape is refused at the start, and no text is repeated: it may hold a secret.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from pydantic import AfterValidator, BeforeValidator, InstanceOf, StringConstraints

from app.settings.fault import refusal, suggest
from app.tax.recipe import SENT
from app.tax.template import CREDENTIAL, FACTS, OF_A_CALL, Template, in_xml, templates, tree

_BRACES: Final = "such as {serial_no}, {issued_on:%Y%m%d}, {now:%Y-%m-%d %H:%M:%S}; write {{ and }} for plain braces"
_STEP: Final = r"[^.\[\]\s]+(?:\[[0-9]{1,4}\])*"
_PATH_INTO: Final = re.compile(rf"{_STEP}(?:\.{_STEP})*")
_PATH_OF_URL: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_HOSTILE: Final = "<&\"'>]]>{0}"
_SHAPES: Final = (dict, list, str, int, float, bool, type(None))


def known(names: Iterable[str], allowed: frozenset[str], *at: str) -> None:
    """Refuses names that are neither in `allowed` nor credentials."""
    for name in sorted(names):
        if name not in allowed and not name.startswith(CREDENTIAL):
            raise refusal("has a placeholder that is not known here", suggest(name, allowed), *at)


def _parsed(value: Any, allowed: frozenset[str]) -> Template:
    if isinstance(value, Template):
        return value
    if not isinstance(value, str):
        raise refusal("must be text", "put it in quotes")
    try:
        template = Template.parse(value)
    except ValueError as error:
        raise refusal(str(error), _BRACES) from None
    known(template.names, allowed)
    return template


def _text(value: Any) -> Template:
    return _parsed(value, FACTS | OF_A_CALL)


def _signed_text(value: Any) -> Template:
    return _parsed(value, FACTS | OF_A_CALL | SENT)


def _name_of_an_invoice(template: Template) -> Template:
    if not template.names or template.names - FACTS:
        hint = "what the invoice was asked by, such as {serial_no} or {number}"
        raise refusal("names nothing of an invoice, or more than that", hint)
    return template


def _one_line(template: Template) -> Template:
    if any(not part.isprintable() for part in template.parts if isinstance(part, str)):
        raise refusal("has a line break or another control character", "one line of text")
    return template


def _path_of_url(template: Template) -> Template:
    written = "".join(part for part in template.parts if isinstance(part, str))
    if template.parts and (not written.startswith("/") or template.parts[0] in template.placeholders):
        raise refusal("does not begin with a slash", "such as /v1/invoices/{serial_no}")
    if not _PATH_OF_URL.fullmatch(written) or any("/" in each.format for each in template.placeholders):
        raise refusal("is no path", "without blanks, ? and #; what comes after the ? goes into query")
    return template


def _path_into(value: str) -> str:
    if not _PATH_INTO.fullmatch(value):
        raise refusal("is no path into an answer", "such as code, data.list or Response.Body[0].State")
    return value


def body_of(form: str, written: Any) -> Any:
    """The body as `connector_call.Request` has it; raises the refusal of what could not be kept in shape."""
    if isinstance(written, Template):
        return written
    try:
        planted = tree(written)
    except ValueError as error:
        raise refusal(str(error), _BRACES) from None
    for template, _ in templates(planted):
        known(template.names, FACTS | OF_A_CALL)
    return _FITTING[form](planted)


def _json(planted: Any) -> Any:
    if isinstance(planted, Template) or not isinstance(planted, _SHAPES):
        raise refusal("is no tree", "write the JSON as YAML, `key: value` lines; a text is for format: xml")
    return planted


def _form(planted: Any) -> Any:
    if not isinstance(planted, dict) or not all(isinstance(value, Template) for value in planted.values()):
        raise refusal("is no flat list of fields", 'one `name: "value"` a line, each in quotes')
    return planted


def _xml(planted: Any) -> Any:
    if not isinstance(planted, Template):
        raise refusal("is no text", "write the XML below `body: |`")
    written, values = _hostile(planted)
    try:
        root = defusedxml.ElementTree.fromstring(written.encode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise refusal("is no XML in UTF-8", "placeholders may stand in texts and in quoted attributes") from None
    if sorted(values) != sorted(value for text in _texts(root) for value in _kept(text, values)):
        raise refusal("has a placeholder where no value can stand", "no comment, no CDATA: a text or an attribute")
    return planted


def _hostile(template: Template) -> tuple[str, list[str]]:
    """The text with a value at each placeholder that tries to break out, and these values."""
    count = len(template.placeholders)
    values = [_HOSTILE.format(f"({index})") for index in range(count)]
    rest = iter(values)
    return "".join(part if isinstance(part, str) else in_xml(next(rest)) for part in template.parts), values


def _texts(root: Element) -> Iterable[str]:
    for element in root.iter():
        yield from (text for text in (element.text, element.tail, *element.attrib.values()) if text)


def _kept(text: str, values: Iterable[str]) -> Iterable[str]:
    return (value for value in values if value in text)


_FITTING: Final = {"json": _json, "form": _form, "xml": _xml}

Text = Annotated[InstanceOf[Template], BeforeValidator(_text)]
SignedText = Annotated[InstanceOf[Template], BeforeValidator(_signed_text)]
Naming = Annotated[Text, AfterValidator(_name_of_an_invoice)]
HeaderText = Annotated[Text, AfterValidator(_one_line)]
UrlPath = Annotated[Text, AfterValidator(_path_of_url)]
Where = Annotated[str, AfterValidator(_path_into)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
