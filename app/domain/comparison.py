"""Which fields must agree before an invoice counts as synced. One rule: what both sides tell is compared.

A difference in a *hard* field is a mismatch; one in a *soft* field is a warning. Silence agrees with nothing:
`missing` names what evidence lacks. The currency is compared abroad, where it is told.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.identity import Kind, normalise_tax_id
from app.domain.invoice import Amount, Found, Invoice
from app.domain.plan import day_in


@dataclass(frozen=True, slots=True)
class Difference:
    """One field told differently. `field` is its path in the invoice object, such as `amount/with_tax`."""

    field: str
    expected: str
    got: str
    hard: bool


_SOFT = frozenset({"buyer/tax_id"})
_EVIDENCE = ("number", "issued_at", "seller/tax_id")


def compare(invoice: Invoice, found: Found, tolerance: Decimal = Decimal("0.00")) -> tuple[Difference, ...]:
    """Every field told differently, texts before amounts. `tolerance` is for each amount, in its currency."""
    texts = (
        Difference(field, expected, got, hard=field not in _SOFT)
        for field, (expected, got) in _texts(invoice, found).items()
        if expected != got
    )
    figures = (
        Difference(f"amount/{name}", str(expected), str(got), hard=True)
        for name, (expected, got) in _amounts(invoice, found).items()
        if abs(expected - got) > tolerance
    )
    return (*texts, *figures)


def missing(invoice: Invoice, found: Found) -> tuple[str, ...]:
    """What `found` would have to tell before it can prove this invoice; empty when it tells enough.

    Evidence is number, day, seller and at least one amount (`amount`), each told by the tax system itself.
    """
    texts = _texts(invoice, found)
    lacking = [field for field in _EVIDENCE if field not in texts and (found.tells_day or field != "issued_at")]
    return (*lacking, *(() if _amounts(invoice, found) else ("amount",)))


def concerns_other_invoice(invoice: Invoice, found: Found) -> bool:
    """Whether the answer names another invoice altogether: a lying or a confused provider, not a mismatch."""
    return any(expected and got and expected != got for expected, got in _names(invoice, found).values())


def _texts(invoice: Invoice, found: Found) -> dict[str, tuple[str, str]]:
    """Expected and got of each text that both sides tell."""
    sides = {
        **_names(invoice, found),
        "issued_at": (
            day_in(invoice.issued_at, found.zone).isoformat(),
            found.issued_on and found.issued_on.isoformat(),
        ),
        "seller/tax_id": (_tax_id(invoice.seller.tax_id), _tax_id(found.seller_tax_id)),
        "buyer/tax_id": (_tax_id(invoice.buyer.tax_id), _tax_id(found.buyer_tax_id)),
        "original/number": (invoice.original and invoice.original.number, found.original_number),
        "amount/currency": (invoice.amount.currency if invoice.kind is Kind.FOREIGN else "", found.amount.currency),
    }
    return {field: (expected, got) for field, (expected, got) in sides.items() if expected and got}


def _names(invoice: Invoice, found: Found) -> dict[str, tuple[str | None, str | None]]:
    """Expected and got of what an invoice is known by; either may be silent."""
    return {
        "number": (_number(invoice, found.number), found.number),
        "code": (invoice.code or invoice.paper.code, found.code),
    }


def _number(invoice: Invoice, got: str | None) -> str:
    """A digital paper invoice is known by the number on its form, too."""
    return got if got and got == invoice.paper.number else invoice.number


def _tax_id(text: str | None) -> str:
    return normalise_tax_id(text or "")


def _amounts(invoice: Invoice, found: Found) -> dict[str, tuple[Decimal, Decimal]]:
    """Expected and got of each amount that both sides tell."""
    expected, got = _figures(invoice.amount), _figures(found.amount)
    return {name: (expected[name], got[name]) for name in expected if name in got}


def _figures(amount: Amount) -> dict[str, Decimal]:
    """The amounts told, and the third where two tell it."""
    net, tax, gross = _told(amount.without_tax), _told(amount.tax), _told(amount.with_tax)
    match net, tax, gross:
        case Decimal(), Decimal(), None:
            gross = net + tax
        case Decimal(), None, Decimal():
            tax = gross - net
        case None, Decimal(), Decimal():
            net = gross - tax
    figures = {"without_tax": net, "tax": tax, "with_tax": gross}
    return {name: figure for name, figure in figures.items() if figure is not None}


def _told(figure: Decimal | None) -> Decimal | None:
    """NaN and infinity, which a provider's JSON may hold, tell nothing."""
    return figure if figure is not None and figure.is_finite() else None
