"""All that the dialects share: one clock, one register, one ledger, one behaviour, one source of chance.

One rule: the whole state of the simulated tax system is in here, so `reset()` is a fresh start.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from app.clock import Clock
from app.simulator.accounts import Accounts, Credentials
from app.simulator.behaviour import Behaviour, Chance, Dialect
from app.simulator.ledger import Ledger, Question
from app.simulator.taxbook import SHANGHAI, TaxBook

LEAST_LIFE = 30.0  # real seconds


class World:
    book: TaxBook
    ledger: Ledger
    accounts: Accounts
    behaviour: Behaviour

    def __init__(self, clock: Clock, behaviour: Behaviour, seed: int, credentials: Sequence[Credentials]) -> None:
        self._clock, self._begin, self._seed, self._credentials = clock, behaviour, seed, credentials
        self.reset()

    def reset(self) -> None:
        """Forgets every invoice, call and token, and behaves as in the beginning."""
        self.random = Random(self._seed)  # noqa: S311 - a simulation repeats under its seed; nothing here is secret
        self.behaviour = self._begin
        self.book = TaxBook(self.random)
        self.ledger = Ledger()
        self.accounts = Accounts(self._credentials, self.random)

    def now(self) -> datetime:
        return self._clock.now()

    def today(self) -> date:
        """The tax administration's day."""
        return self.now().astimezone(SHANGHAI).date()

    def late(self, at: datetime, tolerance: float) -> bool:
        """Whether `at` is off by more than `tolerance` seconds: real ones, for a call does not travel faster when the
        clock does.
        """
        return abs(at - self.now()) > self._clock.real(tolerance)

    def lasting(self, life: timedelta) -> timedelta:
        """How long a token or a login of `life` is good for: where the clock is fast, still long enough to be used."""
        return max(life, self._clock.real(LEAST_LIFE))

    def happens(self, chance: Chance, dialect: Dialect) -> bool:
        """Throws the dice; a probability of 0 or 1 is certain."""
        return self.random.random() < chance.of(dialect)

    def note(self, dialect: Dialect, operation: str, account: str, *questions: Question) -> None:
        self.ledger.note(self.now(), dialect, operation, account, questions)
