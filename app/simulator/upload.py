"""Where the upload of an issued invoice stands, as its issuing channel sees it. One rule: entry and instant decide."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.invoice import Invoice
from app.simulator.behaviour import Dialect
from app.simulator.taxbook import Entry, Status, Upload
from app.simulator.world import World

VOIDING = timedelta(minutes=1)
"""How long a void stays under way before it holds."""


class Stage(StrEnum):
    UPLOADING = "uploading"
    SIGNING = "signing"
    DONE = "done"
    FAILED = "failed"
    UNSIGNED = "unsigned"
    VOIDING = "voiding"
    VOID = "void"

    @property
    def issued(self) -> bool:
        """Whether the invoice has its number by then."""
        return self in {Stage.DONE, Stage.UNSIGNED, Stage.VOIDING, Stage.VOID}


def stage(entry: Entry, now: datetime) -> Stage:
    if not entry.uploaded(now):
        return Stage.SIGNING if _signing(entry, now) else Stage.UPLOADING
    if entry.upload is Upload.FAIL:
        return Stage.FAILED
    if entry.standing(now) is Status.VOID and entry.status_at:
        return Stage.VOIDING if now < entry.status_at + VOIDING else Stage.VOID
    return Stage.UNSIGNED if entry.upload is Upload.UNSIGNED else Stage.DONE


def _signing(entry: Entry, now: datetime) -> bool:
    """The second half of an upload that will end is spent on the signature."""
    if entry.uploaded_at is None:
        return False
    return now - entry.registered_at >= (entry.uploaded_at - entry.registered_at) / 2


def by_number(world: World, number: str, code: str = "") -> Entry | None:
    """The invoice that the channel knows under its number, or under what is printed on its paper form."""
    found = world.book.by_face(code, number)
    return None if found is None or found.upload is Upload.NEVER else found


def by_handle(world: World, *, serial_no: str = "", order_no: str = "") -> Entry | None:
    """The invoice that the channel knows under this handle; one that never got there is known to nobody."""
    found = world.book.by_serial(serial_no) if serial_no else world.book.by_order(order_no)
    return None if found is None or found.upload is Upload.NEVER else found


def shown(world: World, dialect: Dialect, entry: Entry) -> Invoice:
    """The face that a channel's answer carries: the true one, another invoice's, or one with other amounts."""
    if world.happens(world.behaviour.lying, dialect):
        return world.book.someone_else(entry)
    return _one_yuan_off(entry.face) if world.happens(world.behaviour.mismatch, dialect) else entry.face


def _one_yuan_off(face: Invoice) -> Invoice:
    amount = face.amount
    return replace(
        face,
        amount=replace(amount, without_tax=_plus_one(amount.without_tax), with_tax=_plus_one(amount.with_tax)),
    )


def _plus_one(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount + 1
