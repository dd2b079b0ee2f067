"""What one receiver may see of a payload."""

import pytest

from app.domain.selection import ALWAYS, select

PAYLOAD = {
    "type": "invoice.overdue",
    "timestamp": "2026-11-22T03:00:00Z",
    "data": {
        "invoice": {
            "id": "i1", "number": "25112000000000000001", "seller": {"tax_id": "911101081000000166", "name": "示例"},
            "buyer": {"tax_id": None, "name": "某人"}, "original": None, "labels": {"region.north": "a", "region": "b"},
        },
        "transition": {"sequence": 2, "actor": "system", "evidence": "check"},
        "diagnosis": {"code": "not_uploaded", "text": {"zh": "未上传"}},
    },
}  # fmt: skip
INCIDENT = {
    "type": "incident.opened",
    "timestamp": "2026-11-22T03:00:00Z",
    "data": {
        "incident": {"id": "n1", "members": 3},
        "notice": {"sequence": 1, "mention": True},
        "invoices": [{"number": "1", "buyer": {"name": "某人"}}, {"number": "2", "buyer": {"name": "某人"}}],
    },
}
BARE = {"invoice": {"id": "i1"}, "transition": {"sequence": 2}}


def invoice(**seen):
    return {**BARE, "invoice": {"id": "i1", **seen}}


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        (["invoice.number"], invoice(number="25112000000000000001")),
        (["invoice.seller"], invoice(seller={"tax_id": "911101081000000166", "name": "示例"})),
        (["invoice.seller.name"], invoice(seller={"name": "示例"})),
        (["invoice.labels.region.north"], invoice(labels={"region.north": "a"})),
        (["invoice.labels.region"], invoice(labels={"region": "b"})),
        (["invoice.original.number"], invoice(original=None)),
        (["invoice.numb"], BARE),
        (["invoice.number.digits"], BARE),
        (["diagnosis.code"], {**BARE, "diagnosis": {"code": "not_uploaded"}}),
        (["nothing"], BARE),
    ],
)
def test_what_is_allowed_is_there_and_what_is_not_is_absent(fields, data):
    assert select(PAYLOAD, fields) == PAYLOAD | {"data": data}


def test_without_a_list_everything_is_allowed():
    assert select(PAYLOAD, ()) == PAYLOAD


def test_in_a_list_the_path_counts_for_each_entry():
    assert select(INCIDENT, ["invoices.number"])["data"] == {
        "incident": {"id": "n1"},
        "notice": {"sequence": 1},
        "invoices": [{"number": "1"}, {"number": "2"}],
    }


def test_the_order_of_the_payload_is_kept_so_that_the_same_bytes_come_out():
    fields = ["diagnosis", "invoice.seller", "invoice.number"]
    assert list(select(PAYLOAD, fields)["data"]) == ["invoice", "transition", "diagnosis"]
    assert list(select(PAYLOAD, fields)["data"]["invoice"]) == ["id", "number", "seller"]


def test_what_tells_messages_apart_cannot_be_left_out():
    assert set(ALWAYS) == {"invoice.id", "transition.sequence", "incident.id", "notice.sequence"}
    assert select(PAYLOAD, ["nothing"])["data"] == BARE


def test_a_message_about_nothing_stays_one():
    assert select({"type": "test.ping", "timestamp": "t", "data": None}, ["invoice.number"])["data"] == {}
