"""Tables as accountants have them, texts of QR codes, and what is neither."""

from datetime import datetime

import pytest

from app.api.translation import read_event
from app.documents import document, workbook
from app.documents.draft import Refused
from app.domain.qr import qr_crc
from tests.unit.api.standin import NOW
from tests.unit.documents import files
from tests.unit.documents.files import BLUE, CODES, CSV, EXPORT, SELLER, exported
from tests.unit.documents.reading import invoice, one, refused

# --- tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_in_the_encodings_and_separators_that_spreadsheets_write(codec, separator):
    text = CSV.replace('"1,000.00"', "1000.00").replace('"1,060.00"', "1060.00").replace(",", separator)
    first, second = document.read(text.encode(codec))
    assert (first.place, first.invoice["handle"]) == ("line 2", {"order_no": "PO-20261120-1"})
    assert second.invoice["kind"] == "digital_special"
    assert second.invoice["amount"] == {"without_tax": "1000.00", "tax": "60.00", "with_tax": "1060.00"}


def test_thousands_are_read_and_nothing_is_rounded():
    assert document.read(CSV.encode())[1].invoice["amount"]["with_tax"] == "1060.00"
    draft = document.read(CSV.replace(",106.00,", ",106.005,").encode())[0]
    _, faults = read_event(None, draft.invoice, NOW)
    assert draft.located(faults[0]).detail.endswith("It stands in column 价税合计.")


def test_the_columns_may_be_the_paths_of_the_invoice_object():
    rows = (
        f"number,issued_at,seller.tax_id,amount.with_tax,account\n26112000000000000041,2026-11-20,{SELLER},1.00,main\n"
    )
    assert invoice(rows)["account"] == "main"


def test_digits_that_a_spreadsheet_dropped_are_not_read():
    [told] = document.read(f"发票号码,开票日期,销方税号,金额\n2.5112E+19,2026-11-20,{SELLER},1\n".encode())
    assert isinstance(told, Refused)
    assert (told.place, told.code, told.pointer) == ("line 2", "digits_lost", "/number")
    assert "文本" in told.detail


@pytest.mark.parametrize("cell", ['"=""00000031"""', "'00000031", "\t00000031", " 00000031 "])
def test_what_protects_leading_zeros_in_a_csv_is_taken_away(cell):
    rows = f"发票代码,发票号码,开票日期,销方税号,金额\n011002600111,{cell},2026-11-20,{SELLER},1\n"
    assert invoice(rows)["number"] == "00000031"


def test_a_quote_that_is_never_closed_swallows_nothing():
    assert refused(CSV + '"2611').code == "unsupported"


def test_a_table_without_known_headings_says_what_is_missing():
    assert "发票号码" in refused("a,b,c\n1,2,3\n").detail


def test_two_columns_of_one_meaning_are_refused():
    assert refused("发票号码,开票日期,金额,不含税金额\n1,2,3,4\n").code == "contradiction"


def test_an_export_tells_paper_forms_old_invoices_and_red_ones_apart():
    paper = exported(
        "12345678", code="1100261130", digital="26112000000000000051", kind="数电纸质发票（增值税专用发票）"
    )
    old = exported("00000031", code="011002600111", kind="增值税电子普通发票")
    remark = "被红冲蓝字数电发票号码：26112000000000000051 红字发票信息确认单编号：1"
    red = exported("", digital="26112000000000000052", total="-106.00", remark=remark)
    told = [draft.invoice for draft in document.read(files.workbook({"信息汇总表": [EXPORT, paper, old, red]}))]
    assert told[0]["paper"] == {"code": "1100261130", "number": "12345678"}
    assert (told[0]["number"], told[0]["kind"]) == ("26112000000000000051", "digital_paper_special")
    assert (told[1]["code"], told[1]["number"], told[1]["kind"]) == (
        "011002600111", "00000031", "vat_ordinary_electronic",
    )  # fmt: skip
    assert told[2]["original"] == {"number": "26112000000000000051"}
    assert all(read_event(None, each, NOW)[0] for each in told)


def test_of_an_export_the_sheet_with_one_row_an_invoice_is_read():
    lines = [
        EXPORT,
        exported("", digital="26112000000000000051", total="60.00"),
        exported("", digital="26112000000000000051"),
    ]
    basics = [EXPORT, exported("", digital="26112000000000000051")]
    raw = files.workbook({"信息汇总表": lines, "发票基础信息": basics})
    assert invoice(raw)["amount"]["with_tax"] == "106.00"


def test_lines_of_one_invoice_are_not_added_up():
    lines = [
        EXPORT,
        exported("", digital="2" * 20, total="60.00"),
        exported("", digital="2" * 20),
        ("合计", *exported("", digital="2" * 20)[1:]),
    ]
    [told] = document.read(files.workbook({"信息汇总表": lines}))
    assert isinstance(told, Refused)
    assert (told.place, told.code) == ("row 2", "several_rows")
    assert "row 3, with" in told.detail
    assert "发票基础信息" in told.detail


def test_an_export_whose_sheet_says_that_it_has_one_row_is_read_to_its_end():
    raw = files.undersized(files.workbook({"信息汇总表": [EXPORT, exported("", digital="26112000000000000051")]}))
    assert invoice(raw)["number"] == "26112000000000000051"


def test_cells_that_are_numbers_and_dates_are_read_exactly():
    header = ("发票代码", "发票号码", "开票日期", "销方税号", "价税合计")
    row = (1100261130, 12345678, datetime(2026, 11, 20), SELLER, 0.1 + 0.2)  # noqa: DTZ001 - as openpyxl has it
    told = invoice(files.workbook({"票": [("十一月",), header, row]}))
    assert (told["code"], told["number"]) == ("1100261130", "12345678")
    assert (told["issued_at"], told["amount"]) == ("2026-11-20T12:00:00+08:00", {"with_tax": "0.3"})


@pytest.mark.parametrize("number", [26112000000000000051, 2.6112e19])
def test_a_number_of_twenty_digits_that_is_no_text_is_refused(number):
    header = ("发票号码", "开票日期", "销方税号", "价税合计")
    [told] = document.read(files.workbook({"票": [header, (number, "2026-11-20", SELLER, "1.00")]}))
    assert isinstance(told, Refused)
    assert told.code == "digits_lost"


def test_digits_beyond_those_that_a_spreadsheet_keeps_are_written_as_lost():
    assert (workbook._cell(123456789012345), workbook._cell(26112000000000000000)) == (
        "123456789012345",
        "2.611200000000000e+19",
    )


def test_two_sheets_of_invoices_are_not_chosen_from():
    rows = [EXPORT, exported("", digital="26112000000000000051")]
    assert refused(files.workbook({"一月": rows, "二月": rows})).code == "several_invoices"


# --- codes, and whatever else -------------------------------------------------------------------------------------


def test_the_amount_of_a_code_includes_tax_on_fully_digital_invoices_only():
    told = [draft.invoice for draft in document.read(CODES.encode(), seller=SELLER)]
    assert [each["amount"] for each in told] == [
        {"with_tax": "106.00"}, {"with_tax": "1130.00"}, {"without_tax": "100.00"},
    ]  # fmt: skip
    assert all(read_event(None, each, NOW)[0] for each in told)


def test_codes_name_no_seller_so_the_caller_does():
    assert refused(CODES).pointer == "/seller/tax_id"


def test_a_code_with_a_wrong_checksum_is_read_with_a_warning_and_no_code_is_refused_in_its_line():
    text = "01,32,,26112000000000000031,106.00,20261120,,"
    first, second, third = document.read(f"{text}{qr_crc(text)}\n{text}0000\nhttps://x\n".encode(), seller=SELLER)
    assert (first.warnings, second.warnings) == ((), ("qr_checksum",))
    assert (third.place, third.code) == ("line 3", "not_an_invoice")


def test_what_a_document_says_comes_before_what_the_caller_says():
    told = one(BLUE, seller="91110105100000024M", account="main").invoice
    assert (told["seller"]["tax_id"], told["account"]) == (SELLER, "main")


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        (b"", "empty"), (b"\xef\xbb\xbf \n", "empty"), (b"%PDF-1.7", "XML or OFD"), (b"\xd0\xcf\x11\xe0", ".xlsx"),
        (b'{"number": "1"}', "/v1/events"), (b"\xff\xfe<\0", "UTF-8"), (b"PK\x03\x04", "archive"),
        (files.archive({"a.xml": BLUE}), "unpack"), (b"0" * (document.LARGEST + 1), f"{document.LARGEST:,} bytes"),
        (b"a\0b", "UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_these_says_what_to_do(raw, hint):
    assert hint in refused(raw).detail
