"""Baidu's words. One rule: written from the provider's page, not from the adapter."""

from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE


class OfBaidu:
    credentials = {"api_key": "app", "secret_key": "secret"}
    options = None
    invoices = [PLAIN]
    form = "json"
    tokens = True

    def absent(self):
        return {"VerifyResult": "0009", "VerifyMessage": "发票不存在", "words_result": {}}

    def says(self):
        results = {
            "0002": Outcome.QUOTA_INVOICE_DAY, "0005": Outcome.BAD_REQUEST, "0006": Outcome.MISMATCH,
            "0009": Outcome.NOT_FOUND, "1004": Outcome.QUOTA_ACCOUNT, "1005": Outcome.BAD_REQUEST,
            "1006": Outcome.BAD_REQUEST, "1008": Outcome.BAD_REQUEST, "1009": Outcome.BAD_REQUEST,
            "1014": Outcome.TOO_EARLY, "1015": Outcome.OUT_OF_WINDOW, "1020": Outcome.AUTH,
            "1021": Outcome.AUTHORITY_DOWN, "9999": Outcome.TRANSIENT,
        }  # fmt: skip
        platform = {
            4: Outcome.RATE_LIMITED, 6: Outcome.AUTH, 17: Outcome.QUOTA_ACCOUNT, 18: Outcome.RATE_LIMITED,
            19: Outcome.QUOTA_ACCOUNT, 282000: Outcome.TRANSIENT,
        }  # fmt: skip
        signs = {
            "N": Outcome.FOUND_MATCH, "Y": Outcome.FOUND_VOID, "H": Outcome.FOUND_RED_FULL,
            "BH": Outcome.FOUND_RED_PARTIAL, "QH": Outcome.FOUND_RED_FULL,
        }  # fmt: skip
        return [
            *(({"VerifyResult": code, "words_result": {}}, outcome) for code, outcome in results.items()),
            *(({"error_code": code, "error_msg": "x"}, outcome) for code, outcome in platform.items()),
            *((self._with_sign(sign), outcome) for sign, outcome in signs.items()),
        ]

    def missing(self):
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.VAT_SPECIAL), "missing_code"),
            (replace(PLAIN, kind=Kind.VAT_ORDINARY, code="011002500111"), "missing_check_code"),
            (replace(PLAIN, kind=Kind.FOREIGN), "unsupported_kind"),
        ]

    def _with_sign(self, sign):
        body = self.found(self.invoices)
        return {**body, "words_result": {**body["words_result"], "InvalidSign": sign}}

    def found(self, invoices):
        (invoice,) = invoices
        company, address, phone, bank, person = PRIVATE
        words = {
            "VerifyResult": "0001", "VerifyMessage": "查验成功发票一致", "VerifyFrequency": "1",
            "InvalidSign": "N",
            "InvoiceType": "电子发票（普通发票）", "InvoiceCode": "", "InvoiceNum": invoice.number,
            "InvoiceDate": "2025年03月01日", "CheckCode": "", "MachineCode": "",
            "SellerName": company, "SellerRegisterNum": invoice.seller.tax_id, "SellerBank": bank,
            "PurchaserName": company, "PurchaserRegisterNum": invoice.buyer.tax_id,
            "PurchaserAddress": f"{address} {phone}", "NoteDrawer": person, "TotalAmount": "100.00",
            "TotalTax": "6.00", "AmountInFiguers": "106.00",
            "CommodityName": [{"row": "1", "word": "*信息技术服务*软件"}],
        }  # fmt: skip
        return {"log_id": 1484341644459867644, "words_result_num": len(words), "words_result": words}
