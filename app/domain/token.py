"""A bearer token of a provider, and the place where replicas share it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """`expires_at` is UTC; `value` is never shown."""

    value: str = field(repr=False)
    expires_at: datetime


class Tokens(Protocol):
    """Tokens shared by all replicas: providers grant few of them (Nuonuo: 50 in 30 days)."""

    async def get(self, key: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        """The live token under `key`; when there is none, exactly one replica calls `fetch` and all share its result.

        What `fetch` raises passes through.
        """
        ...

    async def drop(self, key: str, value: str) -> None:
        """Forgets `value`: the provider refused it. A newer token, fetched meanwhile by someone else, stays."""
        ...
