"""A question to a gateway as configuration describes it: from templates and values to one HTTP call.

One rule: whatever stands in an invoice, the call keeps the shape its templates have.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from app.tax.recipe import Signature
from app.tax.reply import FORM, JSON, XML
from app.tax.template import FACTS, Template, Values, grown, in_address, in_header, in_xml, templates

FORMS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"json": JSON, "xml": XML, "form": FORM})
"""What a body may be, and the headers that say so."""

_ELSEWHERE = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class Call:
    """What goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """`form`: `json`, `xml` or `form`. `body`: a tree (see `template.tree`), flat for a form; one Template for XML;
    None for none.
    """

    method: str = "POST"
    path: Template = Template()
    query: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    headers: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    form: str = "json"
    body: Any = None

    def templates(self) -> Iterator[tuple[Template, bool]]:
        """Each, and whether it is filled once an invoice of a batch."""
        for template in (self.path, *self.query.values(), *self.headers.values()):
            yield template, False
        yield from templates(self.body)

    def fits(self, values: Values) -> bool:
        """Whether the path keeps its shape: a slash, even an encoded one, or `..` would lead elsewhere."""
        told = "".join(each.shown(values) for each in self.path.placeholders if each.name in FACTS)
        segments = self.path.filled(values).split("/")
        return "/" not in told and "\\" not in told and not (told and _ELSEWHERE.intersection(segments))

    def call(self, url: str, values: Values, invoices: Sequence[Values], signature: Signature | None) -> Call:
        """`values` fill everything but what is written once an invoice; `fits` was asked."""
        body = self._body(values, invoices)
        query = {name: template.filled(values) for name, template in self.query.items()}
        headers = {**FORMS[self.form]} if body else {}
        headers |= {name: template.filled(values, in_header) for name, template in self.headers.items()}
        if signature:
            signed = signature.of(values, body, query)
            headers |= {signature.header: signed} if signature.header else {}
            query |= {signature.query: signed} if signature.query else {}
        return Call(self.method, self._address(url, values, query), headers, body.encode(errors="replace"))

    def _body(self, values: Values, invoices: Sequence[Values]) -> str:
        if self.body is None:
            return ""
        if isinstance(self.body, Template):
            return self.body.filled(values, in_xml)
        told = grown(self.body, values, invoices)
        return urlencode(told, errors="replace") if self.form == "form" else json.dumps(told)

    def _address(self, url: str, values: Values, query: Mapping[str, str]) -> str:
        address, _, own = url.partition("?")
        asked = "&".join(part for part in (own, urlencode(query, errors="replace")) if part)
        return f"{address}{self.path.filled(values, in_address)}{'?' if asked else ''}{asked}"
