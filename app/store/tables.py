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


_INCIDENT = text("incident_id IS NOT NULL")


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
    traceparent: str | None = Field(default=None, sa_type=Text)


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
    under_way: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    requested: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class CheckRow(SQLModel, table=True):
    """One question and its answer. Append only. `raw` is masked, and told where it explains something (see
    `store/settlement.py`); `differences` lists fields that did not agree.

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
    """Who hears of what, and how it goes with them. `events` to `labels` are filters of single events: empty lets all
    through. Destinations of piaoda.yaml keep URL and secrets there; those made over the API (`origin` "api") keep them
    sealed here, as a JSON object `url`, `headers`, `secrets`. `options`: what only the channel needs to know.

    `rate`, `next_at`: at most so many messages a second, the next not before. `failing_since`, `failures`: unbroken
    failure; `open_until`: left alone until then, at no cost of attempts.
    """

    __tablename__ = "destinations"
    __table_args__ = (
        CheckConstraint("origin IN ('configuration', 'api')", name="destinations_origin"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    origin: str = Field(default="configuration", sa_type=Text, sa_column_kwargs={"server_default": "configuration"})
    enabled: bool = True
    disabled_reason: str | None = Field(default=None, sa_type=Text)
    disabled_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    events: list[str] = Field(sa_column=_list())
    accounts: list[str] = Field(sa_column=_list())
    sellers: list[str] = Field(sa_column=_list())
    kinds: list[str] = Field(sa_column=_list())
    labels: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
    minimum_amount: Decimal | None = Field(default=None, sa_type=MONEY)
    recovery_only: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    gather: float = Field(default=0, sa_column_kwargs={"server_default": "0"})
    ordered: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    latest_only: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    concurrency: int = Field(default=8, sa_column_kwargs={"server_default": "8"})
    rate: float | None = None
    next_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    failing_since: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    open_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    last_success_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    last_failure_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    last_failure: str | None = Field(default=None, sa_type=Text)
    last_status: int | None = None
    options: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
    sealed: str | None = Field(default=None, sa_type=Text)
    created_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    updated_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class MessageRow(SQLModel, table=True):
    """What is told, once; `body` is the exact JSON text that is sent and signed. It is about an invoice or an incident
    (or neither: a test); `sequence` is the invoice's transition, or the incident's notice.

    `position` is the number of the transaction that wrote it, so that (position, id) is an order in which nothing can
    appear behind a reader who stops at the oldest transaction still under way (`store/feed.py`).
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_invoice", "tenant", "invoice_id", "sequence", unique=True),
        Index("messages_incident", "tenant", "incident_id", "sequence", unique=True, postgresql_where=_INCIDENT),
        Index("messages_position", "tenant", "position", "id"),
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    invoice_id: uuid.UUID | None = None
    incident_id: uuid.UUID | None = None
    sequence: int
    type: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())
    body: str = Field(sa_type=Text)
    position: int = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    )
    traceparent: str | None = Field(default=None, sa_type=Text)


class DeliveryRow(SQLModel, table=True):
    """One message to one destination: the outbox. Same claim and lease as the schedule.

    `lane`: 0 a first attempt, 1 a retry or something sent again, which never delays the first. `failure`: the class of
    the last failure; `superseded`: a newer state of the same invoice went instead (`latest_only`).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("deliveries_due", "tenant", "destination", "lane", "due_at", postgresql_where=text("state = 'pending'")),
        Index("deliveries_dead", "tenant", "destination", "message_id", postgresql_where=text("state = 'dead'")),
        Index("deliveries_invoice", "tenant", "invoice_id"),
        Index("deliveries_incident", "tenant", "incident_id", postgresql_where=_INCIDENT),
        CheckConstraint("state IN ('pending', 'delivered', 'dead', 'superseded')", name="deliveries_state"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    destination: str = Field(primary_key=True, sa_type=Text)
    message_id: uuid.UUID = Field(primary_key=True)
    invoice_id: uuid.UUID | None = None
    incident_id: uuid.UUID | None = None
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    at: datetime = Field(sa_column=_instant())
    due_at: datetime = Field(sa_column=_instant())
    lane: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"})
    lease: int | None = Field(default=None, sa_column_kwargs={"nullable": True}, sa_type=BigInteger)
    lease_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    attempts: int = 0
    state: str = Field(default="pending", sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    failure: str | None = Field(default=None, sa_type=Text)
    status: int | None = None
    code: str | None = Field(default=None, sa_type=Text)
    detail: str | None = Field(default=None, sa_type=Text)
    attempted_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class AttemptRow(SQLModel, table=True):
    """One attempt of one delivery: what was sent and what came back, both masked. Append only, a partition a month.

    `request` and `reply` are JSON objects of `headers` and `body`; a request's body that is the message's own is not
    kept twice.
    """

    __tablename__ = "attempts"
    __table_args__ = ({"postgresql_partition_by": "RANGE (at)"},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    destination: str = Field(primary_key=True, sa_type=Text)
    message_id: uuid.UUID = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(INSTANT, primary_key=True))
    number: int
    took: float
    result: str = Field(sa_type=Text)
    failure: str | None = Field(default=None, sa_type=Text)
    status: int
    code: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    request: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    reply: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))


class RedeliveryRow(SQLModel, table=True):
    """A job that sends again what matches `wanted`; it walks the messages, `reached` is how far it is."""

    __tablename__ = "redeliveries"
    __table_args__ = (CheckConstraint("state IN ('running', 'done', 'cancelled')", name="redeliveries_state"),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    destination: str = Field(sa_type=Text)
    wanted: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(default="running", sa_type=Text)
    actor: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=_instant())
    finished_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    reached_position: int = Field(default=0, sa_type=BigInteger)
    reached_id: uuid.UUID
    until_position: int = Field(sa_type=BigInteger)
    seen: int = Field(default=0, sa_type=BigInteger)
    sent: int = Field(default=0, sa_type=BigInteger)


class CursorRow(SQLModel, table=True):
    """How far one of our own readers of the messages has come. Its row lock makes it one reader at a time."""

    __tablename__ = "cursors"

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    id: uuid.UUID


class EpochRow(SQLModel, table=True):
    """How often this database has been moved to another cluster, whose transactions are counted anew."""

    __tablename__ = "epochs"

    tenant: str = Field(primary_key=True, sa_type=Text)
    epoch: int


class ThreadRow(SQLModel, table=True):
    """Where in a chat the message about an incident stands, so that it can be changed and answered in its thread."""

    __tablename__ = "threads"

    tenant: str = Field(primary_key=True, sa_type=Text)
    destination: str = Field(primary_key=True, sa_type=Text)
    incident_id: uuid.UUID = Field(primary_key=True)
    handle: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_instant())


class IncidentRow(SQLModel, table=True):
    """One cause in one scope, and its invoices as members; see `app/domain/incident.py`. Empty scope columns: all.

    `wake_at`: when it has to be looked at again though nothing happens; null when never. `whole`: of an outage, nothing
    in its scope is answered; `follows`: the outage that left these invoices behind.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "incidents_scope", "tenant", "cause", "account", "seller", "region", "endpoint",
            unique=True, postgresql_where=text("state <> 'resolved'"),
        ),
        Index("incidents_wake", "tenant", "wake_at", postgresql_where=text("state <> 'resolved'")),
        CheckConstraint("state IN ('open', 'draining', 'resolved')", name="incidents_state"),
    )  # fmt: skip

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    cause: str = Field(sa_type=Text)
    account: str = Field(default="", sa_type=Text)
    seller: str = Field(default="", sa_type=Text)
    region: str = Field(default="", sa_type=Text)
    endpoint: str = Field(default="", sa_type=Text)
    state: str = Field(default="open", sa_type=Text)
    since: datetime = Field(sa_column=_instant())
    opened_at: datetime = Field(sa_column=_instant())
    draining_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    resolved_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    wake_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    members: int = 0
    remaining: int = 0
    joined_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    level: int = 0
    level_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    notices: int = 0
    told_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    told_members: int = 0
    reminders: int = 0
    acknowledged_by: str | None = Field(default=None, sa_type=Text)
    acknowledged_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    acknowledged_until: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    acknowledged_text: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    code: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    whole: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    follows: uuid.UUID | None = None


class MemberRow(SQLModel, table=True):
    """An invoice in an incident; `left_at` when it needs nobody any more. At most one incident at a time counts it.

    What an incident is told by (sums, sellers, the oldest) stands here, too: a million members are added up without
    looking at a million invoices.
    """

    __tablename__ = "incident_members"
    __table_args__ = (
        Index(
            "incident_members_present", "tenant", "invoice_id", unique=True, postgresql_where=text("left_at IS NULL")
        ),
        Index("incident_members_left", "tenant", "incident_id", "left_at"),
    )

    tenant: str = Field(primary_key=True, sa_type=Text)
    incident_id: uuid.UUID = Field(primary_key=True)
    invoice_id: uuid.UUID = Field(primary_key=True)
    joined_at: datetime = Field(sa_column=_instant())
    left_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    account: str = Field(sa_type=Text)
    seller: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    kind: str | None = Field(default=None, sa_type=Text)
    currency: str = Field(sa_type=Text)
    amount: Decimal | None = Field(default=None, sa_type=MONEY)
    issued_at: datetime = Field(sa_column=_instant())
    overdue_at: datetime = Field(sa_column=_instant())


class SilenceRow(SQLModel, table=True):
    """Alerts that nobody wants to hear for a while. `matchers`: incident fields (cause, account, seller, region,
    endpoint) to the values meant; all of them must fit.
    """

    __tablename__ = "silences"

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    matchers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    starts_at: datetime = Field(sa_column=_instant())
    ends_at: datetime = Field(sa_column=_instant())
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=_instant())


class MaintenanceRow(SQLModel, table=True):
    """An announced window in which accounts (none named: all) may be down: alerts about them wait until it is over.

    `pause_deadlines`: nothing becomes late meanwhile; afterwards the deadlines of what was open are moved by the length
    of the window, `credited_issued_at`, `credited_id` is how far that has come and `credited` that it is done.
    """

    __tablename__ = "maintenance"

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: uuid.UUID = Field(primary_key=True)
    accounts: list[str] = Field(sa_column=_list())
    starts_at: datetime = Field(sa_column=_instant())
    ends_at: datetime = Field(sa_column=_instant())
    pause_deadlines: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    reason: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=_instant())
    credited_account: str | None = Field(default=None, sa_type=Text)
    credited_issued_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    credited_id: uuid.UUID | None = None
    credited: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class TallyRow(SQLModel, table=True):
    """Questions and failures of one minute in one scope, added up by all replicas: what a share is taken of.

    Empty seller and region: the whole account. Only scopes in which something failed lately are counted.
    """

    __tablename__ = "tallies"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    minute: datetime = Field(sa_column=Column(INSTANT, primary_key=True))
    account: str = Field(primary_key=True, sa_type=Text)
    seller: str = Field(primary_key=True, sa_type=Text)
    region: str = Field(primary_key=True, sa_type=Text)
    asked: int
    failed: int
    outcome: str | None = Field(default=None, sa_type=Text)
    code: str = Field(default="", sa_type=Text)


class UsedLinkRow(SQLModel, table=True):
    """A signed link that has acted: it acts once."""

    __tablename__ = "used_links"
    __table_args__ = (Index("used_links_expired", "tenant", "expires_at"),)

    tenant: str = Field(primary_key=True, sa_type=Text)
    id: str = Field(primary_key=True, sa_type=Text)
    actor: str = Field(sa_type=Text)
    used_at: datetime = Field(sa_column=_instant())
    expires_at: datetime = Field(sa_column=_instant())


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
    failing_since: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    well_since: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class AccountCallsRow(SQLModel, table=True):
    """Calls that one replica made at an account on a day, in its provider's zone; all rows of a day are its calls.
    Rewritten as `workers` is, with the same room.
    """

    __tablename__ = "account_calls"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    tenant: str = Field(primary_key=True, sa_type=Text)
    account: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    worker: str = Field(primary_key=True, sa_type=Text)
    calls: int


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
