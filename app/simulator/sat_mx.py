"""A foreign proof: Mexico's SAT, ConsultaCFDIService, SOAP 1.1. One rule: an answer tells a status and no face.

A printed expression names issuer, receiver, total and UUID; one that differs anywhere is 602, as if there were no
such invoice, and so is one that is not visible yet. Public: no account, no charge, no count against a day. As there
is no account, what is refused to one (credentials, package, permission) comes as the front door's 403; that, 429 and
503 are our choice, as no public text tells them. An invoice that is abnormal here has its issuer on the list of EFOS.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import unescape

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.invoice import Invoice
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.gate import Objection, objection
from app.simulator.ledger import Question
from app.simulator.proof import with_tax
from app.simulator.taxbook import Entry, Status
from app.simulator.world import World
from app.simulator.xmltext import Xml, document, element, elements, read, text_of

ME = Dialect.SAT_MX
PATH = "/sat_mx/ConsultaCFDIService.svc"
ACTION = "http://tempuri.org/IConsultaCFDIService/Consulta"
FOUND, MALFORMED, ABSENT = "S", "601", "602"
WORDS = {
    FOUND: "S - Comprobante obtenido satisfactoriamente.",
    MALFORMED: "N - 601: La expresión impresa proporcionada no es válida.",
    ABSENT: "N - 602: Comprobante no encontrado.",
}
DOOR = {"403": "Forbidden", "429": "Too Many Requests", "503": "Service Unavailable"}
REFUSALS = {
    Objection.REFUSED: "403",
    Objection.EXPIRED: "403",
    Objection.TOO_FAST: "429",
    Objection.EXHAUSTED: "403",
    Objection.FORBIDDEN: "403",
}
ISSUER_LISTED, NOBODY_LISTED = "100", "200"
"""`ValidacionEFOS`."""

_NEXT_FIELD = re.compile(r"&(?=(?:re|rr|tt|id|fe)=)")
"""An RFC may contain an ampersand itself, which many write as in XML."""
_TOTAL = re.compile(r"\d{1,18}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Expression:
    """What the QR code of a printed CFDI asks: `?re=…&rr=…&tt=…&id=…`, in any order, with or without `fe`."""

    issuer: str
    receiver: str
    total: str
    uuid: str

    @classmethod
    def read(cls, text: str) -> "Expression":
        fields = dict(unescape(each).partition("=")[::2] for each in _NEXT_FIELD.split(text.rpartition("?")[2]))
        return cls(fields.get("re", ""), fields.get("rr", ""), fields.get("tt", ""), fields.get("id", ""))

    @property
    def complete(self) -> bool:
        return all((self.issuer, self.receiver, self.uuid)) and bool(_TOTAL.fullmatch(self.total))

    def agrees(self, face: Invoice) -> bool:
        """What the register does not hold cannot disagree."""
        held = with_tax(face.amount)
        return (
            face.seller.tax_id in {None, self.issuer.upper()}
            and face.buyer.tax_id in {None, self.receiver.upper()}
            and (held is None or held == Decimal(self.total))
        )


class SatMx:
    doorway = Doorway(ME, questions=(PATH,))

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(PATH, self.consult, methods=["POST"])
        return router

    async def consult(self, request: Request) -> Response:
        """One question about one CFDI; a found one and an unknown one are both HTTP 200."""
        root = read(await request.body())
        if root is None or request.headers.get("SOAPAction", "").strip('"') != ACTION:
            return _fault()
        expression = Expression.read(text_of(root, "expresionImpresa"))
        code, entry = self._answered(expression)
        self._world.note(ME, "verify", "", Question(entry.identity if entry else ("", expression.uuid), code))
        if code in DOOR:
            return Response(DOOR[code], status_code=int(code), media_type="text/html")
        return _answer(self._result(code, entry))

    def _answered(self, expression: Expression) -> tuple[str, Entry | None]:
        """The code, and the invoice where the question reached it."""
        world = self._world
        wrong = objection(world, ME, "")
        if isinstance(wrong, Objection):
            return REFUSALS[wrong], None
        if world.happens(world.behaviour.maintenance, ME):
            return "503", None
        entry = self._found(expression) if expression.complete else None
        if wrong or not expression.complete:
            return wrong or MALFORMED, entry
        return (FOUND if entry else ABSENT), entry

    def _found(self, expression: Expression) -> Entry | None:
        world, uuid = self._world, expression.uuid
        known = (world.book.by_face("", each) for each in (uuid, uuid.upper(), uuid.lower()))
        entry = next((each for each in known if each), None)
        if entry is None or not entry.visible(world.now()) or world.happens(world.behaviour.mismatch, ME):
            return None
        return entry if expression.agrees(entry.face) else None

    def _result(self, code: str, entry: Entry | None) -> dict[str, str]:
        told = WORDS.get(code, code)
        if code != FOUND or entry is None:
            nothing = {"EsCancelable": "", "Estado": "No Encontrado", "EstatusCancelacion": "", "ValidacionEFOS": ""}
            return {"CodigoEstatus": told, **nothing}
        standing = entry.standing(self._world.now())
        cancelled = standing is Status.VOID
        return {
            "CodigoEstatus": told,
            "EsCancelable": "Cancelable sin aceptación",
            "Estado": "Cancelado" if cancelled else "Vigente",
            "EstatusCancelacion": "Cancelado sin aceptación" if cancelled else "",
            "ValidacionEFOS": ISSUER_LISTED if standing is Status.ABNORMAL else NOBODY_LISTED,
        }


def _answer(result: dict[str, str]) -> Response:
    namespaces = {"xmlns:a": "http://schemas.datacontract.org/2004/07/Sat.Cfdi.Negocio.ConsultaCfdi.Servicio"}
    told = element("ConsultaResult", elements(result, "a:"), attributes=namespaces)
    return _enveloped(element("ConsultaResponse", told, attributes={"xmlns": "http://tempuri.org/"}))


def _fault() -> Response:
    """What the service's framework says to a call that it cannot read."""
    words = {"faultcode": "s:Client", "faultstring": "The message cannot be processed at the receiver."}
    return _enveloped(element("s:Fault", elements(words)), status=500)


def _enveloped(content: Xml, status: int = 200) -> Response:
    namespaces = {"xmlns:s": "http://schemas.xmlsoap.org/soap/envelope/"}
    envelope = element("s:Envelope", element("s:Body", content), attributes=namespaces)
    return Response(document(envelope), status_code=status, media_type="text/xml")
