"""The accounts a drill can play with, all at the simulated tax systems. One rule: as a user would write them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain.errors import ConfigurationError
from app.drill.play import Source
from app.drill.scenario import Scenario
from app.simulator.abroad import ForeignGenerator
from app.simulator.behaviour import Dialect
from app.simulator.invoices import DIGITAL_KINDS, Generator

_SECRET = "demo-secret-not-real"  # noqa: S105 - the simulator's, and nobody's
_EAGER = {"rate": 500, "concurrency": 16}
"""A simulated week passes in minutes: what a provider allows a second is not what is drilled."""


@dataclass(frozen=True, slots=True)
class Playable:
    """`section`: the account's section of piaoda.yaml, `{base}` being the simulator; `channel`: it issues; `source`:
    makes its invoices from a seed and the account's name; `changes`: it shows when an invoice is reversed or voided.
    """

    section: Mapping[str, Any]
    channel: bool = False
    source: Callable[[int, str], Source] = Generator

    compared: bool = True
    changes: bool = True

    @property
    def proven(self) -> bool:
        return not self.channel or "proof" in self.section


_KEY = "demo-app"


def _digital(seed: int, account: str) -> Source:
    return Generator(seed, account, DIGITAL_KINDS)


def _abroad(dialect: Dialect) -> Callable[[int, str], Source]:
    return lambda seed, account: ForeignGenerator(seed, dialect, account)


_LEQI = {
    "family": "channel",
    "retention": "12h",
    "request": {
        "path": "/sdfpkjjgcx",
        "headers": {"X-App-Key": "{credentials.app_key}", "X-Timestamp": "{timestamp}"},
        "body": {"object": {"sllsh": "{serial_no}", "sfhqpm": "1"}},
    },
    "signature": {
        "recipe": "hmac_sha256", "over": "{timestamp}{body}", "key": "{credentials.app_secret}", "encoding": "hex",
        "into": {"header": "X-Sign"},
    },
    "answer": {
        "ok": {"at": "code", "values": ["200"], "message": "msg"},
        "errors": {
            "401": "auth", "402": "quota_account", "403": "auth", "429": "rate_limited", "503": "authority_down",
            "6904": "not_found",
        },
        "code": "data[0].scjg",
        "message": "data[0].scjgsm",
        "codes": {"00": "found_match", "01": "processing", "02": "rejected", "03": "duplicate_accepted"},
        "found": {
            "number": "data[0].fphm", "issued_on": "data[0].kprq", "seller_tax_id": "data[0].xhdwsbh",
            "with_tax": "data[0].jshj",
        },
    },
}  # fmt: skip

PLAYABLE: Mapping[str, Playable] = MappingProxyType({
    "nuonuo-main": Playable(
        {
            "adapter": "nuonuo", "url": "{base}/open/v1/services", "token_url": "{base}/accessToken",
            "credentials": {"app_key": _KEY, "app_secret": _SECRET}, "proof": "baidu-main",
        },
        channel=True,
    ),
    "baidu-main": Playable({
        "adapter": "baidu", "url": "{base}/rest/2.0/ocr/v1/vat_invoice_verification",
        "token_url": "{base}/oauth/2.0/token", "credentials": {"api_key": "demo-key", "secret_key": _SECRET},
    }),
    "tencent-main": Playable({
        "adapter": "tencent", "url": "{base}/tencent/", "credentials": {"secret_id": _KEY, "secret_key": _SECRET},
    }),
    "aliyun-main": Playable({
        "adapter": "aliyun", "url": "{base}/aliyun/",
        "credentials": {"access_key_id": _KEY, "access_key_secret": _SECRET},
    }),
    "huawei-main": Playable({
        "adapter": "huawei", "url": "{base}/huawei",
        "credentials": {"access_key": _KEY, "secret_key": _SECRET, "project_id": "demo"},
    }),
    "jumdata-main": Playable({
        "adapter": "jumdata", "url": "{base}/jumdata/invoice/validate/v2",
        "credentials": {"app_id": _KEY, "app_secret": _SECRET},
    }),
    "baiwang-main": Playable(
        {
            "adapter": "baiwang", "url": "{base}/baiwang/router/rest", "token_url": "{base}/baiwang/router/rest",
            "credentials": {
                "app_key": _KEY, "app_secret": _SECRET, "username": _SECRET, "password": _SECRET, "salt": _SECRET,
            },
            "proof": "aliyun-main",
        },
        # Its list shows finished invoices alone: of the others it knows no more than a proof does.
        channel=False,
    ),
    "leqi-main": Playable(
        {
            "adapter": "connector", "url": "{base}/leqi",
            "credentials": {"app_key": _KEY, "app_secret": _SECRET}, "connector": _LEQI, "proof": "tencent-main",
        },
        channel=True, source=_digital,
    ),
    "mexico-main": Playable(
        {"adapter": "sat_mx", "url": "{base}/sat_mx/ConsultaCFDIService.svc"},
        source=_abroad(Dialect.SAT_MX), compared=False,
    ),
    "romania-main": Playable(
        {
            "adapter": "anaf_ro", "url": "{base}/anaf_ro/prod/FCTEL/rest",
            "token_url": "{base}/anaf_ro/anaf-oauth2/v1/token",
            "credentials": {"client_id": _KEY, "client_secret": _SECRET, "refresh_token": _SECRET},
        },
        channel=True, source=_abroad(Dialect.ANAF_RO), changes=False,
    ),
    "hungary-main": Playable(
        {
            "adapter": "nav_hu", "url": "{base}/nav_hu/invoiceService/v3",
            "credentials": {"login": _KEY, "password": _SECRET, "sign_key": _SECRET, "tax_number": "10000003"},
        },
        channel=True, source=_abroad(Dialect.NAV_HU), changes=False,
    ),
    "poland-main": Playable(
        {
            "adapter": "ksef_pl", "url": "{base}/ksef_pl/v2", "token_url": "{base}/ksef_pl/v2/auth",
            "credentials": {"nip": _KEY, "token": _SECRET},
        },
        channel=True, source=_abroad(Dialect.KSEF_PL), changes=False,
    ),
})  # fmt: skip
"""Each account's invoices come from its country; a channel's proof is asked beside it."""


def sections(names: Iterable[str], base: str) -> dict[str, Any]:
    """The accounts of piaoda.yaml for these names and their proofs; raises ConfigurationError for an unknown one."""
    wanted = dict.fromkeys(names)
    for name in list(wanted):
        if name not in PLAYABLE:
            raise ConfigurationError(f"No account {name} to drill with: there are {', '.join(PLAYABLE)}.")
        if proof := PLAYABLE[name].section.get("proof"):
            wanted.setdefault(proof)
    return {name: {"limits": _EAGER, **_at(PLAYABLE[name].section, base)} for name in wanted}


def refuse_strangers(scenario: Scenario) -> None:
    """Raises ConfigurationError for an account that no set-up of this scenario has: it could never be noticed."""
    there = sections(scenario.accounts, "")
    for name in (name for act in scenario.acts for name in act.trouble):
        if name not in there:
            raise ConfigurationError(f"acts: trouble: {name} is not asked here; there are {', '.join(there)}.")


def _at(value: Any, base: str) -> Any:
    """`value` with the simulator's address in it."""
    if isinstance(value, Mapping):
        return {name: _at(each, base) for name, each in value.items()}
    return value.replace("{base}", base) if isinstance(value, str) else value
