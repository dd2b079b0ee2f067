"""Jumdata's words. One rule: written from the provider's page, not from the adapter."""

from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Amount, Outcome
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE


class OfJumdata:
    credentials = {"app_id": "app", "app_secret": "secret"}
    options = None
    invoices = [PLAIN]
    form = "json"
    tokens = False

    def absent(self):
        return {"code": 201, "msg": "查无此票", "taskNo": "12552230716560623515"}

    def says(self):
        results = {
            201: Outcome.NOT_FOUND, 202: Outcome.MISMATCH, 203: Outcome.QUOTA_INVOICE_DAY,
            204: Outcome.QUOTA_ACCOUNT, 205: Outcome.OUT_OF_WINDOW, 206: Outcome.TRANSIENT,
            207: Outcome.BAD_REQUEST, 400: Outcome.BAD_REQUEST, 404: Outcome.TRANSIENT, 411: Outcome.BAD_REQUEST,
            412: Outcome.BAD_REQUEST, 500: Outcome.AUTHORITY_DOWN, 502: Outcome.TRANSIENT, 601: Outcome.AUTH,
            602: Outcome.AUTH, 603: Outcome.QUOTA_ACCOUNT, 604: Outcome.AUTH, 606: Outcome.RATE_LIMITED,
            607: Outcome.AUTH, 609: Outcome.RATE_LIMITED, 610: Outcome.TRANSIENT, 999: Outcome.TRANSIENT,
            208: Outcome.TRANSIENT,
        }  # fmt: skip
        statuses = {
            "0": Outcome.FOUND_MATCH, "2": Outcome.FOUND_VOID, "3": Outcome.FOUND_RED_FULL,
            "7": Outcome.FOUND_RED_PARTIAL, "8": Outcome.FOUND_RED_FULL, "1": Outcome.TRANSIENT,
            "4": Outcome.TRANSIENT, "": Outcome.TRANSIENT,
        }  # fmt: skip
        return [
            *(({"code": code, "msg": "说明", "taskNo": "1"}, outcome) for code, outcome in results.items()),
            *((self._with_status(status), outcome) for status, outcome in statuses.items()),
        ]

    def missing(self):
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, amount=Amount()), "missing_amount_with_tax"),
            (replace(PLAIN, kind=Kind.VAT_SPECIAL), "missing_code"),
            (replace(PLAIN, kind=Kind.VAT_ORDINARY, code="011002500111"), "missing_check_code"),
            (replace(PLAIN, kind=Kind.BLOCKCHAIN), "unsupported_kind"),
        ]

    def _with_status(self, status):
        said = self.found(self.invoices)
        return {**said, "data": {**said["data"], "fpztDm": status}}

    def found(self, invoices):
        (invoice,) = invoices
        company, address, phone, bank, _ = PRIVATE
        return {
            "code": 200, "msg": "成功", "taskNo": "12552230716560623515", "charge": True,
            "data": {
                "fplx": "0910", "fpdm": "", "fphm": invoice.number, "kprq": "2025-03-01T00:00:00Z", "jym": "",
                "xfmc": company, "xfsbh": invoice.seller.tax_id, "xsfdzdh": f"{address} {phone}", "xsfyhzh": bank,
                "gfmc": company, "gfsbh": invoice.buyer.tax_id, "gmfdzdh": f"{address} {phone}", "gmfyhzh": bank,
                "je": "100.00", "se": 6.0, "jshj": "106.00", "jshjcn": "壹佰零陆元整", "fpztDm": "0",
                "sbbh": "", "bz": phone, "dq": "北京", "times": 1, "kjlx": "1", "xhqdBz": "N",
                "hwxx": [{"mxxh": 1, "mc": "*信息技术服务*软件", "je": 100.0, "se": 6.0, "slv": 0.06}],
            },
        }  # fmt: skip
