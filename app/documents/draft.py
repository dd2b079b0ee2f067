"""What reading a document brings: invoice objects that nobody has judged yet, and where each field stood.

One rule: nothing is guessed. A document that could be read two ways is not read, and a sentence says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.documents import wording
from app.domain.errors import PiaodaError
from app.domain.identity import Fault


class Unreadable(PiaodaError, ValueError):
    """A whole document that cannot be read. `code` is stable; `pointer` names a field of the invoice object, or none.

    `code` is one of `malformed_xml`, `not_utf8`, `too_deep` (no sound XML), `too_large`, `several_invoices`,
    `contradiction`, `not_numbered`, `not_an_invoice`, `seller_missing`, `unsupported`.
    """

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.pointer = code, detail, pointer


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice object in the shape that POST /v1/events takes.

    `place`: where it stands in its document (`row 7`); `sources`: by JSON pointer, the element or column that told it.
    `warnings`: closed words, such as `qr_checksum`.
    """

    place: str
    invoice: Mapping[str, Any]
    sources: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def located(self, fault: Fault) -> Fault:
        """`fault` with the element or column that its field was read from."""
        source = self.sources.get(fault.pointer)
        return replace(fault, detail=f"{fault.detail} It stands in {source}.") if source else fault


@dataclass(frozen=True, slots=True)
class Refused:
    """One row or line that tells no invoice, and why, in a sentence. `pointer`: as in Unreadable."""

    place: str
    code: str
    detail: str
    pointer: str = ""


Told = Draft | Refused

Said = Mapping[str, tuple[str, str]]
"""What a document says: a field's name (`seller.tax_id`) to its text and the place it was read from."""

FIELDS = frozenset({
    "number", "code", "kind", "issued_at", "check_code", "account", "reference",
    "seller.tax_id", "seller.name", "buyer.tax_id", "buyer.name",
    "amount.without_tax", "amount.tax", "amount.with_tax", "amount.currency",
    "paper.code", "paper.number", "original.code", "original.number", "handle.serial_no", "handle.order_no",
})  # fmt: skip
"""The fields of the invoice object, as a table's heading may spell them."""

_READ = {
    "kind": wording.kind, "issued_at": wording.instant,
    "amount.without_tax": wording.money, "amount.tax": wording.money, "amount.with_tax": wording.money,
}  # fmt: skip


def compose(said: Said, place: str = "") -> Draft:
    """The draft that `said` makes. Beyond the FIELDS it may hold `digital`, `requested_at` and `remark`.

    `digital`: the 20 digits where a document has a column of its own for them; number and code beside it are those of
    the paper form. `requested_at`: another telling of the moment of issue, which may know the hour. `remark`: names
    the blue invoice of a red one, where nothing else does.
    """
    told = {name: (plain, source) for name, (text, source) in said.items() if (plain := wording.text(text))}
    _number(told)
    _moment(told)
    _original(told)
    invoice: dict[str, Any] = {}
    for name, (text, _) in told.items():
        if name in FIELDS:
            _place(invoice, name, _READ.get(name, str)(text))
    sources = {"/" + name.replace(".", "/"): source for name, (_, source) in told.items() if name in FIELDS}
    return Draft(place, invoice, sources)


def _place(invoice: dict[str, Any], name: str, value: str) -> None:
    *path, last = name.split(".")
    for step in path:
        invoice = invoice.setdefault(step, {})
    invoice[last] = value


def _number(told: dict[str, tuple[str, str]]) -> None:
    """The digital number is the invoice's; beside it, code and number belong to the paper form it is printed on."""
    digital = told.pop("digital", None)
    if digital is None:
        return
    for name in ("code", "number"):
        printed = told.pop(name, None)
        if printed and printed[0] != digital[0]:
            told[f"paper.{name}"] = printed
    told["number"] = digital


def _moment(told: dict[str, tuple[str, str]]) -> None:
    """A day without its hour takes the hour of the request, when that was on the same day."""
    day, request = told.get("issued_at"), told.get("requested_at")
    if request and (day is None or wording.same_day_with_hour(day[0], request[0])):
        told["issued_at"] = request


def _original(told: dict[str, tuple[str, str]]) -> None:
    """Of an invoice with negative amounts, the blue one that the remark names in the issuing software's own words."""
    negative = any(told[name][0].startswith("-") for name in told if name.startswith("amount."))
    remark = told.get("remark")
    if remark and negative and "original.number" not in told:
        named = wording.reversed_in(remark[0])
        told |= {f"original.{name}": (text, remark[1]) for name, text in named.items()}
