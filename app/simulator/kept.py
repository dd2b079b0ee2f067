"""What a dialect keeps for itself: counters, logins under way. One rule: it is forgotten when the world is."""

from collections.abc import Callable
from typing import Generic, TypeVar

from app.simulator.world import World

T = TypeVar("T")


class Kept(Generic[T]):
    """`make` gives a fresh state; a reset of the world is known by its new ledger."""

    def __init__(self, world: World, make: Callable[[], T]) -> None:
        self._world, self._make = world, make
        self._ledger, self._state = world.ledger, make()

    @property
    def now(self) -> T:
        if self._ledger is not self._world.ledger:
            self._ledger, self._state = self._world.ledger, self._make()
        return self._state
