"""The tables of Baidu's dialect: its codes, its kinds of invoice and the fact each is checked by.

Source: Baidu's page on vat_invoice_verification (2025-10) and its general table of errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.identity import Kind
from app.simulator.proof import Basis
from app.simulator.taxbook import DIGITAL_LENGTH

MESSAGES: Mapping[str, str] = {
    "0001": "查验成功发票一致",
    "0002": "超过该张票当天查验次数",
    "0005": "请求不合法",
    "0006": "发票信息不一致",
    "0009": "发票不存在",
    "1004": "已超过最大查验量",
    "1005": "查询发票不规范",
    "1006": "查验异常",
    "1008": "字段不能为空",
    "1009": "参数长度不正确",
    "1014": "日期当天的不能查验",
    "1015": "超过5年的不能查验",
    "1020": "没有查验权限",
    "1021": "网络超时，税局维护升级",
    "9999": "查验失败",
}

PLATFORM: Mapping[str, str] = {
    "4": "Open api request limit reached",
    "6": "No permission to access data",
    "17": "Open api daily request limit reached",
    "18": "Open api qps request limit reached",
    "19": "Open api total request limit reached",
    "110": "Access token invalid or no longer valid",
    "111": "Access token expired",
    "282000": "internal error",
}


_OLD, _DIGITAL, _EITHER = frozenset({8}), frozenset({20}), frozenset({8, 20})


@dataclass(frozen=True, slots=True)
class Type:
    """One `invoice_type`: its name, the kinds of ours it stands for, and what a check of it needs."""

    name: str
    kinds: frozenset[Kind]
    basis: Basis
    number_lengths: frozenset[int] = _OLD
    check_code_length: int = 0

    def basis_of(self, number: str) -> Basis:
        """A fully digital number is checked by the total with tax, whatever its type."""
        return Basis.WITH_TAX if len(number) == DIGITAL_LENGTH else self.basis

    def required(self) -> tuple[str, ...]:
        """The form fields that may not be empty, beyond those of every kind."""
        names: tuple[str, ...] = ("invoice_code",) if self.number_lengths == _OLD else ()
        names += ("total_amount",) if self.basis.is_amount else ()
        return (*names, "check_code") if self.check_code_length else names


def _by_check_code(name: str, *kinds: Kind) -> Type:
    return Type(name, frozenset(kinds), Basis.CHECK_CODE, check_code_length=6)


def _by_net(name: str, *kinds: Kind, numbers: frozenset[int] = _OLD) -> Type:
    return Type(name, frozenset(kinds), Basis.WITHOUT_TAX, numbers)


def _by_total(name: str, *kinds: Kind, numbers: frozenset[int] = _DIGITAL) -> Type:
    return Type(name, frozenset(kinds), Basis.WITH_TAX, numbers)


TYPES: Mapping[str, Type] = {
    "special_vat_invoice": _by_net("增值税专用发票", Kind.VAT_SPECIAL, Kind.DIGITAL_PAPER_SPECIAL),
    "elec_special_vat_invoice": _by_net("增值税电子专用发票", Kind.VAT_SPECIAL_ELECTRONIC),
    "normal_invoice": _by_check_code("增值税普通发票", Kind.VAT_ORDINARY, Kind.DIGITAL_PAPER_ORDINARY),
    "elec_normal_invoice": _by_check_code("增值税普通发票（电子）", Kind.VAT_ORDINARY_ELECTRONIC),
    "roll_normal_invoice": _by_check_code("增值税普通发票（卷式）", Kind.VAT_ROLL),
    "toll_elec_normal_invoice": _by_check_code("通行费增值税电子普通发票", Kind.TOLL_ELECTRONIC),
    "blockchain_invoice": Type("区块链电子发票", frozenset({Kind.BLOCKCHAIN}), Basis.WITHOUT_TAX, check_code_length=5),
    "elec_invoice_special": _by_total("电子发票（专用发票）", Kind.DIGITAL_SPECIAL, Kind.DIGITAL_PAPER_SPECIAL),
    "elec_invoice_normal": _by_total("电子发票（普通发票）", Kind.DIGITAL_ORDINARY, Kind.DIGITAL_PAPER_ORDINARY),
    "special_freight_transport_invoice": _by_net("货物运输业增值税专用发票"),
    "motor_vehicle_invoice": _by_net("机动车销售发票", Kind.MOTOR_VEHICLE, Kind.DIGITAL_MOTOR_VEHICLE, numbers=_EITHER),
    "used_vehicle_invoice": _by_total("二手车销售发票", Kind.USED_VEHICLE, Kind.DIGITAL_USED_VEHICLE, numbers=_EITHER),
    "elec_flight_itinerary_invoice": _by_total("电子发票（航空运输电子客票行程单）", Kind.AIR_ITINERARY),
    "elec_train_ticket_invoice": _by_total("电子发票（铁路电子客票）", Kind.RAILWAY_TICKET),
}
