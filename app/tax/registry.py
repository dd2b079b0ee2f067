"""Every tax system that can be asked. One rule: a new one is a file, its data, a line here, a contract fixture."""

from collections.abc import Mapping
from types import MappingProxyType

from app.tax import (
    aliyun,
    anaf_ro,
    baidu,
    baiwang,
    connector,
    huawei,
    jumdata,
    ksef_pl,
    nav_hu,
    nuonuo,
    sat_mx,
    tencent,
)
from app.tax.adapter import Adapter

ADAPTERS: Mapping[str, Adapter] = MappingProxyType({
    "nuonuo": nuonuo.ADAPTER,
    "baidu": baidu.ADAPTER,
    "anaf_ro": anaf_ro.ADAPTER,
    "ksef_pl": ksef_pl.ADAPTER,
    "nav_hu": nav_hu.ADAPTER,
    "sat_mx": sat_mx.ADAPTER,
    "tencent": tencent.ADAPTER,
    "aliyun": aliyun.ADAPTER,
    "connector": connector.ADAPTER,
    "huawei": huawei.ADAPTER,
    "baiwang": baiwang.ADAPTER,
    "jumdata": jumdata.ADAPTER,
})  # fmt: skip
