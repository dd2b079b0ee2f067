"""Whom a replica can reach, by name. One rule: it changes while it is read; a look at it is a look at one moment.

What is not in a replica's roster is left to those who have it: nothing is lost between two looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.channels.channel import Channel


@dataclass(frozen=True, slots=True)
class Served:
    """A destination as this replica reaches it; `timeout` in real seconds."""

    channel: Channel
    kind: str
    timeout: float


class Roster(Protocol):
    @property
    def served(self) -> Mapping[str, Served]:
        """All of them, by name, as of the last refresh."""
        ...

    async def refresh(self) -> None:
        """Takes in what has come, changed or gone; cheap when nothing has."""
        ...


class Fixed:
    """Those that stay as they are as long as the process runs: the configured ones."""

    def __init__(self, served: Mapping[str, Served]) -> None:
        self.served = dict(served)

    async def refresh(self) -> None:
        """Nothing changes here."""


class Joined:
    """Several rosters as one. Of two entries with the same name the earlier roster's counts."""

    def __init__(self, *rosters: Roster) -> None:
        self._rosters = rosters

    @property
    def served(self) -> Mapping[str, Served]:
        found: dict[str, Served] = {}
        for roster in reversed(self._rosters):
            found |= roster.served
        return found

    async def refresh(self) -> None:
        for roster in self._rosters:
            await roster.refresh()
