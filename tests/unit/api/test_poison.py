"""Bodies made to hurt: each is refused with a 4xx that a billing developer understands, and changes nothing."""

import json

import pytest

from tests.unit.api.standin import INVOICE, RED

JSON = {"Content-Type": "application/json"}
GOOD = json.dumps(INVOICE, ensure_ascii=False)
SELLER = INVOICE["seller"]


def said(**changes) -> bytes:
    return json.dumps(INVOICE | changes).encode()


def amount(**changes) -> bytes:
    return said(amount=changes)


# Bytes that are not (our) JSON: 400, with the problem's own code.
MALFORMED = {
    "nothing": (b"", "empty_body"),
    "blanks": (b" \n ", "empty_body"),
    "a word": (b"invoice", "malformed_json"),
    "a cut-off object": (GOOD[:-1].encode(), "malformed_json"),
    "two values": (b"{}{}", "malformed_json"),
    "a trailing comma": (b'{"number": "1",}', "malformed_json"),
    "NUL byte": (b'{"number": "1\x00"}', "malformed_json"),
    "raw newline": (b'{"number": "1\n"}', "malformed_json"),
    "NaN": (b'{"number": NaN}', "malformed_json"),
    "Infinity": (b'{"amount": {"tax": -Infinity}}', "malformed_json"),
    "1e400": (b'{"amount": {"with_tax": 1e400}}', "number_out_of_range"),
    "-1e400": (b'{"amount": {"with_tax": -1e400}}', "number_out_of_range"),
    "5,000 digits": (b'{"amount": {"with_tax": ' + b"9" * 5_000 + b"}}", "number_out_of_range"),
    "5,000 decimals": (b'{"amount": {"with_tax": 0.' + b"9" * 5_000 + b"}}", "number_out_of_range"),
    "duplicate key": (b'{"number": "1", "number": "2"}', "duplicate_key"),
    "duplicate key within": (b'{"amount": {"tax": "1", "tax": "999"}}', "duplicate_key"),
    "duplicate key escaped": (b'{"number": "1", "n\\u0075mber": "2"}', "duplicate_key"),
    "100,000 deep": (b"[" * 100_000, "too_deep"),
    "100,000 deep and closed": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
    "33 deep": (b"[" * 33 + b"]" * 33, "too_deep"),
    "GBK": (GOOD.encode("gbk"), "not_utf8"),
    "UTF-16": (GOOD.encode("utf-16"), "not_utf8"),
    "UTF-16 without mark": (GOOD.encode("utf-16-le"), "not_utf8"),
    "UTF-16 of ASCII": (b'{"number": "1"}'.decode().encode("utf-16-be"), "not_utf8"),
    "UTF-32": (GOOD.encode("utf-32-be"), "not_utf8"),
    "cut-off UTF-8": (b'{"reference": "\xe5\x8f"}', "not_utf8"),
    "overlong UTF-8": (b'{"reference": "\xc0\x80"}', "not_utf8"),
    "raw surrogate": (b'{"reference": "\xed\xa0\x80"}', "not_utf8"),
    "NUL in a name": (b'{"a\\u0000b": 1}', "malformed_json"),
    "lone surrogate in a name": (b'{"\\ud800": 1}', "malformed_json"),
}

# JSON that no invoice is: 422, with pointer and code of the field.
WRONG = {
    "a list": (b"[]", "", "not_an_object"),
    "null": (b"null", "", "not_an_object"),
    "a string": (b'"25112000000000000001"', "", "not_an_object"),
    "NUL": (said(reference="a\0b"), "/reference", "control_character"),
    "newline in a name": (said(seller=SELLER | {"name": "a\nb"}), "/seller/name", "control_character"),
    "C1 control": (said(reference="a\x85b"), "/reference", "control_character"),
    "lone surrogate": (said(reference="a\ud800b"), "/reference", "lone_surrogate"),
    "lone surrogate in a name": (said(buyer={"name": "\udfff"}), "/buyer/name", "lone_surrogate"),
    "lone surrogate in a label": (said(labels={"a": "\ud800"}), "/labels/a", "lone_surrogate"),
    "unknown field": (said(amonut={}), "/amonut", "unknown_field"),
    "unknown field within": (said(seller=SELLER | {"taxid": 1}), "/seller/taxid", "unknown_field"),
    "unknown kind": (said(kind="digital_ordinry"), "/kind", "unknown_kind"),
    "kind as object": (said(kind={}), "/kind", "unknown_kind"),
    "no such day": (said(issued_at="2026-02-30T00:00:00+08:00"), "/issued_at", "impossible_instant"),
    "leap second": (said(issued_at="2016-12-31T23:59:60+08:00"), "/issued_at", "impossible_instant"),
    "offset of 30 hours": (said(issued_at="2026-11-22T09:30:00+30:00"), "/issued_at", "impossible_instant"),
    "end of all years": (said(issued_at="9999-12-31T23:59:59-23:59"), "/issued_at", "impossible_instant"),
    "no offset": (said(issued_at="2026-11-22T09:30:00"), "/issued_at", "offset_missing"),
    "blank for T": (said(issued_at="2026-11-22 09:30:00"), "/issued_at", "instant_malformed"),
    "day only": (said(issued_at="2026-11-22"), "/issued_at", "instant_malformed"),
    "week date": (said(issued_at="2026-W47-7T09:30:00+08:00"), "/issued_at", "instant_malformed"),
    "Unix time": (said(issued_at=1_795_000_000), "/issued_at", "instant_malformed"),
    "1999": (said(issued_at="1999-12-31T23:00:00Z"), "/issued_at", "too_long_ago"),
    "in two days": (said(issued_at="2026-11-24T12:00:00+08:00"), "/issued_at", "in_the_future"),
    "three decimals": (amount(with_tax="106.001"), "/amount/with_tax", "too_many_decimals"),
    "a float": (amount(with_tax=106.0), "/amount/with_tax", "money_is_a_string"),
    "an integer": (amount(with_tax=106), "/amount/with_tax", "money_is_a_string"),
    "a boolean": (amount(with_tax=True), "/amount/with_tax", "money_is_a_string"),
    "commas": (amount(with_tax="1,060.00"), "/amount/with_tax", "money_malformed"),
    "full-width digits": (amount(with_tax="１０６"), "/amount/with_tax", "money_malformed"),
    "NaN as text": (amount(with_tax="NaN"), "/amount/with_tax", "money_malformed"),
    "exponent": (amount(with_tax="1e3"), "/amount/with_tax", "money_malformed"),
    "plus sign": (amount(with_tax="+1"), "/amount/with_tax", "money_malformed"),
    "twelve digits": (amount(with_tax="100000000000.00"), "/amount/with_tax", "money_too_large"),
    "a million digits": (amount(with_tax="9" * 1_000_000), "/amount/with_tax", "money_too_large"),
    "sums that contradict": (amount(without_tax="100", tax="6", with_tax="107"), "/amount", "amounts_contradict"),
    "no amount at all": (amount(currency="CNY"), "/amount", "amount_missing"),
    "amount as text": (said(amount="106.00"), "/amount", "not_an_object"),
    "amount missing": (said(amount=None), "/amount", "not_an_object"),
    "currency in words": (amount(with_tax="1.00", currency="yuan"), "/amount/currency", "currency_malformed"),
    "seller without tax id": (said(seller={"name": "示例"}), "/seller/tax_id", "required"),
    "empty tax id": (said(seller={"tax_id": ""}), "/seller/tax_id", "empty"),
    "masked tax id": (said(seller={"tax_id": "9111****0000000166"}), "/seller/tax_id", "tax_id_malformed"),
    "number as a number": (said(number=26112000000000000001), "/number", "not_a_string"),
    "number of 19 digits": (said(number="2611200000000000000"), "/number", "format"),
    "number with a blank": (said(number=" 26112000000000000001"), "/number", "format"),
    "8 digits without code": (said(number="00000001"), "/code", "required"),
    "20 digits with code": (said(code="011002301111"), "/code", "not_allowed"),
    "empty code": (said(code=""), "/code", "empty"),
    "long name": (said(buyer={"name": "长" * 301}), "/buyer/name", "too_long"),
    "21 labels": (said(labels={f"k{n}": "" for n in range(21)}), "/labels", "too_many"),
    "label of a list": (said(labels={"a": ["b"]}), "/labels/a", "not_a_string"),
    "label's odd name": (said(labels={"a/~b ": "c"}), "/labels/a~1~0b ", "label_key_malformed"),
    "label too long": (said(labels={"a": "b" * 201}), "/labels/a", "too_long"),
    "check code": (said(check_code="12"), "/check_code", "check_code_malformed"),
    "negative without original": (said(amount=RED["amount"]), "/original/number", "original_missing"),
    "original and positive": (said(original=RED["original"]), "/amount", "red_amount_not_negative"),
    "original without number": (said(original={"code": "011002301111"}), "/original/number", "original_missing"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "code"), MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_json_is_400_and_changes_nothing(house, client, body, code):
    answer = await client.post("/v1/events", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert not house.memory.told
    assert house.counted == {"invalid": 1}


@pytest.mark.parametrize(("body", "pointer", "code"), WRONG.values(), ids=WRONG)
async def test_what_no_invoice_is_is_422_with_pointer_and_code(house, client, body, pointer, code):
    answer = await client.post("/v1/events", content=body, headers=JSON)
    assert answer.status_code == 422
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
    assert all(each["detail"] for each in answer.json()["errors"])
    assert not house.memory.told


@pytest.mark.parametrize(("body", "_code"), MALFORMED.values(), ids=MALFORMED)
async def test_poison_in_an_upload_hurts_nobody_else(client, body, _code):
    lines = b"\n".join([said(number="26112000000000000001"), body[:60_000], said(number="26112000000000000002")])
    counts = (await client.post("/v1/events", content=lines, headers={"Content-Type": "application/x-ndjson"})).json()
    assert counts["accepted"] == 2


async def test_all_wrong_fields_come_at_once(client):
    odd = INVOICE | {"number": "1", "issued_at": "x", "amount": {"tax": 1, "with_tax": "1.234"}, "kindd": 1}
    del odd["seller"]
    answer = await client.post("/v1/events", json=odd)
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/number",
        "/issued_at",
        "/amount/tax",
        "/amount/with_tax",
        "/kindd",
        "/seller",
    }


async def test_a_wrong_field_is_told_once_and_in_our_words(client):
    odd = INVOICE | {"reference": "a\0b", "labels": {"a b": "\x7f"}, "kind": "x", "seller": {"tax_id": "*"}}
    answer = await client.post("/v1/events", json=odd)
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/kind", "unknown_kind"),
        ("/seller/tax_id", "tax_id_malformed"),
        ("/reference", "control_character"),
        ("/labels/a b", "label_key_malformed"),
        ("/labels/a b", "control_character"),
    ]


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"amonut": 1}, "amount"),
        ({"seller": {"taxid": "x"}}, "tax_id"),
        ({"kind": "digital_ordinry"}, "digital_ordinary"),
    ],
)
async def test_a_typing_mistake_is_told_what_was_meant(client, changes, meant):
    answer = await client.post("/v1/events", json=INVOICE | changes)
    assert f'Did you mean "{meant}"?' in answer.text.replace('\\"', '"')


async def test_the_faults_listed_have_an_end(client):
    answer = await client.post("/v1/events", json={f"field{n}": n for n in range(20_000)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50


async def test_thirty_two_levels_are_read(client):
    answer = await client.post("/v1/events", content=b"[" * 32 + b"]" * 32, headers=JSON)
    assert answer.status_code == 422


async def test_a_byte_order_mark_is_tolerated(client):
    assert (await client.post("/v1/events", content=b"\xef\xbb\xbf" + GOOD.encode(), headers=JSON)).status_code == 202


async def test_text_becomes_nfc_and_nothing_is_trimmed(house, client):
    await client.post("/v1/events", json=INVOICE | {"reference": " cafe\u0301 ", "labels": {"a": " b"}})
    [record] = house.memory.records.values()
    assert record.invoice.reference == " caf\u00e9 "
    assert record.invoice.labels["a"] == " b"


async def test_money_is_exact_up_to_the_largest(house, client):
    amount = {"with_tax": "99999999999.99"}
    assert (await client.post("/v1/events", json=INVOICE | {"amount": amount})).status_code == 202
    [record] = house.memory.records.values()
    assert str(record.invoice.amount.with_tax) == "99999999999.99"
