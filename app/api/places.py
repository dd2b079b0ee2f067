"""Where a page of a list in the order of ids ended, and ids in addresses. One rule: what comes back is checked.

The ids are UUIDv7: their order is the order of time.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator

from app.api.problems import not_found
from app.api.queries import cursor_invalid
from app.domain import cursors
from app.domain.search import Position

_ANY = datetime.fromtimestamp(0, UTC)


def _storable(name: str) -> str:
    """PostgreSQL keeps no NUL, so nothing is called so."""
    if "\0" in name:
        raise not_found("webhook")
    return name


_UUID: Final[dict[str, Any]] = {"format": "uuid"}  # `uuid_of` reads it: whatever is no id is simply not found
InvoiceId = Annotated[str, Path(description="Id of the invoice.", json_schema_extra=_UUID)]
IncidentId = Annotated[str, Path(description="Id of the incident.", json_schema_extra=_UUID)]
SilenceId = Annotated[str, Path(description="Id of the silence.", json_schema_extra=_UUID)]
WindowId = Annotated[str, Path(description="Id of the maintenance window.", json_schema_extra=_UUID)]
MessageId = Annotated[str, Path(description="Id of the message: its webhook-id.", json_schema_extra=_UUID)]
JobId = Annotated[str, Path(description="Id of the redelivery.", json_schema_extra=_UUID)]
AccountName = Annotated[str, Path(description="Name of the account.", json_schema_extra={"minLength": 1})]
WebhookName = Annotated[
    str, Path(description="Name of the webhook.", json_schema_extra={"minLength": 1}), AfterValidator(_storable)
]


def cursor_of(last: str | None, what: str) -> str | None:
    """The cursor that goes on behind the id `last`; it belongs to the list `what`."""
    return cursors.encode(Position(_ANY, last), what) if last else None


def last_of(cursor: str | None, what: str) -> str | None:
    """The id behind which the page begins; Problem 400 for a cursor that is not of this list."""
    if cursor is None:
        return None
    position = cursors.decode(cursor, what)
    if position is None:
        raise cursor_invalid("cursor")
    return position.id


def uuid_of(text: str, what: str) -> str:
    """The id in `text`; anything else names no `what`."""
    try:
        return str(UUID(text))
    except ValueError:
        raise not_found(what) from None
