"""How the conformance suite makes a provider speak. One rule: a speaker says only what the provider's page shows.

A speaker is what an adapter must bring beside its code: credentials, invoices it can be asked about, and the words in
which its provider answers. A body is an object (sent as JSON), a text or bytes; `(status, body)` where the provider
says it with another status than 200.
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from app.domain.identity import Kind
from app.domain.invoice import Amount, Handle, Invoice, Outcome, Party

PRIVATE = ("某某科技有限公司", "海淀区某某路1号", "13800138000", "某某银行6222020000000000000", "王某某")

PLAIN = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2025, 3, 1, 1, 30, tzinfo=UTC),
    seller=Party("911101081000000166", "某某科技有限公司"),
    buyer=Party("91110105100000024M"),
    amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    kind=Kind.DIGITAL_ORDINARY,
)
"""An invoice of 100.00 and 6.00 tax, issued at 09:30 in Beijing on 2025-03-01."""


def numbered(count: int, **changes: Any) -> list[Invoice]:
    """Invoices like PLAIN, each with a number and a serial number of its own."""
    return [
        replace(PLAIN, number=f"2511200000000000000{n}", handle=Handle(serial_no=f"S{n}"), **changes)
        for n in range(1, count + 1)
    ]


class Speaker(Protocol):
    """`invoices`: as many as go into one call (at most three), each of which `found` can speak of.

    A speaker may have more: `aside(invoices)`, what it answers beside the question, by the end of the path;
    `echoes = False` when no answer repeats a number; `evidence` and `half`, what is shown of a find and of half an
    answer when it is not number, seller and total.
    """

    credentials: ClassVar[dict[str, str]]
    options: ClassVar[Any]
    invoices: ClassVar[list[Invoice]]
    form: ClassVar[str]
    """`json` or `xml`: what the bodies are."""
    tokens: ClassVar[bool]
    """Whether it asks for a token first (OAuth, or what is like it)."""

    def found(self, invoices: list[Invoice]) -> Any:
        """Found, normal; with `PRIVATE` in fields that hold such things."""
        ...

    def absent(self) -> Any:
        """None of them is there; or None, where the provider's word for it is not public."""
        ...

    def says(self) -> list[tuple[Any, Outcome]]:
        """Bodies, or (status, body), for every other code of its tables, and what each must mean."""
        ...

    def missing(self) -> list[tuple[Invoice, str]]:
        """Invoices that lack something it must be told, and the code of the answer: `missing_check_code`, …"""
        ...
