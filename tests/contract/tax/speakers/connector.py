"""Two gateways' words: Leqi's by the batch, an in-house one's in XML. One rule: configured as an operator would."""

from dataclasses import replace

from app.domain.identity import Kind
from app.domain.invoice import Handle, Outcome
from app.settings.connector import ConnectorSettings
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE, numbered

FOUND = {
    "number": "fphm", "code": "fpdm", "issued_on": "kprq", "seller_tax_id": "xsfnsrsbh", "buyer_tax_id": "gmfnsrsbh",
    "without_tax": "hjje", "tax": "hjse", "with_tax": "jshj", "original_number": "lzfphm",
}  # fmt: skip
STATES = {
    "00": "found_match", "01": "processing", "02": "rejected", "03": "duplicate_accepted", "04": "found_void",
    "05": "found_red_full", "06": "found_red_partial", "09": "not_found",
}  # fmt: skip
ERRORS = {"401": "auth", "429": "rate_limited", "404": "not_found", "503": "authority_down", "900": "quota_account"}
LEQI = {
    "family": "channel",
    "batch": 50,
    "retention": "12h",
    "request": {
        "path": "/queryBatchDrawupResult",
        "headers": {"Authorization": "Bearer {credentials.token}"},
        "body": {"nsrsbh": "{credentials.tax_id}", "list": {"each": {"requestId": "{serial_no}"}}},
    },
    "signature": {
        "recipe": "hmac_sha256",
        "over": "{timestamp}{body}",
        "key": "{credentials.secret}",
        "into": {"header": "X-Sign"},
    },
    "answer": {
        "ok": {"at": "code", "values": ["0"], "message": "msg"},
        "errors": ERRORS,
        "items": "data.list",
        "match": {"requestId": "{serial_no}"},
        "code": "fpState",
        "message": "fpStateMsg",
        "codes": STATES,
        "found": FOUND,
    },
}
IN_HOUSE = {
    "family": "proof",
    "kinds": {"digital_ordinary": "82", "vat_special": "01"},
    "request": {
        "format": "xml",
        "body": '<Query type="{kind}"><User>{credentials.user}</User><Number>{number}</Number>'
        "<Day>{issued_on:%Y%m%d}</Day><Total>{amount_with_tax}</Total></Query>",
    },
    "answer": {
        "format": "xml",
        "ok": {"at": "Reply.Head.Code", "values": ["0"], "message": "Reply.Head.Text"},
        "errors": ERRORS,
        "code": "Reply.Invoice.scjg",
        "message": "Reply.Invoice.scjgsm",
        "codes": STATES,
        "found": {name: f"Reply.Invoice.{path}" for name, path in FOUND.items()},
    },
}


def face_of(invoice):
    company, address, phone, bank, person = PRIVATE
    return {
        "fphm": invoice.number, "fpdm": "", "kprq": "20250301093000", "xsfnsrsbh": invoice.seller.tax_id,
        "gmfnsrsbh": invoice.buyer.tax_id, "hjje": "100.00", "hjse": "6.00", "jshj": "106.00", "lzfphm": "",
        "gmfmc": company, "gmfdz": address, "gmfdh": phone, "gmfyh": bank, "kpr": person,
    }  # fmt: skip


class OfLeqi:
    credentials = {"tax_id": "911101081000000166", "token": "let-me-in", "secret": "of-ours"}
    options = ConnectorSettings.model_validate(LEQI).dialect()
    invoices = numbered(3)
    form = "json"
    tokens = False

    def found(self, invoices, state="00"):
        return {"code": "0", "msg": "成功", "data": {"list": [self._item(each, state) for each in invoices]}}

    def absent(self):
        return {"code": "404", "msg": "没有这些请求"}

    def says(self):
        states = {**STATES, "03": Outcome.DUPLICATE_ACCEPTED, "07": Outcome.TRANSIENT}
        return [
            *(({"code": code, "msg": "说明"}, Outcome(outcome)) for code, outcome in ERRORS.items()),
            *(((500, {"code": code}), Outcome(outcome)) for code, outcome in ERRORS.items()),
            *((self.found(self.invoices, state), Outcome(outcome)) for state, outcome in states.items()),
            ({"code": "77"}, Outcome.TRANSIENT),
            ({"code": "0", "data": {"list": []}}, Outcome.TRANSIENT),
        ]

    def missing(self):
        return [(replace(PLAIN, handle=Handle(order_no="O1")), "missing_serial_no")]

    def _item(self, invoice, state):
        return {"requestId": invoice.handle.serial_no, "fpState": state, "fpStateMsg": "说明", **face_of(invoice)}


class OfInHouse:
    credentials = {"user": "piaoda"}
    options = ConnectorSettings.model_validate(IN_HOUSE).dialect()
    invoices = [PLAIN]
    form = "xml"
    tokens = False

    def found(self, invoices, state="00"):
        (invoice,) = invoices
        told = {"scjg": state, "scjgsm": "说明", **face_of(invoice)}
        return self._reply("0", "".join(f"<{name}>{value}</{name}>" for name, value in told.items()))

    def absent(self):
        return self._reply("404")

    def says(self):
        return [
            *((self._reply(code), Outcome(outcome)) for code, outcome in ERRORS.items()),
            *((self.found(self.invoices, state), Outcome(outcome)) for state, outcome in STATES.items()),
            (self.found(self.invoices, "88"), Outcome.TRANSIENT),
            (self._reply("88"), Outcome.TRANSIENT),
        ]

    def missing(self):
        return [
            (replace(PLAIN, kind=None), "missing_kind"),
            (replace(PLAIN, kind=Kind.FOREIGN), "unsupported_kind"),
            (replace(PLAIN, amount=replace(PLAIN.amount, with_tax=None)), "missing_amount_with_tax"),
        ]

    def _reply(self, code, invoice=""):
        head = f"<Head><Code>{code}</Code><Text>说明</Text></Head>"
        return f'<?xml version="1.0" encoding="UTF-8"?><Reply>{head}<Invoice>{invoice}</Invoice></Reply>'
