"""The JSON that API, webhooks and feed show: its shape, its order, its forms of money and time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

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
    Transition,
)
from app.domain.lifecycle import TRANSITIONS
from app.domain.message import encode, event_type, invoice_document, payload, transition_document

ISSUED = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))

INVOICE = Invoice(
    number="25112000000000000001",
    issued_at=ISSUED,
    seller=Party("911101081000000166", "北京示例科技有限公司"),
    amount=Amount(Decimal(1000), Decimal("60.0"), Decimal("1060.00")),
    kind=Kind.DIGITAL_ORDINARY,
    buyer=Party(None, "上海样本贸易有限公司"),
    account="nuonuo-main",
    handle=Handle("S-1", None),
    reference="billing-8841",
    labels={"region": "beijing"},
)
RECORD = Record(
    id="0193a1b2-0000-7000-8000-000000000001",
    tenant="default",
    invoice=INVOICE,
    state=State.OVERDUE,
    cause=Cause.DEADLINE,
    sequence=2,
    state_at=ISSUED + timedelta(hours=24),
    received_at=ISSUED + timedelta(seconds=1, microseconds=250000),
    overdue_at=ISSUED + timedelta(hours=24),
    escalate_at=ISSUED + timedelta(hours=72),
    diagnosis=Diagnosis.NOT_UPLOADED,
    outcome=Outcome.NOT_FOUND,
    warnings=("seller_tax_id_check_digit",),
)
DEADLINE = Transition(2, State.PENDING, State.OVERDUE, Cause.DEADLINE, ISSUED + timedelta(hours=24))


def test_an_invoice_is_told_field_by_field():
    document = invoice_document(RECORD)
    assert document.pop("diagnosis")["code"] == "not_uploaded"
    assert document == {
        "id": "0193a1b2-0000-7000-8000-000000000001",
        "number": "25112000000000000001",
        "code": None,
        "kind": "digital_ordinary",
        "issued_at": "2026-11-22T01:30:00Z",
        "seller": {"tax_id": "911101081000000166", "name": "北京示例科技有限公司"},
        "buyer": {"tax_id": None, "name": "上海样本贸易有限公司"},
        "amount": {"without_tax": "1000.00", "tax": "60.00", "with_tax": "1060.00", "currency": "CNY"},
        "check_code": None,
        "paper": {"code": None, "number": None},
        "original": None,
        "account": "nuonuo-main",
        "handle": {"serial_no": "S-1", "order_no": None},
        "reference": "billing-8841",
        "labels": {"region": "beijing"},
        "state": "overdue",
        "cause": "deadline",
        "sequence": 2,
        "state_at": "2026-11-23T01:30:00Z",
        "received_at": "2026-11-22T01:30:01.250000Z",
        "overdue_at": "2026-11-23T01:30:00Z",
        "escalate_at": "2026-11-25T01:30:00Z",
        "synced_at": None,
        "outcome": "not_found",
        "warnings": ["seller_tax_id_check_digit"],
    }


def test_a_red_invoice_names_the_one_it_reverses_and_has_negative_amounts():
    red = replace(
        INVOICE,
        code="011002500111",
        paper=Paper("1", "2"),
        amount=Amount(with_tax=Decimal(-1060)),
        original=Original("25112000000000000002"),
    )
    document = invoice_document(replace(RECORD, invoice=red))
    assert document["original"] == {"code": None, "number": "25112000000000000002"}
    assert document["paper"] == {"code": "1", "number": "2"}
    assert document["amount"] == {"without_tax": None, "tax": None, "with_tax": "-1060.00", "currency": "CNY"}


def test_an_invoice_without_a_diagnosis_says_null():
    assert invoice_document(replace(RECORD, diagnosis=None, outcome=None))["diagnosis"] is None
    assert invoice_document(replace(RECORD, diagnosis=None, outcome=None))["outcome"] is None


@pytest.mark.parametrize("diagnosis", Diagnosis)
def test_every_diagnosis_is_told_in_two_languages_with_a_next_step(diagnosis):
    told = invoice_document(replace(RECORD, diagnosis=diagnosis))["diagnosis"]
    assert told["code"] == diagnosis
    for words in (told["text"], told["next_step"]):
        assert list(words) == ["zh", "en"]
        assert all(words.values())


def test_a_transition_is_told():
    assert transition_document(replace(DEADLINE, actor="wang", reason="核对过", evidence="c-1")) == {
        "sequence": 2,
        "before": "pending",
        "after": "overdue",
        "cause": "deadline",
        "at": "2026-11-23T01:30:00Z",
        "actor": "wang",
        "evidence": "c-1",
        "reason": "核对过",
    }


def test_the_first_transition_has_no_state_before():
    first = Transition(1, None, State.PENDING, Cause.ISSUED, ISSUED)
    assert transition_document(first)["before"] is None


def test_a_payload_is_the_invoice_its_move_and_its_diagnosis():
    told = payload(RECORD, DEADLINE)
    assert list(told) == ["type", "timestamp", "data"]
    assert told["type"] == "invoice.overdue"
    assert told["timestamp"] == "2026-11-23T01:30:00Z"
    assert told["data"] == {
        "invoice": invoice_document(RECORD),
        "transition": transition_document(DEADLINE),
        "diagnosis": invoice_document(RECORD)["diagnosis"],
    }


TOLD = {
    State.PENDING: None,
    State.SYNCED: "invoice.synced",
    State.OVERDUE: "invoice.overdue",
    State.ESCALATED: "invoice.escalated",
    State.VOIDED: "invoice.voided",
}


@pytest.mark.parametrize(("cause", "after"), sorted({move for moves in TRANSITIONS.values() for move in moves.items()}))
def test_each_move_of_the_state_table_has_its_event(cause, after):
    relied_on = cause in {Cause.CHANGED, Cause.DISAPPEARED}
    assert event_type(cause, after) == ("invoice.changed" if relied_on else TOLD[after])


def test_the_text_is_compact_utf_8_in_the_order_of_the_keys():
    assert encode({"type": "b", "a": ["发票", 1, None]}) == '{"type":"b","a":["发票",1,null]}'


def test_the_text_reads_back_as_the_payload():
    told = payload(RECORD, DEADLINE)
    assert json.loads(encode(told)) == told


def test_the_text_of_a_usual_invoice_stays_below_the_advised_20_kb():
    assert len(encode(payload(RECORD, DEADLINE)).encode()) < 20_000


def test_microseconds_are_not_lost():
    late = replace(DEADLINE, at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert payload(RECORD, late)["timestamp"] == "2026-01-02T03:04:05.000006Z"
