"""A bearer token of a provider."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Token:
    """`expires_at` is UTC; `value` is never shown."""

    value: str = field(repr=False)
    expires_at: datetime
