"""Any gateway that speaks HTTP, by configuration alone: Leqi (乐企) connectors, an in-house service.

One rule: nothing about a gateway is known here. How it is asked stands in a Request, what its answer means in a
Telling; both come from `piaoda.yaml`, judged at boot.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.identity import Kind
from app.domain.invoice import Answer, Family, Invoice, Outcome
from app.domain.plan import tax_day
from app.tax.adapter import ANY_NAME, Account, Adapter, Capabilities, Toolbox
from app.tax.connector_answer import Reading, Telling
from app.tax.connector_call import Request
from app.tax.face import INPUTS, Face, face_of, lacking, needed
from app.tax.fields import clean
from app.tax.recipe import Signature
from app.tax.reply import Document, as_json, as_xml, ask
from app.tax.tables import AskedBy
from app.tax.template import CREDENTIAL, Values, has_each

CAPABILITIES = Capabilities(Family.CHANNEL)
"""Of a connector nobody has configured; an account's own come with its options."""

UNUSABLE_PATH = Answer(
    Outcome.BAD_REQUEST, code="unusable_path", message="用于查询的字段含有不能写入网址路径的字符，无法查询"
)
_BEIJING = ZoneInfo("Asia/Shanghai")
_NOBODY = "piaoda-probe"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What `piaoda.yaml` says of one gateway: an account's options. `kinds`: its own codes of the kinds it knows,
    empty where it makes no difference; `probe`: what costs nothing to ask.
    """

    capabilities: Capabilities
    request: Request
    telling: Telling
    signature: Signature | None = None
    probe: Request | None = None
    kinds: Mapping[Kind, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> frozenset[str]:
        """Every placeholder that a question needs."""
        signed = (self.signature.over, self.signature.key) if self.signature else ()
        told = [template for template, _ in self.request.templates()]
        return frozenset(name for each in (*told, *signed, *self.telling.match.values()) for name in each.names)

    @property
    def needs(self) -> tuple[str, ...]:
        """The inputs of a question, by their names in `face.INPUTS`."""
        named = self.names
        return tuple(name for name in INPUTS if name in named)

    @property
    def together(self) -> bool:
        """Whether a call takes several invoices."""
        return has_each(self.request.body)


class Connector:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox
        self._dialect: Dialect = account.options
        self._names, self._needs = self._dialect.names, self._dialect.needs
        self._kinds = {kind: AskedBy(code, self._needs) for kind, code in self._dialect.kinds.items()}
        self._together = self._dialect.together
        self._reading = Reading(self._dialect.telling, self._dialect.telling.tables())

    @property
    def capabilities(self) -> Capabilities:
        return self._dialect.capabilities

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        asked = [self._values(invoice) for invoice in invoices]
        able = [each for each in asked if not isinstance(each, Answer)]
        calls = [able] if self._together and able else [[each] for each in able]
        answers = iter([answer for call in calls for answer in await self._ask(call)])
        return [each if isinstance(each, Answer) else next(answers) for each in asked]

    async def probe(self) -> Answer:
        """What the operator says to ask, else a handle that nobody has."""
        if self._dialect.probe is None:
            return (await self._ask([_told(self._nobody())]))[0]
        reply = await self._call(self._dialect.probe, {}, [])
        return reply if isinstance(reply, Answer) else self._reading.reached(reply)

    def _values(self, invoice: Invoice) -> dict[str, Any] | Answer:
        face = self._face(invoice)
        if isinstance(face, Answer):
            return face
        told = _told(face)
        if blank := next((name for name in face.values if not told[name]), None):
            return lacking(blank, INPUTS[blank].zh)
        return told if self._fits(told) else UNUSABLE_PATH

    def _fits(self, told: Values) -> bool:
        request = self._dialect.request
        return not request.path.placeholders or request.fits({**self._of_a_call(), **told})

    def _face(self, invoice: Invoice) -> Face | Answer:
        """The question, or why it cannot be asked."""
        if self._kinds:
            return face_of(invoice, self._kinds, "该接口")
        if invoice.kind is None and "kind" in self._names:
            return lacking("kind", "发票种类")
        values = needed(invoice, self._needs)
        if isinstance(values, Answer):
            return values
        return Face(invoice.kind or "", invoice.number, tax_day(invoice.issued_at), values)

    async def _ask(self, invoices: Sequence[Values]) -> list[Answer]:
        """Asks once about all of these: a batch, or one."""
        own = {} if self._together else invoices[0]
        reply = await self._call(self._dialect.request, own, invoices)
        return [reply] * len(invoices) if isinstance(reply, Answer) else self._reading.judged(reply, invoices)

    async def _call(self, request: Request, own: Values, invoices: Sequence[Values]) -> Document | Answer:
        call = request.call(self._account.url, {**self._of_a_call(), **own}, invoices, self._dialect.signature)
        send = partial(ask, method=call.method, content=call.content, headers=call.headers)
        return await send(
            self._toolbox,
            call.url,
            deadline=self._account.timeout,
            read=as_xml if self._dialect.telling.xml else as_json,
            refusal=self._reading.explained,
            mask=self._reading.tables.mask,
        )

    def _of_a_call(self) -> dict[str, Any]:
        now = self._toolbox.clock.now()
        return {
            "timestamp": str(int(now.timestamp())),
            "timestamp_ms": str(int(now.timestamp() * 1000)),
            "now": now.astimezone(_BEIJING),
            "nonce": secrets.token_hex(16),
            **{f"{CREDENTIAL}{name}": value for name, value in self._account.credentials.items()},
        }

    def _nobody(self) -> Face:
        """An invoice that nobody has: its handles are ours, its amounts a cent, its numbers zeros."""
        values = {name: "0.01" if name.startswith("amount") else "0" * 12 for name in self._needs}
        handles = {name: _NOBODY for name in ("serial_no", "order_no") if name in values}
        kind = next(iter(self._dialect.kinds.values()), Kind.DIGITAL_ORDINARY)
        return Face(kind, "0" * 20, tax_day(self._toolbox.clock.now()), values | handles)


def _told(face: Face) -> dict[str, Any]:
    """The face as placeholders have it; clean, for what comes back is compared with it."""
    told = {"number": face.number, "kind": face.type, **face.values}
    return {"issued_on": face.issued_on, **{name: clean(value) for name, value in told.items()}}


ADAPTER = Adapter(Connector, CAPABILITIES, credentials=(), optional=(ANY_NAME,), url="")
"""Which credentials there are, and where the gateway is, only the operator knows."""
