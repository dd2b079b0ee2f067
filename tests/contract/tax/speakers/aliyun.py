"""Alibaba Cloud's words. One rule: written from the provider's page and its public clients, not from the adapter."""

import json
from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome, Paper
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE


class OfAliyun:
    credentials = {"access_key_id": "LTAIEXAMPLE", "access_key_secret": "SECRETEXAMPLE", "token": "temporary"}
    options = None
    invoices = [PLAIN]
    form = "json"
    tokens = False

    def absent(self):
        return self.said({"code": "009", "msg": "所查发票不存在", "data": None})

    def says(self):
        results = {
            Outcome.MISMATCH: ["006"],
            Outcome.NOT_FOUND: ["009"],
            Outcome.QUOTA_INVOICE_DAY: ["002"],
            Outcome.QUOTA_ACCOUNT: ["104", "115", "131003", "131004"],
            Outcome.TOO_EARLY: ["10014"],
            Outcome.OUT_OF_WINDOW: ["10017"],
            Outcome.BAD_REQUEST: [
                "1005", "005", "105", "108", "109", "110", "111", "112", "113", "114", "1010", "1011", "10015", "10016",
                "10018", "111000", "111001",
            ],
            Outcome.AUTH: ["10020", "131002"],
            Outcome.RATE_LIMITED: ["131005", "152000", "121001"],
            Outcome.AUTHORITY_DOWN: ["1021"],
            Outcome.TRANSIENT: ["106", "000001", "101000", "121000", "121002", "171000"],
        }  # fmt: skip
        gateway = {
            Outcome.AUTH: [
                (404, "InvalidAccessKeyId.NotFound"), (400, "InvalidAccessKeyId.Inactive"),
                (400, "SignatureDoesNotMatch"), (400, "IncompleteSignature"), (400, "InvalidSecurityToken.Expired"),
                (400, "MissingSecurityToken"), (400, "InvalidTimeStamp.Expired"), (403, "Forbidden"),
                (403, "Forbidden.RAM"), (401, "noPermission"), (401, "ocrServiceNotOpen"),
            ],
            Outcome.QUOTA_ACCOUNT: [(400, "InsufficientBalance")],
            Outcome.RATE_LIMITED: [(400, "Throttling"), (400, "Throttling.User"), (429, "Throttling.Api")],
            Outcome.BAD_REQUEST: [
                (400, "MissingInvoiceNo"), (400, "MissingInvoiceDate"), (400, "MissingParameter"),
                (400, "InvalidParameter"), (400, "InvalidParameter.InvoiceNo"),
            ],
            Outcome.TRANSIENT: [(400, "SignatureNonceUsed"), (503, "ServiceUnavailable"), (500, "InternalError")],
        }  # fmt: skip
        marks = {
            "N": Outcome.FOUND_MATCH, "Y": Outcome.FOUND_VOID, "H": Outcome.FOUND_RED_FULL,
            "7": Outcome.FOUND_RED_PARTIAL, "8": Outcome.FOUND_RED_FULL,
        }  # fmt: skip
        return [
            *(
                (self.said({"code": code, "msg": "说明", "data": None}), outcome)
                for outcome, codes in results.items()
                for code in codes
            ),
            *(
                ((status, {"RequestId": "55B2BB6D", "Code": code, "Message": "x", "HostId": "ocr-api"}), outcome)
                for outcome, codes in gateway.items()
                for status, code in codes
            ),
            *((self.said(self.verdict(invalidMark=mark)), outcome) for mark, outcome in marks.items()),
            (self.said(self.verdict() | {"code": "000000"}), Outcome.FOUND_MATCH),
        ]

    def missing(self):
        coded = replace(PLAIN, number="00000001", code="011002500111")
        paper = replace(PLAIN, kind=Kind.DIGITAL_PAPER_SPECIAL)
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.RAILWAY_TICKET, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.VAT_SPECIAL), "missing_code"),
            (replace(coded, kind=Kind.VAT_SPECIAL, amount=Amount()), "missing_amount_without_tax"),
            (replace(coded, kind=Kind.VAT_ORDINARY), "missing_check_code"),
            (replace(coded, kind=Kind.USED_VEHICLE, amount=Amount()), "missing_amount_with_tax"),
            (replace(coded, kind=Kind.BLOCKCHAIN, check_code="1234"), "missing_short_check_code"),
            (paper, "missing_paper_code"),
            (replace(paper, paper=Paper(code="011002500104")), "missing_paper_number"),
            (replace(PLAIN, kind=Kind.GENERAL_ELECTRONIC), "unsupported_kind"),
            (replace(PLAIN, kind=Kind.FOREIGN), "unsupported_kind"),
        ]

    def found(self, invoices):
        (invoice,) = invoices
        return self.said(self.verdict(invoice))

    def said(self, verdict):
        return {"RequestId": "55B2BB6D-EA14-5828-AB61-3CE168377D64", "Data": json.dumps(verdict, ensure_ascii=False)}

    def verdict(self, invoice=PLAIN, **changes):
        company, address, phone, bank, person = PRIVATE
        face = {
            "invoiceType": "32", "invoiceCode": "", "invoiceNumber": invoice.number, "invoiceDate": "20250301",
            "checkCode": "", "cyjgxx": "查验成功发票一致", "inspectionAmount": "1", "invalidMark": "N",
            "invoiceMoney": "100.00", "allTax": "6.00", "allValoremTax": "106.00", "blueInvoiceNo": "",
            "purchaserName": company, "purchaserTaxpayerNumber": invoice.buyer.tax_id,
            "purchaserAddressOrPhone": f"{address} {phone}", "purchaserBankAndNumber": bank, "salerName": company,
            "salerTaxpayerNumber": invoice.seller.tax_id, "salerAddressOrPhone": address, "salerBankAndNumber": bank,
            "note": person, "detailList": [{"goodsName": "*信息技术服务*软件", "detailAmount": "100.00"}],
        }  # fmt: skip
        return {"code": "001", "msg": "成功", "data": {**face, **changes}}
