"""The tables of the Polish dialect, and how an invoice is written in its JSON.

Source: CIRFMF/ksef-docs (open-api.json, limity-api.md, numer-ksef.md). A KSeF number ends in the CRC-8 of what stands
before it.
"""

import base64
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import JSONResponse

from app.domain.invoice import Invoice
from app.simulator.proof import with_tax
from app.simulator.taxbook import Entry

POLAND = ZoneInfo("Europe/Warsaw")
RETRY_AFTER = "30"
"""Seconds of a 429's block."""

STATUS = {
    "100": "Faktura przyjęta do dalszego przetwarzania",
    "150": "Trwa przetwarzanie",
    "200": "Sukces",
    "405": "Przetwarzanie anulowane z powodu błędu sesji",
    "410": "Nieprawidłowy zakres uprawnień",
    "415": "Brak możliwości wysyłania faktury z załącznikiem",
    "430": "Błąd weryfikacji pliku faktury",
    "435": "Błąd odszyfrowania pliku",
    "440": "Duplikat faktury",
    "450": "Błąd weryfikacji semantyki dokumentu faktury",
    "500": "Nieznany błąd",
    "550": "Operacja została anulowana przez system",
}
SUCCESS, DUPLICATE, SEMANTICS = "200", "440", "450"

EXCEPTIONS = {
    "21111": "Nieprawidłowe wyzwanie autoryzacyjne.",
    "21164": "Faktura o podanym identyfikatorze nie istnieje.",
    "21173": "Brak sesji o wskazanym numerze referencyjnym.",
    "21301": "Brak autoryzacji.",
    "21405": "Błąd walidacji danych wejściowych.",
}
"""HTTP 400."""

DOOR = {"401": "Unauthorized", "403": "Forbidden", "429": "Too Many Requests", "503": "Service Unavailable"}


def refusal(code: str, now: datetime) -> JSONResponse | None:
    """The answer to a question that is not taken; None for a code that is an invoice's status."""
    if code in EXCEPTIONS:
        detail = {"exceptionCode": int(code), "exceptionDescription": EXCEPTIONS[code], "details": []}
        exception = {"exceptionDetailList": [detail], "serviceCode": "sim", "timestamp": now.isoformat()}
        return JSONResponse({"exception": exception}, status_code=400)
    if code == "429":
        told = {"code": 429, "description": DOOR[code], "details": ["Przekroczono limit żądań."]}
        return JSONResponse({"status": told}, status_code=429, headers={"Retry-After": RETRY_AFTER})
    if code in DOOR:
        return JSONResponse({"title": DOOR[code], "status": int(code), "detail": DOOR[code]}, status_code=int(code))
    return None


def session_invoice(entry: Entry, face: Invoice, code: str, now: datetime) -> dict[str, Any]:
    """One invoice of a session: what is not known yet is left out. `face`: the one to be told of."""
    told: dict[str, Any] = {
        "ordinalNumber": 1,
        "invoiceNumber": face.number,
        "referenceNumber": entry.face.handle.order_no,
        "invoiceHash": invoice_hash(face),
        "invoicingDate": entry.registered_at.isoformat(),
        "invoicingMode": "Online",
        "status": status(code, entry),
    }
    if code == SUCCESS:
        told["ksefNumber"] = ksef_number(entry, face)
        told["acquisitionDate"] = acquired_at(entry).isoformat()
        told["upoDownloadUrl"] = f"https://files.example.invalid/{ksef_number(entry, face)}.xml"
        if entry.visible(now) and entry.visible_at:
            told["permanentStorageDate"] = entry.visible_at.isoformat()
    return told


def status(code: str, entry: Entry | None) -> dict[str, Any]:
    """An invoice's status; one that was forced has no invoice when none was found."""
    told: dict[str, Any] = {"code": int(code) if code.isdigit() else code, "description": STATUS.get(code, code)}
    if code == DUPLICATE and entry:
        first = {"originalSessionReferenceNumber": entry.face.handle.serial_no}
        told["extensions"] = {**first, "originalKsefNumber": ksef_number(entry, entry.face)}
    if code == SEMANTICS:
        told["details"] = ["Wartość pola P_15 jest niezgodna z sumą pozycji."]
    return told


def metadata(entry: Entry, face: Invoice, now: datetime) -> dict[str, Any]:
    """One invoice of a query by metadata. KSeF writes amounts as JSON numbers."""
    stored_at = entry.visible_at if entry.visible(now) else None
    return {
        "ksefNumber": ksef_number(entry, face),
        "invoiceNumber": face.number,
        "issueDate": f"{face.issued_at.astimezone(POLAND):%Y-%m-%d}",
        "invoicingDate": entry.registered_at.isoformat(),
        "acquisitionDate": acquired_at(entry).isoformat(),
        **({"permanentStorageDate": stored_at.isoformat()} if stored_at else {}),
        "seller": {"nip": face.seller.tax_id, "name": face.seller.name},
        "buyer": {"identifier": _identifier(face), "name": face.buyer.name},
        "netAmount": _number(face.amount.without_tax),
        "grossAmount": _number(with_tax(face.amount)),
        "vatAmount": _number(face.amount.tax),
        "currency": face.amount.currency,
        "invoicingMode": "Online",
        "invoiceType": "Kor" if face.original else "Vat",
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "isSelfInvoicing": False,
        "hasAttachment": False,
        "invoiceHash": invoice_hash(face),
    }


def ksef_number(entry: Entry, face: Invoice) -> str:
    """NIP, day of acceptance, twelve hexadecimal digits, check: 35 characters."""
    technical = hashlib.sha256(face.number.encode()).hexdigest()[:12].upper()
    begin = f"{face.seller.tax_id or '0000000000'}-{acquired_at(entry).astimezone(POLAND):%Y%m%d}-{technical}"
    return f"{begin}-{crc8(begin.encode()):02X}"


def crc8(data: bytes) -> int:
    """Polynomial 0x07, beginning with 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def acquired_at(entry: Entry) -> datetime:
    return entry.uploaded_at or entry.registered_at


def invoice_hash(face: Invoice) -> str:
    return base64.b64encode(hashlib.sha256(repr(face).encode()).digest()).decode()


def _identifier(face: Invoice) -> dict[str, str]:
    return {"type": "Nip", "value": face.buyer.tax_id} if face.buyer.tax_id else {"type": "None"}


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
