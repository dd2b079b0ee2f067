"""Every way in which the simulated tax systems can behave, as one frozen value.

One rule: nothing else decides how they behave. It is replaced whole while the simulator runs: `patched()`
makes the next one from a JSON merge patch. Probabilities are given for each dialect, and a plain number
means all of them: `{"maintenance": 1}`, `{"maintenance": {"baidu": 0.2}}`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)


class Dialect(StrEnum):
    """Whose protocol is spoken."""

    NUONUO = "nuonuo"
    BAIDU = "baidu"
    TENCENT = "tencent"
    ALIYUN = "aliyun"
    HUAWEI = "huawei"
    BAIWANG = "baiwang"
    JUMDATA = "jumdata"
    LEQI = "leqi"
    SAT_MX = "sat_mx"
    ANAF_RO = "anaf_ro"
    NAV_HU = "nav_hu"
    KSEF_PL = "ksef_pl"


Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=10 * 365 * 86_400)]
_NAMES = frozenset(Dialect)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ByDialect(_Part):
    """A value for each dialect; a plain one is for all that are not named: `0.5`, `{"baidu": 0.2}`."""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return {"all": value}
        named = {name: each for name, each in value.items() if name in _NAMES}
        others = {name: each for name, each in value.items() if name not in _NAMES}
        return {**others, "by_dialect": named}

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        named: dict[str, Any] = written.pop("by_dialect")
        return written | named


class Chance(_ByDialect):
    """How likely one call meets a behaviour, for each dialect."""

    all: Share = 0.0
    by_dialect: Mapping[Dialect, Share] = Field(default_factory=dict)

    def of(self, dialect: Dialect) -> float:
        return self.by_dialect.get(dialect, self.all)


class Slow(Chance):
    """The answer comes late, by `seconds` of real time; the question has been processed by then."""

    seconds: Factor = 15.0


class Forced(Chance):
    """Answers `code` whatever the truth: any documented code, or one that nobody knows."""

    code: Annotated[str, Field(pattern=r"^[ -~]{1,100}$")] = "9999"


class Rate(_ByDialect):
    """Calls an account may make within one second of the simulator's clock; None: as many as it likes."""

    all: Annotated[int, Field(ge=0)] | None = None
    by_dialect: Mapping[Dialect, Annotated[int, Field(ge=0)] | None] = Field(default_factory=dict)

    def of(self, dialect: Dialect) -> int | None:
        return self.by_dialect.get(dialect, self.all)


class Visibility(_Part):
    """When an uploaded invoice can be proven: minutes to 3 h, a tail to 14 h, a few after more than a day.

    `scale` stretches every delay that is drawn from now on.
    """

    scale: Factor = 1.0
    tail_share: Share = 0.135
    late_share: Share = 0.015


class Uploading(_Part):
    """When the issuing channel has uploaded: seconds to minutes; some never get there."""

    scale: Factor = 1.0
    stuck_share: Share = 0.005
    failed_share: Share = 0.002


class Changing(_Part):
    """A share of new invoices is voided (paper and tax-control kinds) or red-flushed (digital ones).

    It happens `after` the invoice became visible.
    """

    share: Share = 0.0
    after: Factor = 86_400.0
    """Seconds of the simulator's clock."""


class Behaviour(_Part):
    """The defaults are a good day: realistic delays, the rule of five checks, nothing broken."""

    visibility: Visibility = Visibility()
    uploading: Uploading = Uploading()
    changing: Changing = Changing()
    t_plus_one: bool = False
    """The proofs refuse invoices issued today until the next Beijing midnight."""
    daily_limit: int | None = Field(default=5, ge=0)
    """Checks an invoice and Beijing day, by anybody; None: no limit."""
    qps: Rate = Rate()

    maintenance: Chance = Chance()
    mismatch: Chance = Chance()
    lying: Chance = Chance()
    """The right status with another invoice's face."""
    balance_used_up: Chance = Chance()
    """The account's package is used up; `forced` says it with another code."""
    no_permission: Chance = Chance()
    credentials_refused: Chance = Chance()
    token_expired: Chance = Chance()
    forced: Forced = Forced()

    outage: Chance = Chance()
    """The connection is dropped before a byte is answered, and nothing was processed."""
    drop_after_processing: Chance = Chance()
    """The question is processed, counted and charged; then the connection is dropped."""
    html_with_200: Chance = Chance()
    truncated: Chance = Chance()
    slow: Slow = Slow()

    def patched(self, patch: Mapping[str, Any]) -> "Behaviour":
        """The behaviour with a JSON merge patch (RFC 7396) applied; raises pydantic's ValidationError."""
        return Behaviour.model_validate(merge(self.model_dump(), patch))


def merge(target: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396), save that null stays a value: `daily_limit` can be null."""
    if not isinstance(patch, Mapping):
        return patch
    kept = dict(target) if isinstance(target, Mapping) else {}
    return {**kept, **{key: merge(kept.get(key), value) for key, value in patch.items()}}
