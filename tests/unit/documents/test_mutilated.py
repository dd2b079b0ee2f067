"""Documents that were cut, torn and written over: they are read or refused, and nothing else ever comes out."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.translation import read_event
from app.documents import document
from app.documents.draft import Draft, Refused, Unreadable
from tests.unit.api.standin import NOW
from tests.unit.documents import files
from tests.unit.documents.files import BLUE, CODES, CSV, EXPORT, RED, SELLER, exported

OFD = files.ofd({"Doc_0/Attachs/original_invoice.xml": BLUE})
XLSX = files.workbook({"信息汇总表": [EXPORT, exported("", digital="26112000000000000051")]})
WHOLE = {
    "blue": BLUE.encode(), "red": RED.encode(), "csv": CSV.encode(), "gbk": CSV.encode("gbk"), "codes": CODES.encode(),
    "ofd": OFD, "xlsx": XLSX,
}  # fmt: skip
CUTS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6)
RARELY_FAST = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def swallowed(raw):
    """Reads `raw` and judges what it brings; anything but the documented refusals is raised to the test."""
    try:
        told = document.read(raw, seller=SELLER)
    except Unreadable:
        return
    for each in told:
        assert isinstance(each, Draft | Refused)
        if isinstance(each, Draft):
            event, faults = read_event(None, each.invoice, NOW)
            assert event or faults
            assert all(each.located(fault).detail for fault in faults)


def mutilated(raw, cuts):
    for at, length, written in cuts:
        start = at % (len(raw) + 1)
        raw = raw[:start] + written + raw[start + length :]
    return raw


@pytest.mark.parametrize("name", WHOLE)
@given(cuts=CUTS)
@RARELY_FAST
def test_a_mutilated_file_is_read_or_refused(name, cuts):
    swallowed(mutilated(WHOLE[name], cuts))


@pytest.mark.parametrize("raw", [OFD, XLSX], ids=["ofd", "xlsx"])
@given(which=st.integers(0, 50), cuts=CUTS)
@RARELY_FAST
def test_a_sound_archive_with_one_mutilated_entry_is_read_or_refused(raw, which, cuts):
    with zipfile.ZipFile(io.BytesIO(raw)) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    name = sorted(entries)[which % len(entries)]
    swallowed(files.archive(entries | {name: mutilated(entries[name], cuts)}, zipfile.ZIP_STORED))


@given(st.binary(max_size=200))
@RARELY_FAST
def test_any_bytes_are_read_or_refused(raw):
    swallowed(raw)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["2.5E+19", "26112000000000000051", "2026-13-45", "-1", "¥1,0", "NaN", "=1+1", "1" * 400, "²", "٣"]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=12), max_size=6))
@RARELY_FAST
def test_any_cells_below_known_headings_are_read_or_refused(rows):
    quoted = ("\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)).encode()
    swallowed(CSV.splitlines()[0].encode() + b"\n" + quoted)
