"""Reads a document in a test: the one draft of it, the invoice that the service would take, or its refusal."""

import pytest

from app.api.translation import read_event
from app.documents import document
from app.documents.draft import Draft, Unreadable
from tests.unit.api.standin import NOW


def one(raw, **given):
    [told] = document.read(raw.encode() if isinstance(raw, str) else raw, **given)
    assert isinstance(told, Draft), told
    return told


def invoice(raw, **given):
    told = one(raw, **given).invoice
    event, faults = read_event(None, told, NOW)
    assert event, faults
    return told


def refused(raw, **given):
    with pytest.raises(Unreadable) as caught:
        document.read(raw.encode() if isinstance(raw, str) else raw, **given)
    return caught.value
