"""Huawei's words. One rule: written from the service's page, not from the adapter."""

from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE


class OfHuawei:
    credentials = {"access_key": "AK", "secret_key": "SK", "project_id": "0123456789abcdef"}
    options = None
    invoices = [PLAIN]
    form = "json"
    tokens = False

    def absent(self):
        return {"result": {"result_code": "1002", "result_message": "查无此票"}}

    def says(self):
        results = {
            "1002": Outcome.NOT_FOUND, "1003": Outcome.MISMATCH, "1004": Outcome.OUT_OF_WINDOW,
            "1010": Outcome.BAD_REQUEST, "1001": Outcome.TRANSIENT, "": Outcome.TRANSIENT,
        }  # fmt: skip
        statuses = {
            "valid": Outcome.FOUND_MATCH, "invalidated": Outcome.FOUND_VOID, "reversed": Outcome.FOUND_RED_FULL,
            "abnormal": Outcome.TRANSIENT, "": Outcome.TRANSIENT,
        }  # fmt: skip
        errors = [
            (400, "AIS.0101", Outcome.BAD_REQUEST), (500, "AIS.0118", Outcome.AUTHORITY_DOWN),
            (403, "ModelArts.4204", Outcome.AUTH), (401, "ModelArts.0203", Outcome.AUTH),
        ]  # fmt: skip
        gateway = [
            (404, "0101", Outcome.TRANSIENT), (400, "0201", Outcome.TRANSIENT), (401, "0301", Outcome.AUTH),
            (403, "0302", Outcome.AUTH), (401, "0303", Outcome.AUTH), (403, "0304", Outcome.AUTH),
            (401, "0305", Outcome.AUTH), (403, "0306", Outcome.AUTH), (401, "0307", Outcome.AUTH),
            (429, "0308", Outcome.RATE_LIMITED), (403, "0310", Outcome.AUTH), (403, "0402", Outcome.AUTH),
            (405, "0501", Outcome.QUOTA_ACCOUNT), (405, "0502", Outcome.QUOTA_ACCOUNT),
            (500, "0601", Outcome.TRANSIENT), (400, "0602", Outcome.TRANSIENT), (503, "0613", Outcome.TRANSIENT),
            (403, "0801", Outcome.AUTH), (403, "0802", Outcome.AUTH),
        ]  # fmt: skip
        errors += [
            (status, f"{name}.{code}", outcome) for name in ("APIG", "APIGW") for status, code, outcome in gateway
        ]
        return [
            *(({"result": {"result_code": code, "result_message": "x"}}, outcome) for code, outcome in results.items()),
            *(((status, {"error_code": code, "error_msg": "x"}), outcome) for status, code, outcome in errors),
            *((self._with_status(status), outcome) for status, outcome in statuses.items()),
        ]

    def missing(self):
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.VAT_SPECIAL), "missing_code"),
            (replace(PLAIN, kind=Kind.VAT_ORDINARY, code="011002500111"), "missing_check_code"),
            (replace(PLAIN, kind=Kind.BLOCKCHAIN, code="144032500111"), "missing_short_check_code"),
            (replace(PLAIN, kind=Kind.RAILWAY_TICKET), "unsupported_kind"),
        ]

    def _with_status(self, status):
        return {"result": {**self.found(self.invoices)["result"], "status": status}}

    def found(self, invoices):
        (invoice,) = invoices
        company, address, phone, bank, person = PRIVATE
        return {
            "result": {
                "type": "fully_digitalized_normal_electronic", "code": "", "number": invoice.number,
                "issue_date": "20250301", "machine_number": "", "check_code": "", "status": "valid",
                "subtotal_amount": "100.00", "subtotal_tax": "6.00", "total": "106.00",
                "total_in_words": "壹佰零陆元整", "remarks": phone, "receiver": person, "issuer": person,
                "buyer_name": company, "buyer_id": invoice.buyer.tax_id, "buyer_address": f"{address} {phone}",
                "buyer_bank": bank, "seller_name": company, "seller_id": invoice.seller.tax_id,
                "seller_address": f"{address} {phone}", "seller_bank": bank, "deductible_toll": "N",
                "items": [{"name": "*信息技术服务*软件", "amount": "100.00", "tax": "6.00", "tax_rate": "6%"}],
                "result_code": "1000",
                "result_message": "The invoice verification information is consistent.",
            }
        }  # fmt: skip
