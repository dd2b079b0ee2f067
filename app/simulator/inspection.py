"""One check (查验) at a proof provider, from its form to the ledger: what Tencent, Aliyun, Huawei and Jumdata share.

One rule: a provider is four tables (what it calls the fields, and its codes for refusals, flaws and findings);
signatures and the shape of an answer are its own.
"""

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from re import Pattern
from typing import Any
from uuid import UUID

from app.domain.identity import Kind, infer_kind
from app.simulator import ledger
from app.simulator.behaviour import Dialect
from app.simulator.gate import Objection, objection
from app.simulator.proof import Basis, Finding, Question, Verdict, verify
from app.simulator.taxbook import DIGITAL_LENGTH, SHANGHAI, Identity
from app.simulator.world import World

AMOUNT = re.compile(r"-?\d{1,11}(\.\d{1,2})?")
CENTS = re.compile(r"-?\d{1,11}\.\d{2}")
_NUMBER = re.compile(r"\d{20}|\d{8}")
_CODE = re.compile(r"\d{10}|\d{12}")
_CHECK_CODE = re.compile(r"\d{6}|\d{20}")
_BY_CHECK_CODE = frozenset({
    Kind.VAT_ORDINARY, Kind.VAT_ORDINARY_ELECTRONIC, Kind.VAT_ROLL, Kind.TOLL_ELECTRONIC, Kind.DIGITAL_PAPER_ORDINARY,
})  # fmt: skip


class Flaw(StrEnum):
    """What is wrong with a form, before anybody is asked. `FACT`: the amount or the check code."""

    NUMBER = "number"
    CODE = "code"
    DAY = "day"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Form:
    """What a provider calls the five facts of a face, how it writes a day, and which amounts it takes."""

    number: str
    code: str
    day: str
    amount: str
    check_code: str
    day_format: str = "%Y%m%d"
    amounts: Pattern[str] = AMOUNT

    def identity(self, asked: Mapping[str, str]) -> Identity:
        """A twenty-digit number needs no code, so one that comes along is not looked at."""
        number = asked.get(self.number, "")
        return ("" if len(number) == DIGITAL_LENGTH else asked.get(self.code, "")), number

    def read(self, asked: Mapping[str, str], kinds: frozenset[Kind] = frozenset()) -> Question | Flaw:
        """The question in a form. `kinds`: those that the asker's kind stands for; else number and code tell."""
        code, number = self.identity(asked)
        if not _NUMBER.fullmatch(number):
            return Flaw.NUMBER
        if len(number) != DIGITAL_LENGTH and not _CODE.fullmatch(code):
            return Flaw.CODE
        issued_on = self._day(asked.get(self.day, ""))
        if issued_on is None:
            return Flaw.DAY
        basis = _basis(number, kinds or {infer_kind(number, code)})
        fact = asked.get(self.amount if basis.is_amount else self.check_code, "")
        if not (self.amounts if basis.is_amount else _CHECK_CODE).fullmatch(fact):
            return Flaw.FACT
        question = Question(number, issued_on, basis, code, kinds)
        return replace(question, amount=Decimal(fact)) if basis.is_amount else replace(question, check_code=fact)

    def _day(self, text: str) -> date | None:
        try:
            day = datetime.strptime(text, self.day_format).replace(tzinfo=SHANGHAI).date()
        except ValueError:
            return None
        return day if f"{day:{self.day_format}}" == text else None


def _basis(number: str, kinds: AbstractSet[Kind | None]) -> Basis:
    """The fact that an invoice is checked by: twenty digits and used cars by the total with tax."""
    if len(number) == DIGITAL_LENGTH or Kind.USED_VEHICLE in kinds:
        return Basis.WITH_TAX
    return Basis.CHECK_CODE if kinds & _BY_CHECK_CODE else Basis.WITHOUT_TAX


@dataclass(frozen=True, slots=True)
class Words:
    """A provider's codes for all that can come of a check; `billed`: those that cost money."""

    refusals: Mapping[Objection, str]
    flaws: Mapping[Flaw, str]
    findings: Mapping[Finding, str]
    billed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider says: its code, and the invoice when that code says that it was found."""

    code: str
    verdict: Verdict = Verdict(Finding.ABSENT)
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Inspection:
    """One provider's counter for checks."""

    world: World
    dialect: Dialect
    form: Form
    words: Words

    def tell(self, account: str, asked: Mapping[str, str], refused: str, question: Question | Flaw) -> Told:
        """One check, noted in the ledger. `refused`: the code for what the provider's gateway does not take."""
        told = Told(refused) if refused else self._asked(account, question)
        billed = told.code in self.words.billed
        identity = self.world.book.known_as(self.form.identity(asked))
        noted = ledger.Question(identity, told.code, billed=billed, counted=told.counted)
        self.world.note(self.dialect, "verify", account, noted)
        return told

    def _asked(self, account: str, question: Question | Flaw) -> Told:
        wrong = objection(self.world, self.dialect, account)
        if isinstance(wrong, Objection):
            return Told(self.words.refusals[wrong])
        if isinstance(question, Flaw):
            return Told(str(wrong or self.words.flaws[question]))
        verdict = verify(self.world, self.dialect, question)
        if wrong is None:
            return Told(self.words.findings[verdict.finding], verdict, counted=verdict.finding.reached)
        return Told(str(wrong), verdict, counted=wrong in self._reached())

    def _reached(self) -> frozenset[str]:
        return frozenset(self.words.findings[each] for each in Finding if each.reached)


def json_object(body: bytes) -> dict[str, Any]:
    """The fields of a JSON object; none when the body is anything else."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def texts(asked: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are texts, trimmed; a number where a text belongs is as good as nothing."""
    return {name: value.strip() for name, value in asked.items() if isinstance(value, str)}


def request_id(world: World) -> str:
    """The provider's own name for a call, drawn from the seeded chance so that a run repeats."""
    return str(UUID(int=world.random.getrandbits(128)))
