"""Every tax system that can be asked. One rule: a new one is a file, its data, a line here, a contract fixture."""

from collections.abc import Mapping
from types import MappingProxyType

from app.tax import baidu, nuonuo
from app.tax.adapter import Adapter

ADAPTERS: Mapping[str, Adapter] = MappingProxyType({
    "nuonuo": nuonuo.ADAPTER,
    "baidu": baidu.ADAPTER,
})  # fmt: skip
