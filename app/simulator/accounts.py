"""Who may ask: credentials, the tokens given for them, how often each account calls.

One rule: time is handed in.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from app.simulator.behaviour import Dialect


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application at a provider: key and secret."""

    dialect: Dialect
    key: str
    secret: str = field(repr=False)


_FIRST = {Dialect.NUONUO, Dialect.BAIDU}
DEMO = (
    Credentials(Dialect.NUONUO, "demo-app", "demo-secret-not-real"),
    Credentials(Dialect.BAIDU, "demo-key", "demo-secret-not-real"),
    *(Credentials(each, "demo-app", "demo-secret-not-real") for each in Dialect if each not in _FIRST),
)

Validity = Literal["live", "expired", "unknown"]


@dataclass(frozen=True, slots=True)
class Grant:
    """A token that was given to an account."""

    dialect: Dialect
    key: str
    expires_at: datetime


class Accounts:
    """`random` makes the tokens, so that a seeded run repeats."""

    def __init__(self, credentials: Sequence[Credentials], random: Random) -> None:
        self._secrets = {(each.dialect, each.key): each.secret for each in credentials}
        self._random = random
        self._grants: dict[str, Grant] = {}
        self._granted: dict[tuple[Dialect, str], deque[datetime]] = {}
        self._second: tuple[int, Counter[tuple[Dialect, str]]] = (0, Counter())

    def secret(self, dialect: Dialect, key: str) -> str | None:
        return self._secrets.get((dialect, key))

    def grant(self, dialect: Dialect, key: str, now: datetime, life: timedelta) -> str:
        """A new token for `life`; older ones stay valid until they expire."""
        token = f"{self._random.getrandbits(128):032x}"
        self._grants[token] = Grant(dialect, key, now + life)
        self._granted.setdefault((dialect, key), deque()).append(now)
        return token

    def grants_within(self, dialect: Dialect, key: str, now: datetime, window: timedelta) -> int:
        """How many tokens the account was given within the last `window`."""
        granted = self._granted.setdefault((dialect, key), deque())
        while granted and granted[0] <= now - window:
            granted.popleft()
        return len(granted)

    def holder(self, dialect: Dialect, token: str, now: datetime) -> tuple[str, Validity]:
        """The key of the account that holds this token, and whether the token still opens anything."""
        grant = self._grants.get(token)
        if grant is None or grant.dialect is not dialect:
            return "", "unknown"
        return grant.key, "live" if now < grant.expires_at else "expired"

    def too_fast(self, dialect: Dialect, key: str, now: datetime, limit: int | None) -> bool:
        """Counts this call, and says whether it exceeds `limit` calls within the clock's current second."""
        second, calls = self._second
        if int(now.timestamp()) != second:
            second, calls = int(now.timestamp()), Counter()
            self._second = (second, calls)
        calls[dialect, key] += 1
        return limit is not None and calls[dialect, key] > limit
