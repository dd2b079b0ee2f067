"""The SAT's words. One rule: written from the service's document and its public clients, not from the adapter."""

from dataclasses import replace
from decimal import Decimal

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome, Party
from tests.contract.tax.speakers.speaker import PLAIN

MEXICAN = replace(
    PLAIN,
    number="5E2D6AFF-2DD7-43D1-83D3-14C1ACA396D9",
    seller=Party("ÑA&010101AAA"),
    buyer=Party("XEXX010101000"),
    amount=Amount(with_tax=Decimal("116.00"), currency="MXN"),
    kind=Kind.FOREIGN,
)
"""A voucher of 116.00 pesos; its seller's RFC has what must be escaped."""

OBTAINED = "S - Comprobante obtenido satisfactoriamente."
NOT_VALID = "N - 601: La expresión impresa proporcionada no es válida."
ABSENT = "N - 602: Comprobante no encontrado."


def said(status, state, cancelable="Cancelable con aceptación", cancellation=""):
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<ConsultaResponse xmlns="http://tempuri.org/"><ConsultaResult'
        ' xmlns:a="http://schemas.datacontract.org/2004/07/Sat.Cfdi.Negocio.ConsultaCfdi.Servicio"'
        ' xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"<a:CodigoEstatus>{status}</a:CodigoEstatus><a:EsCancelable>{cancelable}</a:EsCancelable>"
        f"<a:Estado>{state}</a:Estado><a:EstatusCancelacion>{cancellation}</a:EstatusCancelacion>"
        "<a:ValidacionEFOS>200</a:ValidacionEFOS></ConsultaResult></ConsultaResponse></s:Body></s:Envelope>"
    )


class OfSat:
    credentials = {}
    options = None
    invoices = [MEXICAN]
    form = "xml"
    tokens = False
    echoes = False
    evidence = half = ("Vigente", "200")

    def found(self, invoices):
        return said(OBTAINED, "Vigente")

    def absent(self):
        return said(ABSENT, "No Encontrado", cancelable="")

    def says(self):
        return [
            (said(NOT_VALID, "No Encontrado"), Outcome.BAD_REQUEST),
            (said(ABSENT, "No Encontrado"), Outcome.NOT_FOUND),
            (said(OBTAINED, "Cancelado", "No cancelable", "Cancelado sin aceptación"), Outcome.FOUND_VOID),
            (said(OBTAINED, "Cancelado", "No cancelable", "Plazo vencido"), Outcome.FOUND_VOID),
            (said(OBTAINED, "Vigente", cancellation="En proceso"), Outcome.FOUND_MATCH),
            (said(OBTAINED, "Vigente", cancellation="Solicitud rechazada"), Outcome.FOUND_MATCH),
            (said(OBTAINED, "No Encontrado"), Outcome.TRANSIENT),
            (said(OBTAINED, ""), Outcome.TRANSIENT),
            (said(ABSENT, "Vigente"), Outcome.TRANSIENT),
            (said("N - 603: Otro", "No Encontrado"), Outcome.TRANSIENT),
        ]

    def missing(self):
        return [
            (replace(MEXICAN, kind=None), "missing_kind"),
            (replace(MEXICAN, kind=Kind.DIGITAL_ORDINARY), "unsupported_kind"),
            (replace(MEXICAN, seller=Party()), "missing_seller_tax_id"),
            (replace(MEXICAN, buyer=Party()), "missing_buyer_tax_id"),
            (replace(MEXICAN, amount=Amount(Decimal("100.00"))), "missing_amount_with_tax"),
            (replace(MEXICAN, number="25112000000000000001"), "malformed_number"),
        ]
