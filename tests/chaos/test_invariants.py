"""The checker itself: a sound story passes, and each lie is called by the name of the invariant it breaks."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import NOON
from tests.evidence import Inside, Outside
from tests.invariants import INVARIANTS, violations
from tests.receiver import Hit

Row = dict[str, Any]
BODY = json.dumps({"data": {"transition": {"sequence": 2}, "invoice": {"sequence": 2}}})

INVOICE: Row = {
    "id": "i", "number": "1", "code": "", "account": "a", "seller_tax_id": "s", "with_tax": 106, "state": "synced",
    "sequence": 2, "cause": "confirmed",
}  # fmt: skip
ISSUED: Row = {
    "invoice_id": "i", "sequence": 1, "before": None, "after": "pending", "cause": "issued", "at": NOON,
    "check_id": None, "evidence": None,
}  # fmt: skip
CONFIRMED: Row = {
    "invoice_id": "i", "sequence": 2, "before": "pending", "after": "synced", "cause": "confirmed", "at": NOON,
    "check_id": "c", "evidence": "check:c",
}  # fmt: skip
CHECK: Row = {"id": "c", "invoice_id": "i", "outcome": "found_match", "code": "0001", "differences": None}
MESSAGE: Row = {"id": "m", "invoice_id": "i", "sequence": 2, "type": "invoice.synced", "body": BODY}
DELIVERY: Row = {"destination": "erp", "message_id": "m", "state": "delivered", "result": "delivered", "attempts": 1}
ERP: Row = {
    "name": "erp", "kind": "webhook", "events": ["invoice.synced"], "accounts": [], "sellers": [],
    "minimum_amount": None, "recovery_only": False,
}  # fmt: skip
COUNTS = [{"account": "a", "state": "pending", "n": 1}, {"account": "a", "state": "pending", "n": -1},
          {"account": "a", "state": "synced", "n": 1}]  # fmt: skip
HIT = Hit(NOON, "erp", {"webhook-id": "m"}, BODY.encode(), signed=True, status=204)
SHOWN = {"visible": True, "status": "normal", "face": {"amount": {"with_tax": "106"}}}
ANSWERED = {"number": "1", "code": "0001", "at": NOON.isoformat()}

SOUND = Inside([INVOICE], [ISSUED, CONFIRMED], [CHECK], [MESSAGE], [DELIVERY], [ERP], COUNTS)
SEEN = Outside({("1", ""): "i"}, [HIT], [ANSWERED], {("1", ""): SHOWN})

LIES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "nothing_acknowledged_is_lost": ({}, {"told": {("1", ""): "i", ("2", ""): "j"}}),
    "nothing_is_there_that_nobody_told": ({}, {"told": {}}),
    "history_is_legal_and_without_gaps": ({"transitions": [ISSUED, CONFIRMED | {"before": "overdue"}]}, {}),
    "synced_is_what_the_tax_system_itself_has_confirmed": ({}, {"ledger": [ANSWERED | {"code": "0009"}]}),
    "the_state_is_what_the_tax_system_shows": ({}, {"register": {("1", ""): SHOWN | {"status": "void"}}}),
    "each_move_is_told_to_all_who_asked_and_to_nobody_else": ({"deliveries": []}, {}),
    "every_message_has_arrived_or_says_why_not": ({"deliveries": [DELIVERY | {"state": "pending"}]}, {}),
    "the_same_id_has_the_same_signed_body": ({}, {"hits": [HIT, replace(HIT, body=b"{}", status=500)]}),
    "messages_are_numbered_as_their_history_is": (
        {"messages": [MESSAGE | {"body": BODY.replace("2", "3")}]},
        {"hits": [replace(HIT, body=BODY.replace("2", "3").encode())]},
    ),
    "messages_arrive_once_unless_their_sender_was_killed": ({}, {"hits": [HIT, HIT]}),
    "counts_are_the_rows": ({"invoice_counts": COUNTS[:2]}, {}),
}

MORE: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "history_is_legal_and_without_gaps": ({"invoices": [INVOICE | {"cause": "manual"}]}, {}),
    "synced_is_what_the_tax_system_itself_has_confirmed": ({"checks": [CHECK | {"invoice_id": "another"}]}, {}),
    "each_move_is_told_to_all_who_asked_and_to_nobody_else": ({"destinations": [ERP | {"recovery_only": True}]}, {}),
    "every_message_has_arrived_or_says_why_not": ({}, {"hits": [replace(HIT, status=500)]}),
    "the_same_id_has_the_same_signed_body": ({}, {"hits": [replace(HIT, signed=False)]}),
}


def test_a_sound_story_passes():
    assert not violations(SOUND, SEEN)


@pytest.mark.parametrize(("name", "lie"), [*LIES.items(), *MORE.items()])
def test_each_lie_is_called_by_its_name(name: str, lie: tuple[Mapping[str, Any], Mapping[str, Any]]):
    told = violations(replace(SOUND, **lie[0]), replace(SEEN, **lie[1]))

    assert {each.partition(":")[0] for each in told} == {name}


def test_every_invariant_has_its_lie():
    assert {check.__name__ for check in INVARIANTS} == set(LIES)


def test_a_confirmation_that_was_answered_only_later_is_no_evidence():
    later = ANSWERED | {"at": (NOON + timedelta(hours=1)).isoformat()}

    assert violations(SOUND, replace(SEEN, ledger=[later]))


def test_as_many_doubles_as_senders_were_killed_are_no_violation():
    assert not violations(SOUND, replace(SEEN, hits=[HIT, HIT], duplicates=1))
