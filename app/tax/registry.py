"""Every tax system that can be asked. One rule: a new one is a file, a line here, a contract fixture."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.tax import baidu, nuonuo
from app.tax.adapter import Capabilities, Factory


@dataclass(frozen=True, slots=True)
class Adapter:
    """A kind of account: all `credentials` must be given; both addresses are the provider's own."""

    factory: Factory
    capabilities: Capabilities
    credentials: tuple[str, ...]
    url: str
    token_url: str


ADAPTERS: Mapping[str, Adapter] = MappingProxyType({
    "nuonuo": Adapter(nuonuo.Nuonuo, nuonuo.CAPABILITIES, nuonuo.CREDENTIALS, nuonuo.URL, nuonuo.TOKEN_URL),
    "baidu": Adapter(baidu.Baidu, baidu.CAPABILITIES, baidu.CREDENTIALS, baidu.URL, baidu.TOKEN_URL),
})  # fmt: skip
