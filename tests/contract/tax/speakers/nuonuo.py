"""Nuonuo's words. One rule: written from the platform's page, not from the adapter."""

from dataclasses import replace

from app.domain.invoice import Handle, Outcome
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE, numbered


class OfNuonuo:
    credentials = {"app_key": "app", "app_secret": "secret", "tax_id": "911101081000000166"}
    options = None
    invoices = numbered(3)
    form = "json"
    tokens = True

    def found(self, invoices):
        return {"code": "E0000", "describe": "获取成功", "result": [self._item(each) for each in invoices]}

    def absent(self):
        return {"code": "E9500", "describe": "发票不存在"}

    def says(self):
        refusals = {
            "E9500": Outcome.NOT_FOUND, "E9601": Outcome.TRANSIENT, "E9611": Outcome.BAD_REQUEST,
            "E9301": Outcome.AUTH, "E9302": Outcome.AUTH, "E9338": Outcome.AUTH, "070101": Outcome.AUTH,
            "070304": Outcome.AUTH, "070305": Outcome.AUTH, "070306": Outcome.QUOTA_ACCOUNT,
            "070307": Outcome.AUTH, "070601": Outcome.AUTH,
        }  # fmt: skip
        statuses = {
            "2": Outcome.FOUND_MATCH, "20": Outcome.PROCESSING, "21": Outcome.PROCESSING, "22": Outcome.REJECTED,
            "24": Outcome.REJECTED, "3": Outcome.FOUND_VOID, "31": Outcome.FOUND_VOID, "4": Outcome.FOUND_RED_FULL,
        }  # fmt: skip
        return [
            *(({"code": code, "describe": "说明"}, outcome) for code, outcome in refusals.items()),
            *((self._with_status(status), outcome) for status, outcome in statuses.items()),
        ]

    def missing(self):
        return [(replace(PLAIN, handle=Handle()), "missing_handle")]

    def _with_status(self, status):
        body = self.found(self.invoices)
        return {**body, "result": [{**item, "status": status} for item in body["result"]]}

    def _item(self, invoice):
        company, address, phone, bank, person = PRIVATE
        return {
            "serialNo": invoice.handle.serial_no, "orderNo": "", "status": "2", "statusMsg": "开票完成",
            "failCause": "", "invoiceTime": 1740792600000, "invoiceCode": "", "invoiceNo": invoice.number,
            "allElectronicInvoiceNumber": invoice.number, "exTaxAmount": "100.00", "taxAmount": "6.00",
            "orderAmount": "106.00", "payerName": company, "payerTaxNo": invoice.buyer.tax_id,
            "saleName": company, "salerTaxNum": invoice.seller.tax_id, "address": address,
            "telephone": phone, "bankAccount": bank, "clerk": person, "pdfUrl": "https://example.com/key123456789",
        }  # fmt: skip
