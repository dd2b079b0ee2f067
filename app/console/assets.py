"""Style, script and icon. One rule: the address contains the content's hash, so browsers may keep it for a year."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str
    version: str

    def caching(self, asked: str) -> str:
        """Cache-Control for whoever asked for `asked`: while replicas are being replaced it may be another one."""
        return FOREVER if asked == self.version else "no-store"


@dataclass(frozen=True, slots=True)
class Assets:
    by_name: Mapping[str, Asset]

    def address(self, name: str) -> str:
        return f"/static/{self.by_name[name].version}/{name}"


def read(folder: Path) -> Assets:
    """Every file in `folder`, held in memory."""
    return Assets({file.name: _asset(file) for file in folder.iterdir() if file.suffix in _TYPES})


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    return Asset(body, _TYPES[file.suffix], hashlib.sha256(body).hexdigest()[:12])
