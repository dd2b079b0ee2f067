"""Every protocol the simulator speaks. One rule: a new one is a file, a line here, credentials in `accounts`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.simulator.baidu import Baidu
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Speaker
from app.simulator.nuonuo import Nuonuo
from app.simulator.world import World

DIALECTS: Mapping[Dialect, Callable[[World], Speaker]] = MappingProxyType({
    Dialect.NUONUO: Nuonuo,
    Dialect.BAIDU: Baidu,
})  # fmt: skip
