"""What the drill did and hid: each invoice with its fate. One rule: nothing here comes from the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Fate(StrEnum):
    """What becomes of an invoice. `PLAIN` is left to the behaviour: it arrives, sooner or later."""

    PLAIN = "plain"
    STUCK = "stuck"
    NEVER = "never"
    FAILED = "failed"
    DIFFERS = "differs"
    CHANGED = "changed"


WISHES: Mapping[Fate, Mapping[str, Any]] = MappingProxyType(
    {
        Fate.STUCK: {"upload": "stuck"},
        Fate.NEVER: {"upload": "never"},
        Fate.FAILED: {"upload": "fail"},
    }
)
"""How the simulator's admin doorway is told. A face that differs depends on the face; a change comes later."""


@dataclass(frozen=True, slots=True)
class Issued:
    """One invoice. `channel`: its account is an issuing channel, which knows more than a proof does; `proven`: a proof
    decides about it, not the channel alone; `compared`: the tax system says that facts differ, instead of not knowing
    such an invoice.
    """

    number: str
    code: str
    account: str
    fate: Fate
    issued_at: datetime
    channel: bool
    proven: bool = True
    compared: bool = True
    changed_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """When there was something to notice: nobody can be told of a change before it."""
        return self.changed_at or self.issued_at


@dataclass(frozen=True, slots=True)
class Trouble:
    """An account that could not be asked from `begin` until `end`."""

    account: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Played:
    """Everything that was played, in order. `slack`: by how much the clocks of the two sides may differ."""

    began: datetime
    ended: datetime
    issued: tuple[Issued, ...]
    troubles: tuple[Trouble, ...]
    slack: timedelta = timedelta(0)
