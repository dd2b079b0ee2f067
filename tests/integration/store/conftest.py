"""Makers of events and policies for the store's tests."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.event import Event, EventType
from app.domain.identity import Kind
from app.domain.invoice import Amount, Family, Handle, Invoice, Party
from app.domain.plan import CHANNEL_LADDER, PROOF_DAILY_AT, PROOF_LADDER, Plan
from app.domain.policy import Policy, admit
from tests.conftest import NOON

SELLER = "911101081000000166"

POLICY = Policy(
    plans={
        "channel": Plan("channel", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1), proof="proof"),
        "solo": Plan("solo", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1)),
        "proof": Plan("proof", Family.PROOF, PROOF_LADDER, daily_at=PROOF_DAILY_AT, minimum_age=timedelta(minutes=30)),
    },
    default_account="proof",
)


def invoice(number: int | str = 1, **changes) -> Invoice:
    plain = Invoice(
        number=f"25112{number:015d}" if isinstance(number, int) else number,
        kind=Kind.DIGITAL_ORDINARY,
        issued_at=NOON,
        seller=Party(SELLER, "北京示例餐饮有限公司"),
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
        handle=Handle("S1", None),
    )
    return replace(plain, **changes)


def issued(told: Invoice, *keys: str, type_: EventType = EventType.ISSUED) -> Event:
    return Event(type_, told.number, told.code, told, keys=keys)


def voided(number: str, code: str | None = None, *keys: str, reason: str = "wrong buyer") -> Event:
    return Event(EventType.VOIDED, number, code, reason=reason, keys=keys)


def admission(told, now):
    return admit(told, now, POLICY, 0.0)


@pytest.fixture
def policy() -> Policy:
    return POLICY
