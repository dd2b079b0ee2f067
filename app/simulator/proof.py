"""The verification of a face (查验), as the tax administration does it behind every provider.

One rule: it answers in the words of the national platform, from which all providers took theirs; each dialect maps
them to its own codes. Wrong amount or check code is a mismatch, wrong date or number is no such invoice. What reached
the authority counts against the invoice's checks of the Beijing day, whoever asked.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.identity import Kind
from app.domain.invoice import Amount, Invoice
from app.simulator.behaviour import Dialect
from app.simulator.taxbook import DIGITAL_LENGTH, SHANGHAI, Entry, Identity
from app.simulator.world import World

MAX_AGE_YEARS = 5


class Basis(StrEnum):
    """The fact an invoice is checked by."""

    WITHOUT_TAX = "without_tax"
    WITH_TAX = "with_tax"
    CHECK_CODE = "check_code"

    @property
    def is_amount(self) -> bool:
        return self is not Basis.CHECK_CODE


class Finding(StrEnum):
    """The national platform's code, and what it stands for (`facts`: its page, found in many public clients)."""

    CONSISTENT = "001"
    USED_UP = "002"
    MISMATCH = "006"
    ABSENT = "009"
    TODAY = "rqerr"
    FUTURE = "future"
    TOO_OLD = "too_old"
    WRONG_KIND = "wrong_kind"
    MAINTENANCE = "maintenance"

    @property
    def reached(self) -> bool:
        """Whether the authority was asked: it counts, and most providers bill it."""
        return self in {Finding.CONSISTENT, Finding.MISMATCH, Finding.ABSENT}


@dataclass(frozen=True, slots=True)
class Question:
    """A face to be verified. `kinds`: those of ours that the asker's kind may stand for; empty: any. A twenty-digit
    number needs no code, so one that comes along is not looked at. `check_code`: its end, as long as told.
    `same_day` false: the provider asks about no invoice of today.
    """

    number: str
    issued_on: date
    basis: Basis
    code: str = ""
    kinds: frozenset[Kind] = frozenset()
    amount: Decimal | None = None
    check_code: str = ""
    same_day: bool = True

    @property
    def identity(self) -> Identity:
        return ("" if len(self.number) == DIGITAL_LENGTH else self.code), self.number


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entry`: the invoice, when it was found and agrees; `face`: what is told of it, which may be a lie."""

    finding: Finding
    entry: Entry | None = None
    face: Invoice | None = None


def verify(world: World, dialect: Dialect, question: Question) -> Verdict:
    """One check. The caller notes it in the ledger, `counted` where `finding.reached`."""
    refusal = _refusal(world, dialect, question)
    if refusal:
        return Verdict(refusal)
    entry = world.book.by_face(*question.identity)
    if entry is None or not entry.visible(world.now()) or issued_on(entry.face) != question.issued_on:
        return Verdict(Finding.ABSENT)
    if question.kinds and entry.face.kind and entry.face.kind not in question.kinds:
        return Verdict(Finding.WRONG_KIND)
    if not _agrees(question, entry.face) or world.happens(world.behaviour.mismatch, dialect):
        return Verdict(Finding.MISMATCH)
    lies = world.happens(world.behaviour.lying, dialect)
    return Verdict(Finding.CONSISTENT, entry, world.book.someone_else(entry) if lies else entry.face)


def _refusal(world: World, dialect: Dialect, question: Question) -> Finding | None:
    behaviour, today = world.behaviour, world.today()
    if question.issued_on > today:
        return Finding.FUTURE
    if question.issued_on < _years_before(today, MAX_AGE_YEARS):
        return Finding.TOO_OLD
    if world.happens(behaviour.maintenance, dialect):
        return Finding.MAINTENANCE
    if question.issued_on == today and (behaviour.t_plus_one or not question.same_day):
        return Finding.TODAY
    spent = world.ledger.checks_today(world.book.known_as(question.identity), world.now())
    return Finding.USED_UP if behaviour.daily_limit is not None and spent >= behaviour.daily_limit else None


def _agrees(question: Question, face: Invoice) -> bool:
    """Compares what the question is checked by; what the register does not hold cannot disagree."""
    if question.basis is Basis.CHECK_CODE:
        return not face.check_code or not question.check_code or face.check_code.endswith(question.check_code)
    held = face.amount.without_tax if question.basis is Basis.WITHOUT_TAX else with_tax(face.amount)
    return held is None or question.amount == held


def issued_on(face: Invoice) -> date:
    """The Beijing day of an invoice."""
    return face.issued_at.astimezone(SHANGHAI).date()


def with_tax(amount: Amount) -> Decimal | None:
    if amount.with_tax is not None or amount.without_tax is None:
        return amount.with_tax
    return amount.without_tax + (amount.tax or 0)


def text(amount: Decimal | None) -> str:
    """An amount as providers write it: two decimals, or nothing."""
    return "" if amount is None else f"{amount:.2f}"


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
