"""Every table, declared once. One rule: `tenant` leads every key, so that rows can be spread by tenant.

Alembic's migrations are checked against these declarations by a test. Statements live beside them, one file an
aggregate.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Index, LargeBinary, Numeric, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlmodel import Field, SQLModel

from app.domain.invoice import State

INSTANT = TIMESTAMP(timezone=True)
MONEY = Numeric(18, 2)


def _instant(*, nullable: bool = False) -> Column[datetime]:
    return Column(INSTANT, nullable=nullable)


def _list() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))


def _one_of(column: str, values: type[State]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class InvoiceRow(SQLModel, table=True):
    """An invoice and where it stands. Written twice in a quiet life: when it is issued and when it is confirmed.

    The ids are UUIDv7 of the moment of receipt, so the primary key is also the order in which invoices came.

    `late_at` is the next deadline (overdue, then escalated), null when none is left: the watchdog's index.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        Index("invoices_identity", "tenant", "number", "code", unique=True),
        Index("invoices_late", "tenant", "late_at", postgresql_where=text("late_at IS NOT NULL")),
        Index(
            "invoices_unsynced",
            "tenant",
            "account",
            "issued_at",
            postgresql_where=text("state IN ('pending', 'overdue', 'escalated')"),
        ),
        Index("invoices_issued", "tenant", "issued_at", "id"),
        Index(
            "invoices_original",
            "tenant",
            "original_number",
            "original_code",
            postgresql_where=text("original_number IS NOT NULL"),
        ),
        CheckConstraint(_one_of("state", State), name="invoices_state"),
        CheckConstraint("(state = 'synced') <= (synced_at IS NOT NULL)", name="invoices_synced_at"),
        CheckConstraint("(late_at IS NULL) OR state IN ('pending', 'overdue')", name="invoices_late_at"),
        {"postgresql_with": {"fillfactor": "85"}},
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    number: str = Field(sa_type=Text)
    code: str = Field(default="", sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    issued_at: datetime = Field(sa_column=_instant())
    seller_tax_id: str = Field(sa_type=Text)
    seller_name: str | None = Field(default=None, sa_type=Text)
    buyer_tax_id: str | None = Field(default=None, sa_type=Text)
    buyer_name: str | None = Field(default=None, sa_type=Text)
    without_tax: Decimal | None = Field(default=None, sa_type=MONEY)
    tax: Decimal | None = Field(default=None, sa_type=MONEY)
    with_tax: Decimal | None = Field(default=None, sa_type=MONEY)
    currency: str = Field(sa_type=Text)
    check_code: str | None = Field(default=None, sa_type=Text)
    paper_code: str | None = Field(default=None, sa_type=Text)
    paper_number: str | None = Field(default=None, sa_type=Text)
    original_code: str | None = Field(default=None, sa_type=Text)
    original_number: str | None = Field(default=None, sa_type=Text)
    account: str = Field(sa_type=Text)
    serial_no: str | None = Field(default=None, sa_type=Text)
    order_no: str | None = Field(default=None, sa_type=Text)
    reference: str | None = Field(default=None, sa_type=Text)
    labels: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
    warnings: list[str] = Field(sa_column=_list())
    state: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    sequence: int
    state_at: datetime = Field(sa_column=_instant())
    received_at: datetime = Field(sa_column=_instant())
    overdue_at: datetime = Field(sa_column=_instant())
    escalate_at: datetime = Field(sa_column=_instant())
    late_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    synced_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    diagnosis: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    outcome_code: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})


class MoveRow(SQLModel, table=True):
    """One move of one invoice: its transitions from the second on. Append only; `sequence` runs without gaps.

    The first, "issued", is the invoice's own row and is not kept twice; the view `transitions` shows them all.
    """

    __tablename__ = "moves"
    __table_args__ = (
        CheckConstraint(
            "after <> 'synced' OR check_id IS NOT NULL OR (cause = 'manual' AND evidence IS NOT NULL)",
            name="moves_synced_needs_evidence",
        ),
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    before: str | None = Field(default=None, sa_type=Text)
    after: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())
    check_id: uuid.UUID | None = None
    evidence: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)


class ScheduleRow(SQLModel, table=True):
    """The next question about an invoice; a row only while there is one. Narrow, because every check rewrites it.

    The lease is in columns that no index knows, so that a claim is a HOT update; fill factor 70 leaves it the room.
    Vacuum comes early (dead rows of 2 %, checked on every naptime) and does not pause: the head of the due index is
    where every claim begins. `lane`: who goes first when more is due than may be asked; see `app/domain/lanes.py`.
    `asked` counts the questions of the Beijing day `asked_on`. `requested`: a person asked, the reserve may be used.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        Index("schedule_due", "tenant", "account", "lane", "due_at"),
        {
            "postgresql_with": {
                "fillfactor": "70",
                "autovacuum_vacuum_scale_factor": "0.02",
                "autovacuum_vacuum_cost_delay": "0",
                "autovacuum_analyze_scale_factor": "0.05",
            }
        },
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    lane: int = Field(sa_type=SmallInteger)
    due_at: datetime = Field(sa_column=_instant())
    lease: int | None = Field(default=None, sa_column_kwargs={"nullable": True}, sa_type=BigInteger)
    lease_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    asked_on: date | None = None
    asked: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    outcome: str | None = Field(default=None, sa_type=Text)
    streak: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    channel_issued: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    requested: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class CheckRow(SQLModel, table=True):
    """One question and its answer. Append only. `raw` is masked; `differences` lists fields that did not agree.

    A partition a month, made ahead of time and dropped when its time is over (`store/partitions.py`); `checks_other`
    takes what has no month. The key is its only index: it serves the history of one invoice.
    """

    __tablename__ = "checks"
    __table_args__ = ({"postgresql_partition_by": "RANGE (asked_at)"},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID = Field(primary_key=True)
    asked_at: datetime = Field(sa_column=Column(INSTANT, primary_key=True))
    id: uuid.UUID = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    took: float
    outcome: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    billed: bool
    request_id: str = Field(sa_type=Text)
    differences: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    raw: str = Field(sa_type=Text)


class EventKeyRow(SQLModel, table=True):
    """A name under which an event was told before: CloudEvents source and id, or an Idempotency-Key."""

    __tablename__ = "event_keys"

    tenant: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_column=_instant())


class EarlyVoidRow(SQLModel, table=True):
    """A void that arrived before its invoice; `invoice_id` is the id the invoice will get."""

    __tablename__ = "early_voids"
    __table_args__ = (Index("early_voids_received", "tenant", "received_at"),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID
    reason: str | None = Field(default=None, sa_type=Text)
    received_at: datetime = Field(sa_column=_instant())


class InvoiceCountRow(SQLModel, table=True):
    """Invoices by state and account, maintained in the transaction of each move; sharded so that writers do not
    queue.
    """

    __tablename__ = "invoice_counts"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(primary_key=True, sa_type=Text)
    state: str = Field(primary_key=True, sa_type=Text)
    shard: int = Field(primary_key=True)
    n: int = Field(sa_type=BigInteger)


class DestinationRow(SQLModel, table=True):
    """Who hears of what. Credentials stay in the configuration; this row is what the outbox joins."""

    __tablename__ = "destinations"

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    enabled: bool = True
    disabled_reason: str | None = Field(default=None, sa_type=Text)
    events: list[str] = Field(sa_column=_list())
    accounts: list[str] = Field(sa_column=_list())
    sellers: list[str] = Field(sa_column=_list())
    minimum_amount: Decimal | None = Field(default=None, sa_type=MONEY)
    recovery_only: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    gather: float = Field(default=0, sa_column_kwargs={"server_default": "0"})


class MessageRow(SQLModel, table=True):
    """What is told about one transition, once; `body` is the exact JSON text that is sent and signed."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_invoice", "tenant", "invoice_id", "sequence", unique=True),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    invoice_id: uuid.UUID
    sequence: int
    type: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())
    body: str = Field(sa_type=Text)


class DeliveryRow(SQLModel, table=True):
    """One message to one destination: the outbox. Same claim and lease as the schedule."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_due", "tenant", "destination", "due_at", postgresql_where=text("state = 'pending'")),
        Index("deliveries_invoice", "tenant", "invoice_id"),
        CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="deliveries_state"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    destination: str = Field(primary_key=True, sa_type=Text)
    message_id: uuid.UUID = Field(primary_key=True)
    invoice_id: uuid.UUID
    at: datetime = Field(sa_column=_instant())
    due_at: datetime = Field(sa_column=_instant())
    lease: int | None = Field(default=None, sa_column_kwargs={"nullable": True}, sa_type=BigInteger)
    lease_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    attempts: int = 0
    state: str = Field(default="pending", sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    status: int | None = None
    code: str | None = Field(default=None, sa_type=Text)
    detail: str | None = Field(default=None, sa_type=Text)
    attempted_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class AccountRow(SQLModel, table=True):
    """The shared health of an account at a tax system, and its breaker."""

    __tablename__ = "accounts"

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    failures: int = 0
    openings: int = 0
    open_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    reason: str | None = Field(default=None, sa_type=Text)
    last_success_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    last_failure_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class TokenRow(SQLModel, table=True):
    """A provider's bearer token, shared by all replicas; `fetching_until` lets exactly one of them fetch the next."""

    __tablename__ = "tokens"

    tenant: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(primary_key=True, sa_type=Text)
    value: str | None = Field(default=None, sa_type=Text)
    fetched_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    expires_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    fetching_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class ApiKeyRow(SQLModel, table=True):
    """An API key: only its SHA-256 is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("api_keys_digest", "digest", unique=True),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    scopes: list[str] = Field(sa_column=_list())
    created_at: datetime = Field(sa_column=_instant())
    revoked_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class NoteRow(SQLModel, table=True):
    """What a person wrote on an invoice: a note, or the acknowledgement of an alert (until an instant)."""

    __tablename__ = "notes"
    __table_args__ = (CheckConstraint("kind IN ('note', 'acknowledgement')", name="notes_kind"),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID = Field(primary_key=True)
    id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())
    actor: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class QuarantineRow(SQLModel, table=True):
    """An invoice that made processing raise, with the reason: nobody asks about it until a person does."""

    __tablename__ = "quarantine"

    tenant: str = Field(primary_key=True, sa_type=Text)
    invoice_id: uuid.UUID = Field(primary_key=True)
    stage: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())


class WorkerRow(SQLModel, table=True):
    """A replica that asks tax systems, alive until `seen_until`, with or without slots; `accounts` are those it asks.

    Rewritten every few seconds in columns that no index knows: half of each page is left free, so that such an update
    stays in its page (HOT) and the next one clears it away. The table never grows beyond a page or two.
    """

    __tablename__ = "workers"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    accounts: list[str] = Field(sa_column=_list())
    seen_until: datetime = Field(sa_column=_instant())


class SlotRow(SQLModel, table=True):
    """The right to one call in flight, and to every so-many-th instant, at an account. Free without a holder, or when
    `held_until` is over. Rewritten as `workers` is, with the same room.
    """

    __tablename__ = "slots"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(primary_key=True, sa_type=Text)
    slot: int = Field(primary_key=True, sa_type=SmallInteger)
    holder: str | None = Field(default=None, sa_type=Text)
    held_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
