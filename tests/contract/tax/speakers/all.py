"""Every provider's words, by the adapter's name; an adapter may have several. One rule: a new adapter adds a line."""

from tests.contract.tax.speakers.aliyun import OfAliyun
from tests.contract.tax.speakers.anaf_ro import OfAnaf
from tests.contract.tax.speakers.baidu import OfBaidu
from tests.contract.tax.speakers.baiwang import OfBaiwang
from tests.contract.tax.speakers.connector import OfInHouse, OfLeqi
from tests.contract.tax.speakers.huawei import OfHuawei
from tests.contract.tax.speakers.jumdata import OfJumdata
from tests.contract.tax.speakers.ksef_pl import OfKsef
from tests.contract.tax.speakers.nav_hu import OfNav
from tests.contract.tax.speakers.nuonuo import OfNuonuo
from tests.contract.tax.speakers.sat_mx import OfSat
from tests.contract.tax.speakers.tencent import OfTencent

SPEAKERS = {
    "nuonuo": OfNuonuo(),
    "baidu": OfBaidu(),
    "anaf_ro": OfAnaf(),
    "ksef_pl": OfKsef(),
    "nav_hu": OfNav(),
    "sat_mx": OfSat(),
    "tencent": OfTencent(),
    "aliyun": OfAliyun(),
    "huawei": OfHuawei(),
    "baiwang": OfBaiwang(),
    "jumdata": OfJumdata(),
    "connector": OfLeqi(),
    "connector in XML": OfInHouse(),
}
