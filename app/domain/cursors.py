"""Where a page ended, as opaque text. One rule: what comes back is checked like any other input."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.identifiers import ZERO
from app.domain.search import Position

VERSION = 1
MOST_POSITIONS = 2**63  # of transactions, which PostgreSQL counts in 64 bits
_UNSOUND = (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far a reader of the messages has come: up to this one and with it. The first mark is before everything.

    `position`: the number of the transaction that wrote the message; see `store/feed.py`.
    """

    position: int = 0
    id: str = ZERO


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A mark outside the house. `epoch`: how often the database had been moved when it was made; older marks count
    other transactions.
    """

    epoch: int
    mark: Mark


def encode(position: Position, sort: str) -> str:
    """base64url of the position; a cursor belongs to the sort order it was made in."""
    return _pack({"sort": sort, "at": position.at.isoformat(), "id": position.id})


def decode(text: str, sort: str) -> Position | None:
    """The position that `text` says; None for anything that `encode` has not made for this sort order."""
    try:
        said = _unpack(text)
        return _position(said["at"], said["id"]) if said["sort"] == sort else None
    except _UNSOUND:
        return None


def encode_bookmark(bookmark: Bookmark) -> str:
    return _pack({"feed": bookmark.epoch, "position": bookmark.mark.position, "id": bookmark.mark.id})


def decode_bookmark(text: str) -> Bookmark | None:
    """The bookmark that `text` says; None for anything that `encode_bookmark` has not made."""
    try:
        said = _unpack(text)
        epoch, position, last_id = said["feed"], said["position"], str(UUID(said["id"]))
    except _UNSOUND:
        return None
    sound = type(epoch) is int and type(position) is int and 0 <= position < MOST_POSITIONS
    return Bookmark(epoch, Mark(position, last_id)) if sound else None


def _pack(said: Mapping[str, Any]) -> str:
    plain = json.dumps({"v": VERSION, **said}, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _unpack(text: str) -> dict[str, Any]:
    """What `_pack` was given; raises one of _UNSOUND."""
    said: dict[str, Any] = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    if said["v"] != VERSION:
        raise ValueError("of another version")
    return said


def _position(at: str, last_id: str) -> Position | None:
    instant = datetime.fromisoformat(at)
    return Position(instant, str(UUID(last_id))) if instant.tzinfo else None
