"""The tables of the Romanian dialect, and how its answers and an invoice's files are written.

Source: the swagger pages of e-Factura (stareMesaj, descarcare), as kept in robert-malai/anafpy. The errors file's
misspelt namespace is the original's.
"""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fastapi.responses import JSONResponse, Response

from app.domain.invoice import Invoice, Party
from app.simulator.proof import text, with_tax
from app.simulator.xmltext import Xml, document, element, elements

ROMANIA = ZoneInfo("Europe/Bucharest")
STATUS_LIMIT, DOWNLOAD_LIMIT = 100, 10
"""Questions, and downloads, a message and day."""

DOOR = {
    "400": ("Bad Request", "Parametrul este obligatoriu"),
    "401": ("Unauthorized", "Token expirat"),
    "403": ("Forbidden", "Acces interzis"),
    "429": ("Too Many Requests", "S-a atins limita de apeluri pe minut"),
    "503": ("Service Unavailable", "Serviciul este in mentenanta"),
}
STATUS_ERRORS = {
    "invalid": "Id_incarcare introdus= {id} nu este un numar intreg",
    "absent": "Nu exista factura cu id_incarcare= {id}",
    "forbidden": "Nu exista niciun CIF petru care sa aveti drept",
    "limit": f"S-au facut deja {STATUS_LIMIT} descarcari de mesaj in cursul zilei",
}
DOWNLOAD_ERRORS = {
    "invalid": "Id descarcare introdus= {id} nu este un numar intreg",
    "absent": "Pentru id={id} nu exista inregistrata nici o factura",
    "forbidden": "Nu aveti dreptul sa descarcati acesta factura",
    "limit": f"S-au facut deja {DOWNLOAD_LIMIT} descarcari de mesaj in cursul zilei",
}

WITHOUT_FILES = frozenset({"in prelucrare", "XML cu erori nepreluat de sistem"})

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CIUS_RO = "urn:cen.eu:en16931:2017#compliant#urn:efactura.mfinante.ro:CIUS-RO:1.0.1"
_ERRORS_FILE = "mfp:anaf:dgti:efactura:mesajEroriFactuta:v1"
_STATUS = "mfp:anaf:dgti:efactura:stareMesajFactura:v1"
_DOWNLOAD_PREFIX = "3"


def download_id(index: str) -> str:
    """The id under which the files of an upload are downloaded."""
    return _DOWNLOAD_PREFIX + index


def index_of(id_descarcare: str) -> str:
    """The upload whose files these are; empty for an id that we never gave."""
    return id_descarcare[1:] if id_descarcare.startswith(_DOWNLOAD_PREFIX) else ""


def at_the_door(code: str, now: datetime) -> JSONResponse:
    reason, message = DOOR[code]
    told = {"timestamp": f"{now.astimezone(ROMANIA):%d-%m-%Y %H:%M:%S}", "status": int(code), "error": reason}
    return JSONResponse({**told, "message": message}, status_code=int(code))


def status_reply(code: str, index: str) -> Response:
    """A status of the message, or what is wrong with the question."""
    if code in STATUS_ERRORS:
        wrong = element("Errors", attributes={"errorMessage": STATUS_ERRORS[code].format(id=index)})
        header = element("header", wrong, attributes={"xmlns": _STATUS})
    else:
        files = {"id_descarcare": download_id(index)} if code in {"ok", "nok"} else {}
        header = element("header", attributes={"xmlns": _STATUS, "stare": code, **files})
    return Response(document(header), media_type="application/xml")


def no_files(code: str, id_descarcare: str) -> JSONResponse:
    """HTTP 200 all the same. A message that has no files yet is as unknown as one that is not there."""
    told = "absent" if code in WITHOUT_FILES else code
    wrong = DOWNLOAD_ERRORS[told].format(id=id_descarcare) if told in DOWNLOAD_ERRORS else told
    return JSONResponse({"eroare": wrong, "titlu": "Descarcare mesaj"})


def files(index: str, content: bytes) -> Response:
    """A ZIP of the invoice, or of its errors, and the ministry's signature."""
    packed = io.BytesIO()
    signature = element("Signature", attributes={"xmlns": "http://www.w3.org/2000/09/xmldsig#"})
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{index}.xml", content)
        archive.writestr(f"semnatura_{index}.xml", document(signature))
    return Response(packed.getvalue(), media_type="application/zip")


def errors_file(index: str, face: Invoice) -> bytes:
    wrong = {"errorMessage": "E: validari globale eroare regula: [BR-CO-15] totalurile nu corespund"}
    about = {"xmlns": _ERRORS_FILE, "Index_incarcare": index, "Cif_emitent": face.seller.tax_id or ""}
    return document(element("header", element("Error", attributes=wrong), attributes=about))


def ubl(face: Invoice) -> bytes:
    """The invoice in UBL 2.1: number, day, parties and totals; no lines, which no monitor reads."""
    namespaces = {
        "xmlns": f"{UBL}:Invoice-2",
        "xmlns:cac": f"{UBL}:CommonAggregateComponents-2",
        "xmlns:cbc": f"{UBL}:CommonBasicComponents-2",
    }
    head = {
        "cbc:CustomizationID": CIUS_RO,
        "cbc:ID": face.number,
        "cbc:IssueDate": f"{face.issued_at.astimezone(ROMANIA):%Y-%m-%d}",
        "cbc:InvoiceTypeCode": "380",
        "cbc:DocumentCurrencyCode": face.amount.currency,
    }
    parties = (_party("Supplier", face.seller), _party("Customer", face.buyer))
    return document(
        element("Invoice", elements(head), _original(face), *parties, *_totals(face), attributes=namespaces)
    )


def _original(face: Invoice) -> Xml:
    if face.original is None:
        return Xml()
    named = element("cac:InvoiceDocumentReference", elements({"cbc:ID": face.original.number}))
    return element("cac:BillingReference", named)


def _party(role: str, party: Party) -> Xml:
    vat = element("cac:TaxScheme", elements({"cbc:ID": "VAT"}))
    tax = element("cac:PartyTaxScheme", elements({"cbc:CompanyID": party.tax_id or ""}), vat)
    legal = element("cac:PartyLegalEntity", elements({"cbc:RegistrationName": party.name or ""}))
    return element(f"cac:Accounting{role}Party", element("cac:Party", tax, legal))


def _totals(face: Invoice) -> tuple[Xml, Xml]:
    amount, currency = face.amount, face.amount.currency
    gross = with_tax(amount)
    total = element(
        "cac:LegalMonetaryTotal",
        _money("cbc:LineExtensionAmount", amount.without_tax, currency),
        _money("cbc:TaxExclusiveAmount", amount.without_tax, currency),
        _money("cbc:TaxInclusiveAmount", gross, currency),
        _money("cbc:PayableAmount", gross, currency),
    )
    return element("cac:TaxTotal", _money("cbc:TaxAmount", amount.tax, currency)), total


def _money(name: str, amount: Decimal | None, currency: str) -> Xml:
    return Xml() if amount is None else element(name, text(amount), attributes={"currencyID": currency})
