"""Every way in which the simulated tax system can behave, as one frozen value.

One rule: nothing else decides how it behaves. It is replaced whole while the simulator runs: `patched()`
makes the next one from a JSON merge patch. Probabilities are given for each dialect, and a plain number
means both: `{"maintenance": 1}`, `{"maintenance": {"baidu": 0.2}}`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Dialect(StrEnum):
    """Whose protocol is spoken: Nuonuo answers as an issuing channel, Baidu as a proof."""

    NUONUO = "nuonuo"
    BAIDU = "baidu"


Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chance(_Part):
    """How likely one call meets a behaviour, for each dialect."""

    nuonuo: Share = 0.0
    baidu: Share = 0.0

    @model_validator(mode="before")
    @classmethod
    def _for_both(cls, value: Any) -> Any:
        return {"nuonuo": value, "baidu": value} if isinstance(value, bool | int | float) else value

    def of(self, dialect: Dialect) -> float:
        return self.nuonuo if dialect is Dialect.NUONUO else self.baidu


class Slow(Chance):
    """The answer comes late, by `seconds` of real time; the question has been processed by then."""

    seconds: Factor = 15.0


class Exhausted(Chance):
    """The account's package is used up. Baidu says so with `baidu_code`: 1004, or its platform's quotas."""

    baidu_code: Literal["1004", "4", "17", "19"] = "1004"


class Forced(Chance):
    """Answers `code` whatever the truth: any documented code, or one that nobody knows."""

    code: str = "9999"


class Rate(_Part):
    """Calls an account may make within one second of the simulator's clock; None: as many as it likes."""

    nuonuo: int | None = Field(default=None, ge=0)
    baidu: int | None = Field(default=None, ge=0)

    def of(self, dialect: Dialect) -> int | None:
        return self.nuonuo if dialect is Dialect.NUONUO else self.baidu


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
    """The proof refuses invoices issued today (1014) until the next Beijing midnight."""
    daily_limit: int | None = Field(default=5, ge=0)
    """Checks an invoice and Beijing day, by anybody; None: no limit."""
    qps: Rate = Rate()

    maintenance: Chance = Chance()
    mismatch: Chance = Chance()
    lying: Chance = Chance()
    """The right status with another invoice's face."""
    balance_used_up: Exhausted = Exhausted()
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
