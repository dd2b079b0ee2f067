"""Every call and every charge, so that tests can assert budget and cost.

One rule: it only notes; it never decides. The last `capacity` records are kept; totals and counts run on for as long
as the simulator does. A batch of fifty invoices is fifty records with the same `call`.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.simulator.behaviour import Dialect
from app.simulator.taxbook import SHANGHAI, Identity

CAPACITY = 200_000


@dataclass(frozen=True, slots=True)
class Question:
    """What one call asked about one invoice and got.

    `counted`: against the invoice's checks of the day. `billed`: to the account.
    """

    identity: Identity = ("", "")
    code: str = ""
    billed: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the ledger. `call` numbers the HTTP calls from 1.

    `operation` is `token`, `query`, `verify`, or what kept a call from being processed: `outage`, `html`.
    """

    call: int
    at: datetime
    dialect: Dialect
    operation: str
    account: str
    question: Question

    def view(self) -> dict[str, Any]:
        """The record as JSON; `day` is the Beijing day that a check counts against."""
        return {
            "call": self.call,
            "at": self.at.isoformat(),
            "day": self.day.isoformat(),
            "dialect": self.dialect,
            "operation": self.operation,
            "account": self.account,
            "number": self.question.identity[1],
            "code": self.question.code,
            "billed": self.question.billed,
            "counted": self.question.counted,
        }

    @property
    def day(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@dataclass(slots=True)
class Totals:
    """Running totals; `most_checks_a_day` is the highest count any invoice reached on any Beijing day."""

    calls: int = 0
    questions: int = 0
    billed: int = 0
    tokens: int = 0
    most_checks_a_day: int = 0
    codes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Ledger:
    capacity: int = CAPACITY
    totals: Totals = field(default_factory=Totals)
    _records: deque[Record] = field(init=False)
    _day: date = date.min
    _today: Counter[Identity] = field(default_factory=Counter)
    _ever: Counter[Identity] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._records = deque(maxlen=self.capacity)

    def note(self, at: datetime, dialect: Dialect, operation: str, account: str, questions: Iterable[Question]) -> None:
        """Notes one call with all it asked."""
        self.totals.calls += 1
        self.totals.tokens += operation == "token"
        for question in questions:
            self._records.append(Record(self.totals.calls, at, dialect, operation, account, question))
            self._sum(question, at)

    def checks_today(self, identity: Identity, now: datetime) -> int:
        """Counted checks of this invoice on the Beijing day of `now`."""
        self._turn(now)
        return self._today[identity]

    def checks_ever(self, identity: Identity) -> int:
        return self._ever[identity]

    def records(self, *, number: str | None, account: str | None, dialect: Dialect | None) -> list[Record]:
        """The kept records that match, oldest first."""
        return [
            record
            for record in self._records
            if number in (None, record.question.identity[1])
            and account in (None, record.account)
            and dialect in (None, record.dialect)
        ]

    @staticmethod
    def checks_by_day(records: Iterable[Record]) -> dict[str, int]:
        """How many of these records count as checks, for each Beijing day."""
        return dict(Counter(record.day.isoformat() for record in records if record.question.counted))

    def _sum(self, question: Question, at: datetime) -> None:
        self.totals.questions += bool(question.identity[1])
        self.totals.billed += question.billed
        self.totals.codes[question.code] += 1
        if question.counted:
            self._turn(at)
            self._today[question.identity] += 1
            self._ever[question.identity] += 1
            self.totals.most_checks_a_day = max(self.totals.most_checks_a_day, self._today[question.identity])

    def _turn(self, now: datetime) -> None:
        day = now.astimezone(SHANGHAI).date()
        if day != self._day:
            self._day, self._today = day, Counter()
