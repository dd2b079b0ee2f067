"""What sections of settings have in common: frozen, no unknown keys, and an empty key means its default."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from app.settings.fault import refusal


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_keys_are_defaults(cls, given: Any) -> Any:
        """`accounts:` with every line below it commented out is no fault."""
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in given.items() if value is not None}


def ascending(steps: Sequence[timedelta]) -> None:
    if any(later <= earlier for earlier, later in pairwise(steps)):
        raise refusal("must ascend: each step later than the one before", "such as [30s, 90s, 8m30s]")


def not_empty(steps: Sequence[timedelta]) -> None:
    """Judged after the steps: pydantic would call a list empty whose only step is refused."""
    if not steps:
        raise refusal("is empty", "at least one step, such as [30s, 90s, 8m30s]")
