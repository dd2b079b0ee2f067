"""ANAF's words. One rule: written from ANAF's own swagger pages, not from the adapter."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from app.domain.identity import Kind
from app.domain.invoice import Handle, Outcome, Party
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE

ROMANIAN = replace(
    PLAIN,
    amount=replace(PLAIN.amount, currency="RON"),
    issued_at=datetime(2025, 2, 28, 22, 30, tzinfo=UTC),  # half past midnight on 1 March in Bucharest
    seller=Party("RO12345678"),
    buyer=Party("87654321"),
    kind=Kind.FOREIGN,
    handle=Handle(serial_no="5001120362"),
)

_UBL = (
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
)


def header(attributes="", errors=()):
    inside = "".join(f'<Errors errorMessage="{words}"/>' for words in errors)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<header xmlns="mfp:anaf:dgti:efactura:stareMesajFactura:v1"{attributes}>{inside}</header>'
    )


def state(word, download=""):
    return header(f' stare="{word}"' + (f' id_descarcare="{download}"' if download else ""))


def party(role, tax_id, more=""):
    company, address, phone, _, person = PRIVATE
    return (
        f"<cac:Accounting{role}Party><cac:Party><cac:PartyName><cbc:Name>{company}</cbc:Name></cac:PartyName>"
        f"<cac:PostalAddress><cbc:StreetName>{address}</cbc:StreetName></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>{tax_id}</cbc:CompanyID></cac:PartyTaxScheme>{more}"
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{company}</cbc:RegistrationName>"
        "<cbc:CompanyID>J40/12345/1998</cbc:CompanyID></cac:PartyLegalEntity>"
        f"<cac:Contact><cbc:Name>{person}</cbc:Name><cbc:Telephone>{phone}</cbc:Telephone></cac:Contact>"
        f"</cac:Party></cac:Accounting{role}Party>"
    )


def ubl(invoice, seller="RO12345678", root="Invoice", more=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} {_UBL}'
        f' xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2">'
        f"<cbc:ID>{invoice.number}</cbc:ID><cbc:IssueDate>2025-03-01</cbc:IssueDate>"
        "<cbc:DocumentCurrencyCode>RON</cbc:DocumentCurrencyCode>"
        f"{party('Supplier', seller, more)}{party('Customer', 'RO87654321')}"
        '<cac:TaxTotal><cbc:TaxAmount currencyID="RON">6.00</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>'
        '<cbc:TaxExclusiveAmount currencyID="RON">100.00</cbc:TaxExclusiveAmount>'
        '<cbc:TaxInclusiveAmount currencyID="RON">106.00</cbc:TaxInclusiveAmount>'
        f"</cac:LegalMonetaryTotal></{root}>"
    )


SIGNATURE = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>AAAA</SignatureValue></Signature>'


def archive(*members, how=zipfile.ZIP_DEFLATED):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", how) as written:
        for number, member in enumerate(members):
            written.writestr(f"{number}.xml", member)
    return packed.getvalue()


class OfAnaf:
    credentials = {"client_id": "client", "client_secret": "secret", "refresh_token": "refresh"}
    options = None
    invoices = [ROMANIAN]
    form = "xml"
    tokens = True
    evidence = ("2511…0001", "RO12…5678", "106.00")
    half = ("stare",)

    def aside(self, invoices):
        return {"/descarcare": archive(ubl(invoices[0]), SIGNATURE)}

    def found(self, invoices):
        return state("ok", "3006372781")

    def absent(self):
        return header(errors=["Nu exista factura cu id_incarcare= 15000"])

    def says(self):
        states = {
            "nok": Outcome.REJECTED, "in prelucrare": Outcome.PROCESSING, "OK": Outcome.TRANSIENT,
            "XML cu erori nepreluat de sistem": Outcome.REJECTED, "altceva": Outcome.TRANSIENT,
        }  # fmt: skip
        errors = {
            "Id_incarcare introdus= aaa nu este un numar intreg": Outcome.BAD_REQUEST,
            "Nu exista factura cu id_incarcare= 15000": Outcome.NOT_FOUND,
            "Nu aveti dreptul de inteorgare pentru id_incarcare= 18": Outcome.BAD_REQUEST,
            "Nu exista niciun CIF petru care sa aveti drept": Outcome.AUTH,
            "S-au facut deja 20 descarcari de mesaj in cursul zilei": Outcome.QUOTA_INVOICE_DAY,
            "A aparut o eroare tehnica": Outcome.TRANSIENT,
        }
        return [
            *((state(word, "123"), outcome) for word, outcome in states.items()),
            *((header(errors=[words]), outcome) for words, outcome in errors.items()),
            (state("ok"), Outcome.TRANSIENT),
            (header(), Outcome.TRANSIENT),
        ]

    def missing(self):
        return [
            (replace(ROMANIAN, kind=None), "missing_kind"),
            (replace(ROMANIAN, kind=Kind.DIGITAL_ORDINARY), "unsupported_kind"),
            (replace(ROMANIAN, handle=Handle()), "missing_serial_no"),
        ]
