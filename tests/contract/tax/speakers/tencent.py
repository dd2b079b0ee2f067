"""Tencent Cloud's words. One rule: written from the provider's page and SDK, not from the adapter."""

from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome, Paper, Party
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE


class OfTencent:
    credentials = {"secret_id": "AKIDEXAMPLE", "secret_key": "SECRETEXAMPLE", "token": "temporary"}
    options = None
    invoices = [PLAIN]
    form = "json"
    tokens = False

    def absent(self):
        return self._error("ResourceNotFound.NoInvoice")

    def says(self):
        checks = {
            "ResourceNotFound.NoInvoice": Outcome.NOT_FOUND,
            "FailedOperation.InvoiceMismatch": Outcome.MISMATCH,
            "FailedOperation.CountLimitError": Outcome.QUOTA_INVOICE_DAY,
            "ResourceNotFound.NotSupportCurrentInvoiceQuery": Outcome.TOO_EARLY,
            "ResourceUnavailable.TaxNetworkError": Outcome.AUTHORITY_DOWN,
            "ResourceNotFound.NoAreaCode": Outcome.BAD_REQUEST,
            "InvalidParameterValue.TicketSnParameterValueLimit": Outcome.BAD_REQUEST,
            "InvalidParameterValue.TicketCodeParameterValueLimit": Outcome.BAD_REQUEST,
            "InvalidParameterValue.TicketDateParameterValueLimit": Outcome.BAD_REQUEST,
            "InvalidParameterValue.PriceOrVerificationParameterValueLimit": Outcome.BAD_REQUEST,
            "InvalidParameterValue.InvalidParameterValueLimit": Outcome.BAD_REQUEST,
        }  # fmt: skip
        platform = {
            "RequestLimitExceeded": Outcome.RATE_LIMITED,
            "RequestLimitExceeded.UinLimitExceeded": Outcome.RATE_LIMITED,
            "FailedOperation.ArrearsError": Outcome.QUOTA_ACCOUNT,
            "ResourceUnavailable.InArrears": Outcome.QUOTA_ACCOUNT,
            "ResourceUnavailable.ResourcePackageRunOut": Outcome.QUOTA_ACCOUNT,
            "ResourcesSoldOut.ChargeStatusException": Outcome.QUOTA_ACCOUNT,
            "FailedOperation.UnOpenError": Outcome.AUTH, "AuthFailure": Outcome.AUTH,
            "AuthFailure.SignatureFailure": Outcome.AUTH, "AuthFailure.SignatureExpire": Outcome.AUTH,
            "AuthFailure.SecretIdNotFound": Outcome.AUTH, "AuthFailure.TokenFailure": Outcome.AUTH,
            "AuthFailure.UnauthorizedOperation": Outcome.AUTH, "UnauthorizedOperation": Outcome.AUTH,
            "IpInBlacklist": Outcome.AUTH, "IpNotInWhitelist": Outcome.AUTH,
            "InvalidParameter": Outcome.BAD_REQUEST, "InvalidParameterValue": Outcome.BAD_REQUEST,
            "MissingParameter": Outcome.BAD_REQUEST, "UnknownParameter": Outcome.BAD_REQUEST,
            "InternalError": Outcome.TRANSIENT, "ServiceUnavailable": Outcome.TRANSIENT,
            "FailedOperation.UnKnowError": Outcome.TRANSIENT, "FailedOperation.ResponseParseFailed": Outcome.TRANSIENT,
            "FailedOperation.EngineRecognizeTimeout": Outcome.TRANSIENT,
        }  # fmt: skip
        signs = {
            "N": Outcome.FOUND_MATCH, "Y": Outcome.FOUND_VOID, "H": Outcome.FOUND_RED_FULL,
            "HP": Outcome.FOUND_RED_PARTIAL, "HF": Outcome.FOUND_RED_FULL,
        }  # fmt: skip
        return [
            *((self._error(code), outcome) for code, outcome in (checks | platform).items()),
            *((self._with_sign(sign), outcome) for sign, outcome in signs.items()),
        ]

    def missing(self):
        coded = replace(PLAIN, number="00000001", code="011002500111")
        paper = replace(PLAIN, kind=Kind.DIGITAL_PAPER_ORDINARY)
        general = replace(PLAIN, kind=Kind.GENERAL_ELECTRONIC, number="00000001", code="144002588010")
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.DIGITAL_SPECIAL, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.RAILWAY_TICKET, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.AIR_ITINERARY, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.VAT_SPECIAL), "missing_code"),
            (replace(coded, kind=Kind.VAT_SPECIAL, amount=Amount()), "missing_amount_without_tax"),
            (replace(coded, kind=Kind.VAT_ORDINARY), "missing_check_code"),
            (replace(coded, kind=Kind.TOLL_ELECTRONIC, check_code="12345"), "missing_check_code"),
            (replace(coded, kind=Kind.MOTOR_VEHICLE, amount=Amount()), "missing_amount_without_tax"),
            (replace(coded, kind=Kind.USED_VEHICLE, amount=Amount()), "missing_amount_with_tax"),
            (replace(coded, kind=Kind.BLOCKCHAIN, check_code="1234"), "missing_short_check_code"),
            (replace(coded, kind=Kind.BLOCKCHAIN, check_code="1a2b3", seller=Party()), "missing_seller_tax_id"),
            (paper, "missing_paper_code"),
            (replace(paper, paper=Paper(code="011002500104")), "missing_paper_number"),
            (replace(paper, paper=Paper("011002500104", "00000001")), "missing_check_code"),
            (replace(general, seller=Party()), "missing_seller_tax_id"),
            (replace(general, code="011002500111"), "unsupported_region"),
            (replace(PLAIN, kind=Kind.FOREIGN), "unsupported_kind"),
        ]

    def found(self, invoices):
        (invoice,) = invoices
        company, address, phone, bank, person = PRIVATE
        face = {
            "Code": "", "Number": invoice.number, "Date": "20250301", "BuyerName": company,
            "BuyerTaxCode": invoice.buyer.tax_id, "BuyerAddressPhone": f"{address} {phone}", "BuyerBankAccount": bank,
            "SellerName": company, "SellerTaxCode": invoice.seller.tax_id, "SellerAddressPhone": address,
            "SellerBankAccount": bank, "Remark": "", "MachineNo": "", "Type": "0910", "ElectronicType": "02",
            "CheckCode": "", "IsAbandoned": "N", "HasSellerList": "N", "AmountWithoutTax": "100.00",
            "TaxAmount": "6.00", "AmountWithTax": "106.00", "IssuerName": person, "RedLetterInvoiceMark": "N",
            "RedLetterInvoices": [], "OriginalCode": "", "OriginalNumber": "",
            "Items": [{"LineNo": "1", "Name": "*信息技术服务*软件", "AmountWithoutTax": "100.00"}],
        }  # fmt: skip
        return {"Response": {"Invoice": face, "RequestId": "3c140219-cfe9-470e-b241-907877d6fb03"}}

    def _with_sign(self, sign):
        response = self.found(self.invoices)["Response"]
        return {"Response": {**response, "Invoice": {**response["Invoice"], "IsAbandoned": sign}}}

    def _error(self, code):
        return {"Response": {"Error": {"Code": code, "Message": "说明"}, "RequestId": "3c140219"}}
