"""Every protocol the simulator speaks. One rule: a new one is a file, a line here, credentials in `accounts`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.simulator.aliyun import Aliyun
from app.simulator.anaf_ro import AnafRo
from app.simulator.baidu import Baidu
from app.simulator.baiwang import Baiwang
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Speaker
from app.simulator.huawei import Huawei
from app.simulator.jumdata import Jumdata
from app.simulator.ksef_pl import KsefPl
from app.simulator.leqi import Leqi
from app.simulator.nav_hu import NavHu
from app.simulator.nuonuo import Nuonuo
from app.simulator.sat_mx import SatMx
from app.simulator.tencent import Tencent
from app.simulator.world import World

DIALECTS: Mapping[Dialect, Callable[[World], Speaker]] = MappingProxyType({
    Dialect.NUONUO: Nuonuo,
    Dialect.BAIDU: Baidu,
    Dialect.TENCENT: Tencent,
    Dialect.ALIYUN: Aliyun,
    Dialect.HUAWEI: Huawei,
    Dialect.BAIWANG: Baiwang,
    Dialect.JUMDATA: Jumdata,
    Dialect.LEQI: Leqi,
    Dialect.SAT_MX: SatMx,
    Dialect.ANAF_RO: AnafRo,
    Dialect.NAV_HU: NavHu,
    Dialect.KSEF_PL: KsefPl,
})  # fmt: skip
