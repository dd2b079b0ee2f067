"""Documents that travel inside an answer: base64, gzip, a ZIP archive.

One rule: nothing outgrows its cap, and what cannot be read is None: a hundred bytes may claim to hold gigabytes.
"""

import base64
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from app.domain.exchange import inflated
from app.tax.reply import UNREADABLE, Document, parse_xml

MAX_PLAIN = 8 * 1_048_576
"""Inflated: an invoice of ten thousand lines, and room to spare."""
MAX_MEMBERS = 16
"""The archives we are sent hold two files."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ARCHIVE_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def xml_in_base64(text: str | None, *, packed: bool = False) -> Document | None:
    """The XML that `text` encodes, `packed` by gzip or not."""
    try:
        body = base64.b64decode("".join((text or "").split()), validate=True)
        return _xml(inflated(body, "gzip", MAX_PLAIN) if packed else body)
    except ValueError:
        return None


def xmls_in_zip(body: bytes) -> tuple[Document, ...] | None:
    """Every XML of an archive, in its order; None when it is none that we would open."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            return tuple(_documents(archive))
    except _ARCHIVE_FAULTS:
        return None


def _documents(archive: zipfile.ZipFile) -> Iterator[Document]:
    """What a member claims to be is not believed: it is read no further than what is left of the cap."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ValueError("too many members")
    left = MAX_PLAIN
    for member in members:
        if member.compress_type not in _METHODS:
            raise ValueError("not stored, not deflated")
        with archive.open(member) as opened:
            plain = opened.read(left + 1)
        left -= len(plain)
        if left < 0:
            raise ValueError("too large")
        document = _xml(plain)
        if document is not None:
            yield document


def _xml(body: bytes) -> Document | None:
    try:
        return parse_xml(body)
    except UNREADABLE:
        return None
