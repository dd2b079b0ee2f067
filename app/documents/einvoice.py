"""The XML of an invoice, in its three dialects, as an invoice object. One rule: totals come from totals, never lines.

`EInvoice` is the delivery file of a fully digital invoice (数电票). `eInvoice` (2019) is what the OFD of an electronic
ordinary invoice carries. Older software writes the pinyin initials of the national standard: FPHM, KPRQ, JSHJ.
The names are those that several independent public parsers of real files agree on.
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from app.documents import xmltree
from app.documents.draft import FIELDS, Draft, Unreadable, compose

_PATHS = {
    "number": "TaxSupervisionInfo/InvoiceNumber",
    "issued_at": "TaxSupervisionInfo/IssueTime",
    "requested_at": "EInvoiceData/BasicInformation/RequestTime",
    "seller.tax_id": "EInvoiceData/SellerInformation/SellerIdNum",
    "seller.name": "EInvoiceData/SellerInformation/SellerName",
    "buyer.tax_id": "EInvoiceData/BuyerInformation/BuyerIdNum",
    "buyer.name": "EInvoiceData/BuyerInformation/BuyerName",
    "amount.without_tax": "EInvoiceData/BasicInformation/TotalAmWithoutTax",
    "amount.tax": "EInvoiceData/BasicInformation/TotalTaxAm",
    "amount.with_tax": "EInvoiceData/BasicInformation/TotalTax-includedAmount",  # of a line: TotaltaxIncludedAmount
    "original.number": "EInvoiceData/SpecificInformation/RedEInvoice/OriginalInvoiceCode",  # holds the 20 digits
    "remark": "EInvoiceData/AdditionalInformation/Remark",
}
_HEADER_NUMBER = "Header/EIid"
_LABELS = "Header/InherentLabel"
_BY_ITSELF = ("铁路", "航空", "机动车销售统一发票", "二手车销售统一发票")
"""What EInvoiceType says where it is a kind of its own; else special or ordinary is told beside it."""

_NAMES = {
    # pinyin initials, written with and without underscores, in capitals or not
    "FPDM": "code", "FPHM": "number", "KPRQ": "issued_at", "KPSJ": "requested_at", "JYM": "check_code",
    "HJJE": "amount.without_tax", "HJSE": "amount.tax", "JSHJ": "amount.with_tax", "JSHJXX": "amount.with_tax",
    "XSFNSRSBH": "seller.tax_id", "XFSBH": "seller.tax_id", "XSFMC": "seller.name", "XFMC": "seller.name",
    "GMFNSRSBH": "buyer.tax_id", "GFSBH": "buyer.tax_id", "GMFMC": "buyer.name", "GFMC": "buyer.name",
    "YFPDM": "original.code", "YFPHM": "original.number", "FPQQLSH": "handle.serial_no", "BZ": "remark",
    # eInvoice, 2019
    "INVOICECODE": "code", "INVOICENO": "number", "ISSUEDATE": "issued_at", "INVOICECHECKCODE": "check_code",
    "TAXEXCLUSIVETOTALAMOUNT": "amount.without_tax", "TAXTOTALAMOUNT": "amount.tax",
    "TAXINCLUSIVETOTALAMOUNT": "amount.with_tax", "SELLERTAXID": "seller.tax_id", "SELLERNAME": "seller.name",
    "BUYERTAXID": "buyer.tax_id", "BUYERNAME": "buyer.name", "ORIGINALINVOICECODE": "original.code",
    "ORIGINALINVOICENO": "original.number", "NOTE": "remark",
}  # fmt: skip


def read(raw: bytes) -> Draft:
    """The invoice that the XML tells; raises Unreadable."""
    root = xmltree.parse(raw)
    return _digital(root) if root.tag == "EInvoice" else named(_leaves(root))


def named(leaves: Mapping[str, set[str]], where: str = "the element") -> Draft:
    """The invoice told by elements that are known by name alone, `leaves`: all texts of each name."""
    said: dict[str, tuple[str, str]] = {}
    for name, texts in leaves.items():
        field = _NAMES.get(name.replace("_", "").upper())
        if field:
            told = _one(field, texts | ({said[field][0]} if field in said else set()))
            said[field] = (told, f"{where} {name}")
    if not {"number", "seller.tax_id"} & said.keys():
        raise Unreadable("not_an_invoice", "This XML is no invoice: its root is not EInvoice, and it has no FPHM.")
    return compose(said)


def _digital(root: Element) -> Draft:
    if root.find("TaxSupervisionInfo") is None:
        sentence = (
            "TaxSupervisionInfo is missing: the tax bureau has not numbered this invoice. Send the XML it delivers."
        )
        raise Unreadable("not_numbered", sentence, "/number")
    said = {field: (text, f"EInvoice/{path}") for field, path in _PATHS.items() if (text := _text(root, field, path))}
    header = _text(root, "number", _HEADER_NUMBER)
    number, source = said.setdefault("number", (header, f"EInvoice/{_HEADER_NUMBER}"))
    if header not in {"", number}:
        raise Unreadable("contradiction", f"{source} and EInvoice/{_HEADER_NUMBER} tell two numbers.", "/number")
    if kind := _kind(root):
        said["kind"] = (kind, f"EInvoice/{_LABELS}")
    return compose(said)


def _text(root: Element, field: str, path: str) -> str:
    return _one(field, {text for each in root.findall(path) if (text := (each.text or "").strip())})


def _one(field: str, texts: set[str]) -> str:
    """The one thing told of a field; remarks may be many, they only help."""
    if field not in FIELDS:
        return " ".join(sorted(texts))
    if len(texts) > 1 and field == "number":
        raise Unreadable("several_invoices", "This XML holds several invoices; one file is one invoice.", "/number")
    if len(texts) > 1:
        pointer = "/" + field.replace(".", "/")
        raise Unreadable("contradiction", f"{pointer} is told twice, and differently.", pointer)
    return next(iter(texts), "")


def _kind(root: Element) -> str:
    """A label that says the kind, in words that `wording.kind` knows; empty where the file leaves it open."""
    labels = root.find(_LABELS)
    if labels is None:
        return ""
    kind = labels.findtext("EInvoiceType/LabelName") or ""
    if any(word in kind for word in _BY_ITSELF):
        return f"数电票({kind.strip()[:40]})"
    special_or_ordinary = (labels.findtext("GeneralOrSpecialVAT/LabelName") or "").strip()
    return f"数电票({special_or_ordinary[:40]})" if re.search("专用|普通", special_or_ordinary) else ""


def _leaves(root: Element) -> dict[str, set[str]]:
    leaves: dict[str, set[str]] = {}
    for name, text in _told(root):
        leaves.setdefault(name, set()).add(text)
    return leaves


def _told(root: Element) -> Iterator[tuple[str, str]]:
    for each in root.iter():
        if not len(each) and (text := (each.text or "").strip()):
            yield each.tag, text
