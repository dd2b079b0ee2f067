"""KSeF's words. One rule: written from the ministry's open-api, not from the adapter."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from app.domain.identity import Kind
from app.domain.invoice import Handle, Outcome, Party
from tests.contract.tax.conftest import Said
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE

SESSION, REFERENCE = "20250301-SO-2F14610000-242991F8C9-B4", "20250301-EE-2F14620000-242991F8C9-A1"
NUMBER = "5265877635-20250301-010080DD2B5E-26"
EARLIER = "5265877635-20250228-0100001AF629-AF"
POLISH = replace(
    PLAIN,
    amount=replace(PLAIN.amount, currency="PLN"),
    issued_at=datetime(2025, 2, 28, 23, 30, tzinfo=UTC),  # half past midnight on 1 March in Warsaw
    seller=Party("5265877635"),
    buyer=Party("1111111111"),
    kind=Kind.FOREIGN,
    handle=Handle(SESSION, REFERENCE),
)


@cache
def ministry():
    """The ministry's private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(year=2025):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KSeF")])
    start = datetime(year, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(ministry().public_key())
    built = built.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=730))
    return base64.b64encode(built.sign(ministry(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


def published(usage="KsefTokenEncryption", start="2025-01-01", end="2027-01-01", told=None):
    span = {"validFrom": f"{start}T06:03:19.1234567+00:00", "validTo": f"{end}T06:03:18+00:00"}
    return {"certificate": told or certificate(), "usage": [usage], **span}


def login(status="200"):
    """What the steps of an authentication answer, by the end of their path."""
    until = "2025-03-02T04:15:00+00:00"
    return {
        "/security/public-key-certificates": [published("SymmetricKeyEncryption", told="AAAA"), published()],
        "/token/challenge": {
            "challenge": "20250302-CR-1", "timestamp": "2025-03-02T04:00:00+00:00", "timestampMs": 1740888000000,
        },
        "/token/ksef-token": Said(
            b'{"referenceNumber":"20250302-AU-1","authenticationToken":{"token":"operation"}}', 202
        ),
        "/token/20250302-AU-1": {"status": {"code": int(status), "description": "Uwierzytelnianie"}},
        "/token/token/redeem": {"accessToken": {"token": "access", "validUntil": until}},
    }  # fmt: skip


def metadata(invoice, number=NUMBER, **changes):
    company = PRIVATE[0]
    told = {
        "ksefNumber": number, "invoiceNumber": invoice.number, "issueDate": "2025-03-01",
        "invoicingDate": "2025-03-01T00:30:00+00:00", "seller": {"nip": "5265877635", "name": company},
        "buyer": {"identifier": {"type": "Nip", "value": "1111111111"}, "name": company}, "netAmount": 100.0,
        "grossAmount": 106.0, "vatAmount": 6.0, "currency": "PLN", "invoiceType": "Vat",
    }  # fmt: skip
    return {"hasMore": False, "isTruncated": False, "invoices": [told | changes]}


def status(code, description="Opis", **more):
    return {
        "ordinalNumber": 1, "referenceNumber": REFERENCE, "invoicingDate": "2025-03-01T00:30:00+00:00",
        "status": {"code": code, "description": description, "details": []}, **more,
    }  # fmt: skip


def exception(code):
    return {"exception": {"exceptionDetailList": [{"exceptionCode": code, "exceptionDescription": "Opis"}]}}


class OfKsef:
    credentials = {"nip": "5265877635", "token": "20250101-EC-1|nip-5265877635|0123456789abcdef"}
    options = None
    invoices = [POLISH]
    form = "json"
    tokens = False  # it does, but in four steps of its own
    evidence = ("2511…0001", "5265…7635", "106.0")
    half = ("2511…0001", "***")

    def aside(self, invoices):
        return {**login(), "/invoices/query/metadata": metadata(invoices[0])}

    def found(self, invoices):
        file = f"{PRIVATE[0]}.xml"
        return status(200, "Sukces", invoiceNumber=invoices[0].number, ksefNumber=NUMBER, invoiceFileName=file)

    def absent(self):
        return Said(b'{"exception":{"exceptionDetailList":[{"exceptionCode":21173}]}}', 400)

    def says(self):
        codes = {
            100: Outcome.PROCESSING, 150: Outcome.PROCESSING, 405: Outcome.REJECTED, 410: Outcome.REJECTED,
            415: Outcome.REJECTED, 430: Outcome.REJECTED, 435: Outcome.REJECTED, 450: Outcome.REJECTED,
            500: Outcome.TRANSIENT, 550: Outcome.TRANSIENT, 200: Outcome.TRANSIENT, 440: Outcome.TRANSIENT,
            199: Outcome.TRANSIENT,
        }  # fmt: skip
        exceptions = {
            21164: Outcome.NOT_FOUND, 21173: Outcome.NOT_FOUND, 21184: Outcome.TRANSIENT, 21301: Outcome.AUTH,
            21304: Outcome.AUTH, 21405: Outcome.BAD_REQUEST, 99999: Outcome.TRANSIENT,
        }  # fmt: skip
        return [
            *((status(code), outcome) for code, outcome in codes.items()),
            *(((400, exception(code)), outcome) for code, outcome in exceptions.items()),
        ]

    def missing(self):
        return [
            (replace(POLISH, kind=None), "missing_kind"),
            (replace(POLISH, kind=Kind.DIGITAL_ORDINARY), "unsupported_kind"),
            (replace(POLISH, handle=Handle(order_no=REFERENCE)), "missing_serial_no"),
            (replace(POLISH, handle=Handle(SESSION)), "missing_order_no"),
        ]
