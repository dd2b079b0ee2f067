"""Baiwang's words. One rule: written from what its clients tell, not from the adapter."""

from dataclasses import replace

from app.domain.invoice import Handle, Outcome, Party
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE, numbered

REQUEST = "00000000-0000-0000-0000-000000000000"


class OfBaiwang:
    credentials = {
        "app_key": "app", "app_secret": "secret", "username": "admin", "password": "password", "salt": "salt",
    }  # fmt: skip
    options = None
    invoices = numbered(1)
    form = "json"
    tokens = True

    def found(self, invoices):
        return {"success": True, "requestId": REQUEST, "response": [self._item(each) for each in invoices]}

    def absent(self):
        return {"success": True, "requestId": REQUEST, "response": []}

    def says(self):
        refusals = {
            "100007": Outcome.AUTH, "70169": Outcome.BAD_REQUEST, "20019": Outcome.TRANSIENT, "": Outcome.TRANSIENT,
        }  # fmt: skip
        statuses = {
            "00": Outcome.FOUND_MATCH, "02": Outcome.FOUND_VOID, "03": Outcome.FOUND_VOID,
            "05": Outcome.FOUND_RED_FULL, "06": Outcome.FOUND_RED_PARTIAL, "01": Outcome.TRANSIENT,
            "04": Outcome.TRANSIENT, "0": Outcome.TRANSIENT, "": Outcome.TRANSIENT,
        }  # fmt: skip
        marks = {
            "N00": Outcome.PROCESSING, "Y00": Outcome.PROCESSING, "Y10": Outcome.REJECTED,
            "Y11": Outcome.FOUND_MATCH, "Y01": Outcome.TRANSIENT, "": Outcome.FOUND_MATCH,
        }  # fmt: skip
        return [
            *((self._refusal(code), outcome) for code, outcome in refusals.items()),
            *((self._with(invoiceStatus=status), outcome) for status, outcome in statuses.items()),
            *((self._with(invoiceTypeCode="026", invoiceCheckMark=mark), outcome) for mark, outcome in marks.items()),
        ]

    def missing(self):
        (invoice,) = self.invoices
        return [
            (replace(invoice, handle=Handle()), "missing_handle"),
            (replace(PLAIN, seller=Party(), handle=Handle(order_no="O1")), "missing_seller_tax_id"),
        ]

    def _refusal(self, code):
        error = {"code": code, "message": "说明", "subCode": "", "subMessage": ""}
        return {"success": False, "requestId": REQUEST, "errorResponse": error}

    def _with(self, **changes):
        said = self.found(self.invoices)
        return {**said, "response": [{**item, **changes} for item in said["response"]]}

    def _item(self, invoice):
        company, address, phone, bank, person = PRIVATE
        return {
            "serialNo": invoice.handle.serial_no, "orderNo": "", "invoiceTypeCode": "02", "invoiceType": "0",
            "invoiceStatus": "00", "einvoiceNo": invoice.number, "invoiceCode": "", "invoiceNo": invoice.number,
            "invoiceDate": "20250301093000", "invoiceTotalPrice": "100.00", "invoiceTotalTax": 6.0,
            "invoiceTotalPriceTax": "106.00", "sellerTaxNo": invoice.seller.tax_id, "sellerName": company,
            "sellerAddress": address, "sellerTelphone": phone, "sellerBankName": bank,
            "buyerTaxNo": invoice.buyer.tax_id, "buyerName": company, "buyerPhone": phone, "drawer": person,
            "originalEinvoiceNo": "", "redInfoNo": "", "sourceMark": "01", "ext": {},
            "invoiceDetailsList": [{"goodsName": "*信息技术服务*软件", "goodsTotalPrice": 100.0}],
        }  # fmt: skip
