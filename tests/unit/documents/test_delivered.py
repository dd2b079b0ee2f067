"""Delivery files as sellers get them, XML and OFD, read into the invoice object that POST /v1/events takes."""

import pytest

from app.documents.specimen import EINVOICE
from app.domain.identity import Fault
from tests.unit.documents import files
from tests.unit.documents.files import BLUE, RED, SELLER
from tests.unit.documents.reading import invoice, one, refused

BLUE_INVOICE = {
    "number": "26112000000000000011",
    "kind": "digital_ordinary",
    "issued_at": "2026-11-20T09:30:00+08:00",
    "seller": {"tax_id": SELLER, "name": "示例科技（北京）有限公司"},
    "buyer": {"tax_id": "91110105100000024M", "name": "示例商贸（北京）有限公司"},
    "amount": {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00"},
}
PINYIN = """<?xml version="1.0" encoding="GBK"?><business><REQUEST><FP_DM>011002600111</FP_DM><FP_HM>00000031</FP_HM>
<KPRQ>20261120093000</KPRQ><XSF_NSRSBH>911101081000000166</XSF_NSRSBH><XSF_MC>示例科技</XSF_MC><GMF_MC>个人</GMF_MC>
<HJJE>100.00</HJJE><HJSE>6.00</HJSE><JSHJ>106.00</JSHJ><JYM>12345678901234567890</JYM><BZ></BZ>
<XMXX><XMJE>90.00</XMJE><SE>5.40</SE></XMXX></REQUEST></business>"""
OF_2019 = """<eInvoice xmlns:fp="urn:e"><fp:InvoiceCode>011002600111</fp:InvoiceCode>
<fp:InvoiceNo>00000031</fp:InvoiceNo>
<fp:IssueDate>2026年11月20日</fp:IssueDate><fp:InvoiceCheckCode>12345678901234567890</fp:InvoiceCheckCode>
<fp:Seller><fp:SellerTaxID>911101081000000166</fp:SellerTaxID></fp:Seller>
<fp:TaxExclusiveTotalAmount>100.00</fp:TaxExclusiveTotalAmount></eInvoice>"""


# --- XML ----------------------------------------------------------------------------------------------------------


def test_a_delivered_invoice_is_read_with_its_totals_and_not_those_of_its_lines():
    assert invoice(BLUE) == BLUE_INVOICE


def test_a_day_without_its_hour_is_noon_in_beijing():
    assert invoice(BLUE.replace("<RequestTime>2026-11-20 09:30:00</RequestTime>", ""))["issued_at"] == (
        "2026-11-20T12:00:00+08:00"
    )


def test_the_hour_of_a_request_on_another_day_is_not_that_of_the_issue():
    told = invoice(BLUE.replace("2026-11-20 09:30:00", "2026-11-19 23:59:00"))
    assert told["issued_at"] == "2026-11-20T12:00:00+08:00"


def test_a_red_invoice_names_its_original_by_its_own_element_or_by_its_remark():
    by_element = RED.replace("被红冲蓝字数电发票号码", "备注")
    by_remark = RED.replace("<OriginalInvoiceCode>26112000000000000011</OriginalInvoiceCode>", "")
    for xml in (by_element, by_remark):
        assert invoice(xml)["original"] == {"number": "26112000000000000011"}


def test_the_remark_of_a_blue_invoice_names_no_original():
    remark = (
        "<AdditionalInformation><Remark>被红冲蓝字数电发票号码：26112000000000000001</Remark></AdditionalInformation>"
    )
    assert "original" not in invoice(BLUE.replace("</EInvoiceData>", f"{remark}</EInvoiceData>"))


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ("<GeneralOrSpecialVAT><LabelName>增值税专用发票</LabelName></GeneralOrSpecialVAT>", "digital_special"),
        ("<EInvoiceType><LabelName>铁路电子客票</LabelName></EInvoiceType>", "railway_ticket"),
        ("<EInvoiceType><LabelName>机动车销售统一发票</LabelName></EInvoiceType>", "digital_motor_vehicle"),
        ("<GeneralOrSpecialVAT><LabelName>新的一种</LabelName></GeneralOrSpecialVAT>", None),
    ],
)
def test_the_kind_is_what_the_labels_say_and_open_where_they_say_nothing_known(labels, kind):
    label = f"<Header><InherentLabel>{labels}</InherentLabel>"
    assert invoice(EINVOICE.replace("<Header>", label)).get("kind") == kind


def test_the_pinyin_of_old_software_is_read_from_gbk():
    told = invoice(PINYIN.encode("gbk"))
    assert (told["code"], told["number"], told["check_code"]) == ("011002600111", "00000031", "12345678901234567890")
    assert (told["issued_at"], told["seller"]["name"]) == ("2026-11-20T09:30:00+08:00", "示例科技")
    assert told["amount"] == {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00"}


def test_a_file_whose_bytes_contradict_its_declaration_is_not_read_as_either():
    assert refused(PINYIN.encode()).code == "not_utf8"


def test_the_xml_of_2019_is_read():
    told = invoice(OF_2019)
    assert (told["number"], told["issued_at"]) == ("00000031", "2026-11-20T12:00:00+08:00")
    assert told["amount"] == {"without_tax": "100.00"}


def test_a_fault_says_from_which_element_its_field_came():
    fault = one(BLUE).located(Fault("/amount/tax", "money_malformed", "Digits."))
    assert fault.detail == "Digits. It stands in EInvoice/EInvoiceData/BasicInformation/TotalTaxAm."


# --- OFD ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Doc_0/Attachs/original_invoice.xml", "Doc_0/Attachs/Original_Invoice.xml"])
def test_an_ofd_carries_its_invoice_under_the_usual_name(name):
    assert invoice(files.ofd({name: BLUE})) == BLUE_INVOICE


def test_an_ofd_lists_its_invoice_among_the_attachments():
    listing = "<Attachments><Attachment ID='1'><FileLoc>/Doc_0/Attachs/data.xml</FileLoc></Attachment></Attachments>"
    held = {"Doc_0/Attachs/Attachments.xml": listing, "Doc_0/Attachs/data.xml": BLUE}
    assert invoice(files.ofd(held)) == BLUE_INVOICE


CUSTOM = {
    "native-producer": "nobody", "发票号码": "26112000000000000011", "合计税额": "6.00", "合计金额": "100.00",
    "开票日期": "2026年11月20日", "购买方纳税人识别号": "", "销售方纳税人识别号": SELLER,
}  # fmt: skip


def test_an_ofd_without_attachment_tells_by_its_custom_data():
    told = invoice(files.ofd(custom=CUSTOM))
    assert (told["number"], told["seller"]) == ("26112000000000000011", {"tax_id": SELLER})
    assert told["amount"] == {"without_tax": "100.00", "tax": "6.00"}
    assert told["issued_at"] == "2026-11-20T12:00:00+08:00"


def test_an_ofd_with_tags_alone_tells_by_the_texts_they_point_to():
    said = {
        "InvoiceNo": "26112000000000000011", "IssueDate": "2026年11月20日", "SellerTaxID": SELLER,
        "TaxInclusiveTotalAmount": "¥106.00",
    }  # fmt: skip
    tags = "".join(f"<{name}><ObjectRef PageRef='1'>{at}</ObjectRef></{name}>" for at, name in enumerate(said))
    texts = "".join(
        f"<TextObject ID='{at}'><TextCode>{text}</TextCode></TextObject>" for at, text in enumerate(said.values())
    )
    held = {
        "Doc_0/Tags/CustomTag.xml": f"<eInvoice>{tags}</eInvoice>",
        "Doc_0/Pages/Page_0/Content.xml": f"<P>{texts}</P>",
    }
    told = invoice(files.ofd(held))
    assert (told["number"], told["amount"]) == ("26112000000000000011", {"with_tax": "106.00"})


def test_an_ofd_without_data_says_so():
    assert "no data" in refused(files.ofd()).detail


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (files.ofd({"blank": b"\0" * 60_000_000}), "too_large"),
        (files.ofd({"blank": b"\0" * 10_000_000}), "too_large"),
        (files.archive({"OFD.xml": "<a/>", **{f"{n}": "" for n in range(1001)}}), "too_large"),
        (files.ofd({"a/original_invoice.xml": BLUE, "b/original_invoice.xml": RED}), "several_invoices"),
        (files.archive({"OFD.xml": "<a>"}), "malformed_xml"),
        (files.archive({"../../etc/passwd": "x"}), "unsupported"),
        (files.ofd({"a/original_invoice.xml": BLUE})[:-40], "unsupported"),
    ],
)
def test_an_archive_that_is_a_bomb_or_broken_is_refused(raw, code):
    assert refused(raw).code == code
