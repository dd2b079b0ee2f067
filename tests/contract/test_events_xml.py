"""POST /v1/events with the XML of a fully digital invoice: the same answers as for JSON, and no document harms us."""

import asyncio
import tracemalloc
from pathlib import Path

import pytest

from app.documents.specimen import EINVOICE
from tests.unit.api.standin import INVOICE, House

EVENTS = "/v1/events"
FILES = Path(__file__).parents[2] / "examples" / "files"
BLUE, RED = ((FILES / name).read_text("utf-8") for name in ("invoice.xml", "red.xml"))
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def client(house):
    async with house.client() as talking:
        yield talking


async def post(client, xml, **headers):
    content = xml.encode() if isinstance(xml, str) else xml
    return await client.post(EVENTS, content=content, headers=XML | headers)


def told(house):
    [event] = {id(event): event for event in house.memory.told.values()}.values()
    return event


# --- what is accepted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type", ["application/xml", "text/xml", "text/xml; charset=utf-8", "APPLICATION/XML;charset=UTF-8"]
)
async def test_a_delivered_invoice_is_202_with_its_place(client, content_type):
    answer = await post(client, BLUE, **{"Content-Type": content_type})
    assert answer.status_code == 202
    shown = (await client.get(answer.headers["location"])).json()
    assert (shown["number"], shown["kind"]) == ("26112000000000000011", "digital_ordinary")
    assert shown["amount"] == {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00", "currency": "CNY"}
    assert shown["warnings"] == []


async def test_the_same_file_again_is_200(client):
    await post(client, BLUE)
    answer = await post(client, BLUE)
    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)


async def test_the_xml_and_the_json_of_one_invoice_are_the_same_event(client):
    invoice = INVOICE | {
        "issued_at": "2026-11-20T09:30:00+08:00",
        "seller": {"tax_id": "911101081000000166"},
        "buyer": {"name": "个人"},
    }
    assert (await client.post(EVENTS, json=invoice)).status_code == 202
    assert (await post(client, EINVOICE)).status_code == 200


async def test_the_same_number_with_another_total_is_409(client):
    await post(client, BLUE)
    other = BLUE.replace("106.00", "107.00").replace(">6.00<", ">7.00<")
    answer = await post(client, other)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_red_file_reverses_the_invoice_it_names(client, house):
    assert (await post(client, RED)).status_code == 202
    event = told(house)
    assert event.type == "invoice.reversed"
    assert event.invoice.original.number == "26112000000000000011"


async def test_an_idempotency_key_names_a_file_too(client, house):
    await post(client, BLUE, **{"Idempotency-Key": "abc"})
    assert "ik:abc" in house.memory.told
    answer = await post(client, RED, **{"Idempotency-Key": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


async def test_every_other_type_is_refused_with_a_list_that_names_xml(client):
    answer = await post(client, BLUE, **{"Content-Type": "application/pdf"})
    assert answer.status_code == 415
    assert {"application/xml", "text/xml"} <= set(answer.json()["accepted"])


async def test_the_description_shows_an_example_for_each_xml_type(house):
    content = house.app.openapi()["paths"][EVENTS]["post"]["requestBody"]["content"]
    for media in ("application/xml", "text/xml"):
        assert content[media]["examples"]["delivered"]["value"] == EINVOICE


# --- what is refused ----------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "&a;" * 10}">' for n in range(9)
)
HOSTILE = {
    "no XML": ("hello", 400, "malformed_xml"),
    "nothing": ("", 400, "empty_body"),
    "blanks": (" \n", 400, "empty_body"),
    "half an element": (BLUE[:300], 400, "malformed_xml"),
    "two roots": (EINVOICE + "<a/>", 400, "malformed_xml"),
    "a document type": (EINVOICE.replace("<EInvoice>", "<!DOCTYPE EInvoice><EInvoice>"), 400, "malformed_xml"),
    "billion laughs": (BOMB + "]><EInvoice>&a8;</EInvoice>", 400, "malformed_xml"),
    "an external entity": ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 400, "malformed_xml"),
    "an unknown entity": ("<EInvoice>&x;</EInvoice>", 400, "malformed_xml"),
    "a depth without end": ("<a>" * 100_000, 400, "too_deep"),
    "elements without end": ("<EInvoice>" + "<a/>" * 200_000 + "</EInvoice>", 413, "too_large"),
    "GBK that says so": (BLUE.replace("UTF-8", "GBK").encode("gbk"), 400, "not_utf8"),
    "GBK that does not": (BLUE.encode("gbk"), 400, "not_utf8"),
    "UTF-8 that says GBK": (BLUE.replace("UTF-8", "GBK"), 400, "not_utf8"),
    "an encoding that nobody knows": (BLUE.replace("UTF-8", "x-9"), 400, "not_utf8"),
    "UTF-16": (BLUE.replace("UTF-8", "UTF-16").encode("utf-16"), 400, "not_utf8"),
    "a NUL": (BLUE.replace("示例", "\0"), 400, "malformed_xml"),
    "another document": ("<html><body>404</body></html>", 422, "not_an_invoice"),
    "two invoices": (f"<all><FPHM>{'1' * 20}</FPHM><FPHM>{'2' * 20}</FPHM></all>", 422, "several_invoices"),
    "two numbers": (BLUE.replace("<EIid>26", "<EIid>25"), 422, "contradiction"),
    "two totals": (
        BLUE.replace("</BasicInformation>", "<TotalTaxAm>9.00</TotalTaxAm></BasicInformation>"),
        422,
        "contradiction",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_cannot_be_read_is_refused_with_its_reason_and_nothing_is_stored(client, house, name):
    xml, status, code = HOSTILE[name]
    answer = await post(client, xml)
    problem = answer.json()
    codes = {problem["code"], *(each["code"] for each in problem.get("errors", []))}
    assert (answer.status_code, code in codes) == (status, True), answer.text
    assert not house.memory.told


async def test_a_file_of_64_mb_is_refused_before_it_is_read(client, house):
    tracemalloc.start()
    try:
        answer = await client.post(EVENTS, content=_pieces(64), headers=XML)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert peak < 24 * 1024**2
    assert not house.memory.told


async def _pieces(count):
    for _ in range(count):
        yield b"<a>" * 349_525
        await asyncio.sleep(0)


async def test_a_file_that_the_tax_bureau_has_not_numbered_is_422(client, house):
    draft = BLUE[: BLUE.index("  <TaxSupervisionInfo>")] + "</EInvoice>"
    answer = await post(client, draft)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/number", "not_numbered")
    assert not house.memory.told


async def test_a_wrong_field_is_named_by_its_pointer_and_its_element(client):
    answer = await post(client, BLUE.replace(">106.00<", ">106.005<").replace("911101081000000166", "9*"))
    errors = {each["pointer"]: each["detail"] for each in answer.json()["errors"]}
    assert answer.status_code == 422
    assert errors.keys() == {"/seller/tax_id", "/amount/with_tax"}
    assert "EInvoiceData/BasicInformation/TotalTax-includedAmount" in errors["/amount/with_tax"]


async def test_a_red_file_without_its_original_is_422(client):
    lone = RED.replace("<OriginalInvoiceCode>26112000000000000011</OriginalInvoiceCode>", "")
    lone = lone.replace("被红冲蓝字数电发票号码", "备注")
    answer = await post(client, lone)
    assert [each["code"] for each in answer.json()["errors"]] == ["original_missing"]


async def test_an_xml_with_the_headers_of_a_cloudevent_is_400(client, house):
    answer = await post(client, BLUE, **{"ce-specversion": "1.0", "ce-type": "invoice.issued"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "cloudevent_with_xml")
    assert not house.memory.told
