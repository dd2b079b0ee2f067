"""Synthetic invoices of four other countries, as a billing system there would describe them. One rule: valid in every
digit, and plainly nobody's.

Tax numbers carry their check digits; sellers and buyers are named a sample in their language. The same seed gives the
same invoices. The kind is `foreign`, and the handle what the country's system gave when the invoice was sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.identity import Kind
from app.simulator.behaviour import Dialect

_CENT = Decimal("0.01")
_RFC_LETTERS = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"


def rfc(index: int) -> str:
    """A Mexican company's: three letters, day of foundation, two characters, check digit (SAT, modulo 11)."""
    begin = f"EJE200101{index % 100:02d}"
    total = sum(_RFC_LETTERS.index(each) * weight for each, weight in zip(" " + begin, range(13, 1, -1), strict=True))
    return begin + "0123456789A0"[-total % 11]


def cui(index: int) -> str:
    """A Romanian company's, with the RO of a VAT payer: eight digits, check digit modulo 11."""
    begin = f"{1_000_000 + index:07d}"
    return f"RO{begin}{_weighed(begin, (3, 2, 1, 7, 5, 3, 2)) * 10 % 11 % 10}"


def hungarian_tax_number(index: int) -> str:
    """Seven digits and a check digit modulo 10; payer of VAT, Budapest."""
    begin = f"{1_000_000 + index:07d}"
    return f"{begin}{-_weighed(begin, (9, 7, 3, 1, 9, 7, 3)) % 10}-2-41"


def nip(index: int) -> str:
    """A Polish company's: ten digits, check digit modulo 11; a number whose check would be ten does not exist."""
    begin = 100_000_000 + index * 2
    checks = (_weighed(str(each), (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 for each in (begin, begin + 1))
    return next(f"{begin + step}{check}" for step, check in enumerate(checks) if check < 10)  # noqa: PLR2004 - one digit


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


@dataclass(frozen=True, slots=True)
class Country:
    """`rate`: the usual VAT, in percent."""

    currency: str
    rate: int
    zone: ZoneInfo
    tax_id: Callable[[int], str]
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]


COUNTRIES: Mapping[Dialect, Country] = MappingProxyType({
    Dialect.SAT_MX: Country(
        "MXN", 16, ZoneInfo("America/Mexico_City"), rfc,
        ("Ejemplo Comercial SA de CV", "Ejemplo Servicios SC"), ("Ejemplo Cliente SA de CV", "Ejemplo Taller SC"),
    ),
    Dialect.ANAF_RO: Country(
        "RON", 21, ZoneInfo("Europe/Bucharest"), cui,
        ("Exemplu Comert SRL", "Exemplu Servicii SRL"), ("Exemplu Client SRL", "Exemplu Atelier SA"),
    ),
    Dialect.NAV_HU: Country(
        "HUF", 27, ZoneInfo("Europe/Budapest"), hungarian_tax_number,
        ("Minta Kereskedelmi Kft.", "Minta Szolgáltató Kft."), ("Minta Vevő Zrt.", "Minta Műhely Bt."),
    ),
    Dialect.KSEF_PL: Country(
        "PLN", 23, ZoneInfo("Europe/Warsaw"), nip,
        ("Przykład Handel Sp. z o.o.", "Przykład Usługi Sp. z o.o."), ("Wzór Klient S.A.", "Wzór Warsztat Sp. z o.o."),
    ),
})  # fmt: skip


class ForeignGenerator:
    """Makes one invoice after another for the system of `dialect`; numbers never repeat within one generator."""

    def __init__(self, seed: int, dialect: Dialect, account: str | None = None) -> None:
        self._random = Random(seed)  # noqa: S311 - synthetic data that repeats under its seed
        self._dialect, self._country, self._account = dialect, COUNTRIES[dialect], account
        self._serial = self._random.randrange(10_000_000)

    def invoice(self, now: datetime) -> dict[str, Any]:
        """An invoice issued at `now`: the object that POST /v1/events takes."""
        issued_at = now.astimezone(self._country.zone)
        self._serial += self._random.randint(1, 9)
        return {
            "number": self._number(issued_at),
            "kind": Kind.FOREIGN.value,
            "issued_at": issued_at.isoformat(timespec="seconds"),
            "seller": self._party(self._country.sellers, 0),
            "buyer": self._party(self._country.buyers, len(self._country.sellers)),
            "amount": self._amount(),
            "account": self._account,
            "handle": self._handle(issued_at),
            "reference": f"billing-{self._serial}",
            "labels": {"country": self._dialect.value[-2:]},
        }

    def _number(self, issued_at: datetime) -> str:
        """A CFDI is known by its UUID; the others by the seller's own number."""
        if self._dialect is Dialect.SAT_MX:
            return str(UUID(int=self._random.getrandbits(128), version=4)).upper()
        return f"{issued_at:%Y}-{self._serial:08d}"

    def _handle(self, issued_at: datetime) -> dict[str, str]:
        """Upload index, transaction and index in it, session and invoice; none where one asks by the face."""
        if self._dialect is Dialect.ANAF_RO:
            return {"serial_no": f"5{self._serial:09d}"}
        if self._dialect is Dialect.NAV_HU:
            return {"serial_no": f"4SIM{self._serial:012d}", "order_no": "1"}
        if self._dialect is Dialect.KSEF_PL:
            return {"serial_no": self._reference("SO", issued_at), "order_no": self._reference("EE", issued_at)}
        return {}

    def _reference(self, kind: str, issued_at: datetime) -> str:
        """A reference number of KSeF: 36 characters."""
        return f"{issued_at:%Y%m%d}-{kind}-{self._serial:010X}-{self._random.getrandbits(40):010X}-00"

    def _party(self, names: tuple[str, ...], first: int) -> dict[str, str]:
        index = self._random.randrange(len(names))
        return {"tax_id": self._country.tax_id(first + index), "name": names[index]}

    def _amount(self) -> dict[str, str]:
        """Totals that add up to the cent."""
        without_tax = Decimal(round(self._random.lognormvariate(6.5, 1.2) * 100) + 100) * _CENT
        tax = (without_tax * self._country.rate / 100).quantize(_CENT, ROUND_HALF_UP)
        totals = {"without_tax": without_tax, "tax": tax, "with_tax": without_tax + tax}
        return {**{name: f"{each:.2f}" for name, each in totals.items()}, "currency": self._country.currency}
