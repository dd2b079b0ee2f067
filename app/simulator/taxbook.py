"""The tax administration's register: which invoices it has, since when, in which status, with which face.

One rule: pure. Time is handed in, chance comes from the random source it was built with, and nothing is
answered here: each dialect reads an entry and says it in its own words.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from app.domain.identity import Kind
from app.domain.invoice import Amount, Invoice
from app.simulator import delays
from app.simulator.behaviour import Behaviour, Uploading

SHANGHAI = ZoneInfo("Asia/Shanghai")
DIGITAL_LENGTH = 20
"""Digits of a fully digital number, which needs no code."""


class Status(StrEnum):
    """The tax administration's status of an invoice it has."""

    NORMAL = "normal"
    VOID = "void"
    RED_PARTIAL = "red_partial"
    RED_FULL = "red_full"
    ABNORMAL = "abnormal"


class Upload(StrEnum):
    """What becomes of the upload. `NEVER`: the number exists, but the channel knows nothing of it.

    `UNSIGNED`: uploaded, but the signature on its file failed and a person must sign again.
    """

    OK = "ok"
    STUCK = "stuck"
    FAIL = "fail"
    NEVER = "never"
    UNSIGNED = "unsigned"


_NEVER_ENDS = (Upload.STUCK, Upload.NEVER)
_ARRIVES = (Upload.OK, Upload.UNSIGNED)

# Only these can be voided (作废); a digital electronic invoice is red-flushed instead.
_VOIDABLE = frozenset(
    {
        Kind.VAT_SPECIAL,
        Kind.VAT_ORDINARY,
        Kind.VAT_ROLL,
        Kind.MOTOR_VEHICLE,
        Kind.USED_VEHICLE,
        Kind.DIGITAL_PAPER_SPECIAL,
        Kind.DIGITAL_PAPER_ORDINARY,
    }
)

After = float | Literal["never"] | None
Identity = tuple[str, str]


class FaceConflict(Exception):
    """The number is registered already, with another face."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is decided for one invoice; None leaves it to chance. `…_after` in seconds from now."""

    upload: Upload | None = None
    upload_after: float | None = None
    visible_after: After = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One invoice; `face` is what the tax administration believes.

    `uploaded_at` None: the upload never ends. `visible_at` None: the proof never shows it. `status` holds
    from `status_at` on; before, the invoice was normal.
    """

    face: Invoice
    registered_at: datetime
    upload: Upload = Upload.OK
    uploaded_at: datetime | None = None
    visible_at: datetime | None = None
    status: Status = Status.NORMAL
    status_at: datetime | None = None

    @property
    def identity(self) -> Identity:
        return self.face.code or "", self.face.number

    def visible(self, now: datetime) -> bool:
        return self.visible_at is not None and self.visible_at <= now

    def uploaded(self, now: datetime) -> bool:
        """Whether the upload has ended, well or badly."""
        return self.uploaded_at is not None and self.uploaded_at <= now

    def standing(self, now: datetime) -> Status:
        """The status as of `now`."""
        return self.status if self.status_at is not None and self.status_at <= now else Status.NORMAL


@dataclass(slots=True)
class TaxBook:
    """All entries, found by (code, number), the channel's serial number or the seller's order number."""

    random: Random
    _entries: dict[Identity, Entry] = field(default_factory=dict)
    _serials: dict[str, Identity] = field(default_factory=dict)
    _orders: dict[str, Identity] = field(default_factory=dict)
    _papers: dict[Identity, Identity] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._entries)

    def register(self, face: Invoice, now: datetime, behaviour: Behaviour, wishes: Wishes) -> Entry:
        """Enters an invoice and draws its fate. The same again changes nothing; another face: FaceConflict."""
        known = self._entries.get((face.code or "", face.number))
        if known:
            if known.face != face:
                raise FaceConflict(face.number)
            return known
        entry = self._scheduled(Entry(face, registered_at=now), now, behaviour, wishes)
        return self._store(self._changing(entry, behaviour))

    def reschedule(self, entry: Entry, now: datetime, behaviour: Behaviour, wishes: Wishes) -> Entry:
        """Draws the fate of an entry anew, as if it were registered now with these wishes."""
        return self._store(self._scheduled(entry, now, behaviour, wishes))

    def mark(self, entry: Entry, status: Status, now: datetime) -> Entry:
        return self._store(replace(entry, status=status, status_at=now))

    def reveal(self, entry: Entry, now: datetime) -> Entry:
        """Uploaded and provable as of now."""
        uploaded_at = min(entry.uploaded_at or now, now)
        upload = entry.upload if entry.upload in _ARRIVES else Upload.OK
        return self._store(replace(entry, upload=upload, uploaded_at=uploaded_at, visible_at=now))

    def hide(self, entry: Entry) -> Entry:
        """Gone from the proof, whatever it showed before; the channel still knows it."""
        return self._store(replace(entry, visible_at=None))

    def correct(self, entry: Entry, face: Invoice) -> Entry:
        """Another face under the same number."""
        return self._store(replace(entry, face=face))

    def by_face(self, code: str, number: str) -> Entry | None:
        """By (code, number); a digital paper invoice also by what is printed on its paper."""
        return self._entries.get(self.known_as((code, number)))

    def known_as(self, identity: Identity) -> Identity:
        """The one identity that counts, whichever of its two a digital paper invoice is asked by."""
        return self._papers.get(identity, identity)

    def page(self, after: int, limit: int) -> list[Entry]:
        """`limit` entries behind the first `after`, in the order of their registration."""
        return list(islice(self._entries.values(), after, after + limit))

    def by_number(self, number: str) -> list[Entry]:
        return [entry for (_, known), entry in self._entries.items() if known == number]

    def by_serial(self, serial_no: str) -> Entry | None:
        return self._named(self._serials, serial_no)

    def by_order(self, order_no: str) -> Entry | None:
        return self._named(self._orders, order_no)

    def someone_else(self, entry: Entry) -> Invoice:
        """The face of another invoice, to lie with; an invented one when the book holds no other."""
        for other in self._entries.values():
            if other.identity != entry.identity:
                return other.face
        return _invented(entry.face)

    def _named(self, names: dict[str, Identity], name: str) -> Entry | None:
        identity = names.get(name)
        return self._entries[identity] if identity else None

    def _store(self, entry: Entry) -> Entry:
        face = entry.face
        self._entries[entry.identity] = entry
        if face.handle.serial_no:
            self._serials[face.handle.serial_no] = entry.identity
        if face.handle.order_no:
            self._orders[face.handle.order_no] = entry.identity
        if face.paper.number:
            self._papers[face.paper.code or "", face.paper.number] = entry.identity
        return entry

    def _scheduled(self, entry: Entry, now: datetime, behaviour: Behaviour, wishes: Wishes) -> Entry:
        upload = wishes.upload or self._drawn_upload(behaviour.uploading, wishes)
        uploaded_at = self._uploaded_at(upload, now, behaviour, wishes)
        visible_at = self._visible_at(upload, now, behaviour, wishes)
        if visible_at and uploaded_at and wishes.upload_after is None:
            # The proof never precedes the upload: what was drawn gives way to what was asked for.
            if wishes.visible_after is None:
                visible_at = max(uploaded_at, visible_at)
            else:
                uploaded_at = min(uploaded_at, visible_at)
        return replace(entry, upload=upload, uploaded_at=uploaded_at, visible_at=visible_at)

    def _drawn_upload(self, shape: Uploading, wishes: Wishes) -> Upload:
        dice = self.random.random()
        if wishes != Wishes() or dice >= shape.stuck_share + shape.failed_share:
            return Upload.OK
        return Upload.STUCK if dice < shape.stuck_share else Upload.FAIL

    def _uploaded_at(self, upload: Upload, now: datetime, behaviour: Behaviour, wishes: Wishes) -> datetime | None:
        drawn = delays.uploaded_after(self.random, behaviour.uploading)
        if upload in _NEVER_ENDS:
            return None
        return now + (drawn if wishes.upload_after is None else timedelta(seconds=wishes.upload_after))

    def _visible_at(self, upload: Upload, now: datetime, behaviour: Behaviour, wishes: Wishes) -> datetime | None:
        drawn = delays.visible_after(self.random, behaviour.visibility)
        if upload not in _ARRIVES or wishes.visible_after == "never":
            return None
        return now + (drawn if wishes.visible_after is None else timedelta(seconds=wishes.visible_after))

    def _changing(self, entry: Entry, behaviour: Behaviour) -> Entry:
        if self.random.random() >= behaviour.changing.share or not entry.visible_at:
            return entry
        status = Status.VOID if entry.face.kind in _VOIDABLE else Status.RED_FULL
        return replace(entry, status=status, status_at=entry.visible_at + timedelta(seconds=behaviour.changing.after))


def _invented(face: Invoice) -> Invoice:
    last = "1" if face.number[-1] == "0" else "0"
    amount = Amount(Decimal("8.00"), Decimal("0.88"), Decimal("8.88"))
    return replace(face, number=face.number[:-1] + last, amount=amount)
