"""Zip archives from strangers: OFD and XLSX. One rule: what they declare is judged before anything is inflated.

`zipfile` never gives more than an entry declares, so what was declared bounds what is read. Names are only looked up,
never used as paths.
"""

import zipfile
import zlib
from io import BytesIO

from app.documents.draft import Unreadable

MOST_ENTRIES = 1_000
MOST_INFLATED = 50 * 1024**2
MOST_RATIO = 100
SMALL = 1024**2  # below this, any ratio: a blank page compresses well

_STORED_OR_DEFLATED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError)
_ENCRYPTED = 0x1


class Archive:
    """An archive within its caps. Raises Unreadable: `unsupported` for what is no sound zip, `too_large`."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
        except _BROKEN:
            raise Unreadable("unsupported", "The file is a broken zip archive; get it again.") from None
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._judge(len(raw))

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The entry's bytes. Raises Unreadable when it is not there or not whole."""
        entry = self._entries.get(name)
        if entry is None:
            raise Unreadable("unsupported", f"The archive names {_shown(name)}, which is not in it.")
        try:
            return self._zip.read(entry)
        except _BROKEN:
            raise Unreadable("unsupported", f"{_shown(name)} in the archive is broken; get the file again.") from None

    def _judge(self, size: int) -> None:
        entries = self._zip.infolist()
        inflated = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES:
            raise Unreadable("too_large", f"The archive has more than {MOST_ENTRIES:,} entries.")
        if inflated > MOST_INFLATED or inflated > max(SMALL, size * MOST_RATIO):
            raise Unreadable("too_large", f"The archive would grow to {inflated:,} bytes; no invoice does.")
        if len(self._entries) != len(entries):
            raise Unreadable("unsupported", "Two entries of the archive have one name; which is meant?")
        if any(entry.flag_bits & _ENCRYPTED or entry.compress_type not in _STORED_OR_DEFLATED for entry in entries):
            raise Unreadable("unsupported", "The archive is encrypted, or compressed in a way that is not read here.")


def _shown(name: str) -> str:
    return ascii(name[:80])
