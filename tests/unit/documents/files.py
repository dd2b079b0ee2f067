"""Documents as tests make them: OFD and XLSX, of nobody's invoices."""

import io
import zipfile
from pathlib import Path

import openpyxl

EXAMPLES = Path(__file__).parents[3] / "examples" / "files"
BLUE, RED = ((EXAMPLES / name).read_text("utf-8") for name in ("invoice.xml", "red.xml"))
CSV = (EXAMPLES / "invoices.csv").read_text("utf-8")
CODES = (EXAMPLES / "codes.txt").read_text("utf-8")
SELLER = "911101081000000166"
EXPORT = (
    "序号", "发票代码", "发票号码", "数电发票号码", "销方识别号", "销方名称", "购方识别号", "购买方名称", "开票日期",
    "金额", "税额", "价税合计", "发票来源", "发票票种", "发票状态", "是否正数发票", "备注",
)  # fmt: skip
OFD_XML = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocInfo>{}</ofd:DocInfo></ofd:DocBody></ofd:OFD>'


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return held.getvalue()


def ofd(entries=None, custom=None):
    datas = "".join(f'<ofd:CustomData Name="{name}">{text}</ofd:CustomData>' for name, text in (custom or {}).items())
    return archive({"OFD.xml": OFD_XML.format(f"<ofd:CustomDatas>{datas}</ofd:CustomDatas>"), **(entries or {})})


def exported(number, *, code="", digital="", total="106.00", kind="数电发票（普通发票）", remark=""):
    """A row of the e-tax bureau's export."""
    sign = "-" if total.startswith("-") else ""
    blue = "否" if sign else "是"
    amounts = (f"{sign}100.00", f"{sign}6.00", total)
    parties = (SELLER, "示例科技（北京）有限公司", "", "个人")
    return ("1", code, number, digital, *parties, "2026-11-20 10:00:00", *amounts, "", kind, "正常", blue, remark)


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def undersized(raw):
    """The workbook as the e-tax bureau writes it: its sheets say that they have one row."""
    with zipfile.ZipFile(io.BytesIO(raw)) as made:
        entries = {name: made.read(name) for name in made.namelist()}
    for name in [name for name in entries if name.startswith("xl/worksheets/sheet")]:
        head, _, tail = entries[name].partition(b'<dimension ref="')
        entries[name] = head + b'<dimension ref="A1:Q1"' + tail[tail.index(b'"') + 1 :]
    return archive(entries)
