"""Between rows and values: the one place where an invoice becomes columns and columns become a Record."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import (
    Amount,
    Cause,
    Diagnosis,
    Handle,
    Invoice,
    Original,
    Outcome,
    Paper,
    Party,
    Record,
    State,
)
from app.domain.policy import Admission
from app.domain.trace import read
from app.store.database import Row

# Column and PostgreSQL type of what an issued invoice brings, in the order of `invoice_values`.
INVOICE_COLUMNS: Mapping[str, str] = MappingProxyType({
    "id": "uuid", "number": "text", "code": "text", "kind": "text", "issued_at": "timestamptz",
    "seller_tax_id": "text", "seller_name": "text", "buyer_tax_id": "text", "buyer_name": "text",
    "without_tax": "numeric", "tax": "numeric", "with_tax": "numeric", "currency": "text",
    "check_code": "text", "paper_code": "text", "paper_number": "text",
    "original_code": "text", "original_number": "text",
    "account": "text", "serial_no": "text", "order_no": "text", "reference": "text", "labels": "jsonb",
    "overdue_at": "timestamptz", "escalate_at": "timestamptz",
})  # fmt: skip


_LABELS = json.JSONEncoder(check_circular=False)


def invoice_values(invoice_id: str, invoice: Invoice, admission: Admission) -> tuple[Any, ...]:
    """The values of INVOICE_COLUMNS for a newly issued invoice; all but instants as text, what is absent as None."""
    amount, paper, original, handle = invoice.amount, invoice.paper, invoice.original, invoice.handle
    return (
        invoice_id, invoice.number, invoice.code, invoice.kind, invoice.issued_at,
        invoice.seller.tax_id, invoice.seller.name, invoice.buyer.tax_id, invoice.buyer.name,
        _figure(amount.without_tax), _figure(amount.tax), _figure(amount.with_tax), amount.currency,
        invoice.check_code, paper.code, paper.number, original and original.code, original and original.number,
        admission.account, handle.serial_no, handle.order_no, invoice.reference,
        _LABELS.encode(dict(invoice.labels)) if invoice.labels else "{}",
        admission.overdue_at, admission.escalate_at,
    )  # fmt: skip


def _figure(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


# A look-up is five times as fast as the enum's own call, and this is done for every question.
_STATES = {each.value: each for each in State}
_CAUSES = {each.value: each for each in Cause}
_KINDS = {None: None} | {each.value: each for each in Kind}
_DIAGNOSES = {None: None} | {each.value: each for each in Diagnosis}
OUTCOMES = {None: None} | {each.value: each for each in Outcome}


RECORD = "id::text AS id, tenant, " + ", ".join([
    *(column for column in INVOICE_COLUMNS if column != "id"), "warnings", "state", "cause", "sequence",
    "state_at", "received_at", "synced_at", "diagnosis", "outcome", "outcome_code", "traceparent",
])  # fmt: skip
"""The columns that `record_of` reads, for those who read many."""

UNREADABLE = (LookupError, ValueError, TypeError, ArithmeticError)
"""What reading a row raises that no version of this service can have written."""


def record_of(row: Row) -> Record:
    """A row of `invoices` as a Record."""
    return Record(
        id=str(row["id"]),
        tenant=row["tenant"],
        invoice=_invoice_of(row),
        state=_STATES[row["state"]],
        cause=_CAUSES[row["cause"]],
        sequence=row["sequence"],
        state_at=row["state_at"],
        received_at=row["received_at"],
        overdue_at=row["overdue_at"],
        escalate_at=row["escalate_at"],
        synced_at=row["synced_at"],
        diagnosis=_DIAGNOSES[row["diagnosis"]],
        outcome=OUTCOMES[row["outcome"]],
        code=row["outcome_code"],
        warnings=tuple(row["warnings"]),
        trace=read(row["traceparent"]),
    )


_NO_PAPER = Paper()
_seller = lru_cache(maxsize=1024)(Party)  # there are few sellers, and each is read again and again


def _invoice_of(row: Row) -> Invoice:
    issued_at: datetime = row["issued_at"]
    return Invoice(
        number=row["number"],
        code=row["code"] or None,
        kind=_KINDS[row["kind"]],
        issued_at=issued_at,
        seller=_seller(row["seller_tax_id"], row["seller_name"]),
        buyer=Party(row["buyer_tax_id"], row["buyer_name"]),
        amount=Amount(row["without_tax"], row["tax"], row["with_tax"], row["currency"]),
        check_code=row["check_code"],
        paper=Paper(row["paper_code"], row["paper_number"]) if row["paper_number"] or row["paper_code"] else _NO_PAPER,
        original=Original(row["original_number"], row["original_code"] or None) if row["original_number"] else None,
        account=row["account"],
        handle=Handle(row["serial_no"], row["order_no"]),
        reference=row["reference"],
        labels=MappingProxyType(row["labels"]),
    )
