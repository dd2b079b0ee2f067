"""Where a page ended, as opaque text. One rule: what comes back is checked like any other input."""

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

from app.domain.search import Position

VERSION = 1


def encode(position: Position, sort: str) -> str:
    """base64url of the position; a cursor belongs to the sort order it was made in."""
    said = {"v": VERSION, "sort": sort, "at": position.at.isoformat(), "id": position.id}
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str, sort: str) -> Position | None:
    """The position that `text` says; None for anything that `encode` has not made for this sort order."""
    try:
        said = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if (said["v"], said["sort"]) != (VERSION, sort):
            return None
        return _position(said["at"], said["id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        return None


def _position(at: str, last_id: str) -> Position | None:
    instant = datetime.fromisoformat(at)
    return Position(instant, str(UUID(last_id))) if instant.tzinfo else None
