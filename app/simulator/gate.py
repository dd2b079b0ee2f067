"""What keeps a call from being answered, before its question is looked at: the same for every provider.

One rule: it says what is wrong in our words; each dialect has its own code for that.
"""

from enum import StrEnum

from app.simulator.accounts import Validity
from app.simulator.behaviour import Dialect
from app.simulator.world import World


class Objection(StrEnum):
    """In the order in which they are found."""

    REFUSED = "refused"
    """The credentials, the signature or the token are not taken."""
    EXPIRED = "expired"
    TOO_FAST = "too_fast"
    EXHAUSTED = "exhausted"
    FORBIDDEN = "forbidden"


class Forced(str):
    """A code that is to be answered whatever the truth."""

    __slots__ = ()


def objection(world: World, dialect: Dialect, account: str, validity: Validity = "live") -> Objection | Forced | None:
    """The first thing that is wrong with a call of `account`; None lets it in. Counts the call against the rate.

    `validity`: of the token or the signature that came along, as the dialect judged it.
    """
    behaviour = world.behaviour
    if validity == "unknown" or world.happens(behaviour.credentials_refused, dialect):
        return Objection.REFUSED
    if validity == "expired" or world.happens(behaviour.token_expired, dialect):
        return Objection.EXPIRED
    if world.accounts.too_fast(dialect, account, world.now(), behaviour.qps.of(dialect)):
        return Objection.TOO_FAST
    if world.happens(behaviour.forced, dialect):
        return Forced(behaviour.forced.code)
    if world.happens(behaviour.balance_used_up, dialect):
        return Objection.EXHAUSTED
    return Objection.FORBIDDEN if world.happens(behaviour.no_permission, dialect) else None
