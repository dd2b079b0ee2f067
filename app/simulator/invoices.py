"""Synthetic invoices, as a billing system would describe them.

One rule: valid in every digit, and plainly nobody's.
Numbers, codes, check digits and totals follow the rules of real ones; sellers and buyers are named 示例
(sample). The same seed gives the same invoices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from app.domain.identity import Kind, organisation_check_digit, uscc_check_digit
from app.simulator.taxbook import SHANGHAI


@dataclass(frozen=True, slots=True)
class Seller:
    """A company in `area` (six digits, GB/T 2260) that sells at the tax rate `rate`, in percent."""

    name: str
    area: str
    label: str
    rate: int


SELLERS = (
    Seller("北京示例餐饮有限公司", "110105", "beijing", 6),
    Seller("北京示例软件技术有限公司", "110108", "beijing", 13),
    Seller("北京示例物业服务有限公司", "110102", "beijing", 6),
    Seller("北京示例便利店连锁有限公司", "110106", "beijing", 13),
    Seller("北京示例图书发行有限公司", "110101", "beijing", 9),
    Seller("北京示例家政服务部", "110112", "beijing", 1),
    Seller("上海示例物流有限公司", "310115", "shanghai", 9),
    Seller("浙江示例电子商务有限公司", "330106", "zhejiang", 13),
    Seller("广东示例酒店管理有限公司", "440103", "guangdong", 6),
    Seller("四川示例建材经营部", "510104", "sichuan", 3),
)

BUYERS = (
    ("北京示例科技发展有限公司", "110108"),
    ("天津示例制造有限公司", "120104"),
    ("上海示例贸易有限公司", "310101"),
    ("深圳示例电子有限公司", "440305"),
    ("湖北示例医药有限公司", "420106"),
    ("陕西示例文化传媒有限公司", "610113"),
)

KINDS: Mapping[Kind, int] = {
    Kind.DIGITAL_ORDINARY: 62,
    Kind.DIGITAL_SPECIAL: 28,
    Kind.VAT_SPECIAL: 5,
    Kind.VAT_ORDINARY_ELECTRONIC: 5,
}
"""How often each kind comes, in percent."""

DIGITAL_KINDS: Mapping[Kind, int] = {Kind.DIGITAL_ORDINARY: 70, Kind.DIGITAL_SPECIAL: 30}
"""All that Leqi issues."""

_TO_COMPANIES = frozenset({Kind.DIGITAL_SPECIAL, Kind.VAT_SPECIAL})
_COMPANY = "91"
_PRIVATE_SHARE = 0.4
_CENT = Decimal("0.01")


class Generator:
    """Makes one invoice after another; numbers never repeat within one generator."""

    def __init__(self, seed: int, account: str | None = None, kinds: Mapping[Kind, int] = KINDS) -> None:
        self._random = Random(seed)  # noqa: S311 - synthetic data that repeats under its seed
        self._account, self._kinds = account, kinds
        self._serial = self._random.randrange(10_000_000)

    def invoice(self, now: datetime) -> dict[str, Any]:
        """An invoice issued at `now`: the object that POST /v1/events takes."""
        issued_at = now.astimezone(SHANGHAI)
        self._serial += self._random.randint(1, 9)
        kind = self._random.choices(list(self._kinds), weights=list(self._kinds.values()))[0]
        seller = self._random.choice(SELLERS)
        return {
            **_identity(kind, seller.area, issued_at, self._serial),
            "kind": kind.value,
            "issued_at": issued_at.isoformat(timespec="seconds"),
            "seller": {"tax_id": tax_id(seller.area, SELLERS.index(seller)), "name": seller.name},
            "buyer": self._buyer(kind),
            "amount": self._amount(seller.rate),
            "check_code": self._check_code(kind),
            "account": self._account,
            "handle": self._handle(issued_at),
            "reference": f"billing-{self._serial}",
            "labels": {"region": seller.label},
        }

    def _buyer(self, kind: Kind) -> dict[str, str | None]:
        """A company, or a private person, who has no tax id and gets no special invoice."""
        if kind not in _TO_COMPANIES and self._random.random() < _PRIVATE_SHARE:
            return {"tax_id": None, "name": "个人"}
        index = self._random.randrange(len(BUYERS))
        name, area = BUYERS[index]
        return {"tax_id": tax_id(area, len(SELLERS) + index), "name": name}

    def _amount(self, rate: int) -> dict[str, str]:
        """Totals that add up to the cent; most between ten and ten thousand yuan."""
        without_tax = Decimal(round(self._random.lognormvariate(5.8, 1.4) * 100) + 100) * _CENT
        tax = (without_tax * rate / 100).quantize(_CENT, ROUND_HALF_UP)
        return {
            "without_tax": f"{without_tax:.2f}",
            "tax": f"{tax:.2f}",
            "with_tax": f"{without_tax + tax:.2f}",
            "currency": "CNY",
        }

    def _check_code(self, kind: Kind) -> str | None:
        """Only ordinary tax-control kinds have one: 20 digits."""
        if kind is not Kind.VAT_ORDINARY_ELECTRONIC:
            return None
        return f"{self._random.randrange(10**20):020d}"

    def _handle(self, issued_at: datetime) -> dict[str, str]:
        serial = f"{issued_at:%y%m%d%H%M}{self._serial % 10**10:010d}"
        return {"serial_no": serial, "order_no": f"ORDER{issued_at:%Y%m%d}{self._serial:010d}"}


def tax_id(area: str, index: int) -> str:
    """A synthetic company's unified social credit code: low organisation number, right check digits."""
    organisation = f"{10_000_000 + index:08d}"
    first17 = _COMPANY + area + organisation + organisation_check_digit(organisation)
    return first17 + uscc_check_digit(first17)


def _identity(kind: Kind, area: str, issued_at: datetime, serial: int) -> dict[str, str | None]:
    """Twenty digits; or eight under a code: RRRR YY, batch, kind, copies, version, or 0 RRRR YY BBB 11."""
    year, province = f"{issued_at:%y}", area[:2]
    if kind is Kind.VAT_SPECIAL:
        return {"number": f"{serial % 10**8:08d}", "code": f"{province}00{year}1130"}
    if kind is Kind.VAT_ORDINARY_ELECTRONIC:
        return {"number": f"{serial % 10**8:08d}", "code": f"0{province}00{year}00111"}
    return {"number": f"{year}{province}2{serial:015d}", "code": None}
