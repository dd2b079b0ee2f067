"""The section `connector` of an account: how a gateway is asked and what its answer means, without a line of code.

One rule: a question that could not be asked, and an answer that could not be read, are told at the start.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from app.domain.identity import Kind
from app.domain.invoice import FOUND, Family, Outcome
from app.settings.fault import refusal, suggest
from app.settings.placeholders import Code, Naming, Where
from app.settings.question import QuestionSettings, SignatureSettings
from app.settings.ranges import lasting, within
from app.settings.scalars import Count, Duration, Flag, frozen_table
from app.settings.section import Section
from app.tax.adapter import Capabilities
from app.tax.connector import Dialect
from app.tax.connector_answer import Envelope, Telling
from app.tax.template import CREDENTIAL, FACTS, Template, has_each

Codes = Annotated[Mapping[Code, Outcome], AfterValidator(frozen_table)]

CHECKS_A_DAY: Final = 5
"""What the authority answers for an invoice and day, whoever asks."""


class EnvelopeSettings(Section):
    """`values` at `at` say that the call was understood."""

    at: Where = Field(examples=["code"])
    values: tuple[Code, ...] = Field(max_length=20, examples=['["0"]'])
    message: Where | None = None

    @field_validator("values")
    @classmethod
    def _something_is_success(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if not values:
            raise refusal("is empty: no answer would be a success", 'such as values: ["0"]')
        return values

    def envelope(self) -> Envelope:
        return Envelope(self.at, frozenset(self.values), self.message or "")


class FoundSettings(Section):
    """Where the answer tells the invoice as the tax system has it; number, day, seller and an amount are evidence."""

    number: Where | None = None
    code: Where | None = None
    issued_on: Where | None = None
    seller_tax_id: Where | None = None
    buyer_tax_id: Where | None = None
    without_tax: Where | None = None
    tax: Where | None = None
    with_tax: Where | None = None
    original_number: Where | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """What evidence needs and is told nowhere."""
        amount = self.without_tax or self.with_tax or self.tax
        told = {
            "number": self.number,
            "issued_on": self.issued_on,
            "seller_tax_id": self.seller_tax_id,
            "an amount": amount,
        }
        return tuple(name for name, path in told.items() if not path)

    @model_validator(mode="after")
    def _a_face_has_a_number(self) -> Self:
        if self.number is None and self.model_fields_set:
            raise refusal("is missing: a find that names no invoice is none", "such as number: data.fphm", "number")
        return self


class AnswerSettings(Section):
    """Paths into the answer; with `items` those of `match`, `code`, `message` and `found` start at each item."""

    format: Literal["json", "xml"] = "json"
    ok: EnvelopeSettings | None = None
    errors: Codes = Field(default_factory=dict, validate_default=True)
    items: Where | None = None
    match: Mapping[Where, Naming] = Field(default_factory=dict, validate_default=True)
    empty: Outcome = Outcome.TRANSIENT
    code: Where = Field(examples=["data.state"])
    message: Where | None = None
    codes: Codes = Field(examples=['{"00": found_match, "01": processing}'])
    found: FoundSettings = Field(default_factory=FoundSettings)

    @field_validator("errors")
    @classmethod
    def _errors_are_no_finds(cls, errors: Mapping[str, Outcome], info: ValidationInfo) -> Mapping[str, Outcome]:
        if errors and info.data.get("ok", "wrong") is None:
            raise refusal("cannot be told from success without ok", 'such as ok: {at: code, values: ["0"]}')
        if FOUND.intersection(errors.values()):
            raise refusal("holds a find: a call that failed found nothing", "auth, not_found, rate_limited, …")
        return errors

    @field_validator("match")
    @classmethod
    def _items_say_whose_they_are(cls, match: Mapping[str, Template], info: ValidationInfo) -> Mapping[str, Template]:
        if info.data.get("items") and not match:
            raise refusal("is missing: items would speak for nobody", 'such as match: {serialNo: "{serial_no}"}')
        return frozen_table(match)

    @field_validator("empty")
    @classmethod
    def _nothing_is_no_find(cls, empty: Outcome) -> Outcome:
        if empty in FOUND:
            raise refusal("is a find, and an empty list found nothing", "not_found, processing or transient")
        return empty

    @field_validator("codes")
    @classmethod
    def _something_is_understood(cls, codes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
        if not codes:
            raise refusal("is empty: no answer would teach anything", 'such as {"00": found_match, "01": processing}')
        return codes

    def telling(self) -> Telling:
        return Telling(
            code=self.code,
            codes=self.codes,
            message=self.message or "",
            ok=self.ok.envelope() if self.ok else None,
            errors=self.errors,
            items=self.items or "",
            match=self.match,
            empty=self.empty,
            found=MappingProxyType({name: path for name, path in self.found if path}),
            xml=self.format == "xml",
        )


class ConnectorSettings(Section):
    """What the gateway can be asked, how, and what it says. `kinds`: its own codes for `{kind}`."""

    family: Family = Field(examples=["channel"])
    batch: Annotated[Count, within(1, 1000)] = 1
    same_day: Flag = True
    minimum_age: Annotated[Duration, lasting("0s", "30d")] = timedelta(0)
    retention: Annotated[Duration, lasting("1m", "3653d")] | None = Field(None, examples=["12h"])
    daily_limit: Annotated[Count, within(1, 1000)] | None = None
    kinds: Annotated[Mapping[Kind, Code], AfterValidator(frozen_table)] = Field(
        default_factory=dict, validate_default=True
    )
    request: QuestionSettings
    signature: SignatureSettings | None = None
    answer: AnswerSettings
    probe: QuestionSettings | None = None

    @property
    def evidence_lacking(self) -> tuple[str, ...]:
        """What a find of this gateway does not tell, and evidence must; nothing where no code is a find."""
        return self.answer.found.lacking if FOUND.intersection(self.answer.codes.values()) else ()

    @field_validator("request")
    @classmethod
    def _a_batch_is_one_call(cls, request: QuestionSettings, info: ValidationInfo) -> QuestionSettings:
        if has_each(request.body):
            for template, within_each in request.request().templates():
                if not within_each and template.names & FACTS:
                    raise refusal("asks about one invoice outside of each", 'such as list: {each: "{serial_no}"}')
        elif info.data.get("batch", 1) > 1:
            hint = 'a list in a JSON body, such as list: {each: "{serial_no}"}, or batch: 1'
            raise refusal("has no place for several invoices", hint, "body")
        return request

    @field_validator("probe")
    @classmethod
    def _a_probe_has_no_invoice(cls, probe: QuestionSettings | None) -> QuestionSettings | None:
        if probe and (has_each(probe.body) or any(each.names & FACTS for each, _ in probe.request().templates())):
            raise refusal("asks about an invoice, and a probe has none", "write a value that nobody has in its place")
        return probe

    @model_validator(mode="after")
    def _the_parts_fit(self) -> Self:
        together = has_each(self.request.body)
        if together and not self.answer.items:
            raise refusal("is missing: a list was asked", "such as items: data.list", "answer", "items")
        if (together or self.probe) and self.signature and self.signature.over.names & FACTS:
            raise refusal("speaks of one invoice, where none or many are asked", "such as {body}", "signature", "over")
        return self

    def fits(self, credentials: Mapping[str, str]) -> None:
        """Refuses a placeholder that names no credential of these."""
        known = {f"{CREDENTIAL}{name}" for name in credentials}
        for template, at in self._templates():
            for name in sorted(template.names):
                if name.startswith(CREDENTIAL) and name not in known:
                    raise refusal("names a credential that is not given", suggest(name, known, CREDENTIAL), *at)

    def _templates(self) -> Iterator[tuple[Template, tuple[str, ...]]]:
        """Everything that is filled in, and the way to it."""
        for part, question in (("request", self.request), ("probe", self.probe)):
            for template, _ in question.request().templates() if question else ():
                yield template, (part,)
        if self.signature:
            yield self.signature.over, ("signature", "over")
            yield self.signature.key or Template(), ("signature", "key")

    @property
    def capabilities(self) -> Capabilities:
        """A proof without a limit of its own has the authority's."""
        needs = self._dialect(Capabilities(self.family)).needs
        return Capabilities(
            self.family,
            needs=dict.fromkeys(self.kinds, needs) if self.kinds else None,
            batch=self.batch,
            same_day=self.same_day,
            minimum_age=self.minimum_age,
            retention=self.retention,
            daily_limit=self.daily_limit or (CHECKS_A_DAY if self.family is Family.PROOF else None),
        )

    def dialect(self) -> Dialect:
        """What the adapter lives by."""
        return self._dialect(self.capabilities)

    def _dialect(self, capabilities: Capabilities) -> Dialect:
        return Dialect(
            capabilities=capabilities,
            request=self.request.request(),
            telling=self.answer.telling(),
            signature=self.signature.signature() if self.signature else None,
            probe=self.probe.request() if self.probe else None,
            kinds=self.kinds,
        )
