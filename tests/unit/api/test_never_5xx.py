"""Whatever comes in: never a 5xx, never an unexplained answer."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.api.standin import INVOICE, House, envelope

HOUSE = House()
PATIENT = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

KINDS = st.sampled_from(
    [
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "application/x-ndjson",
        "text/x",
    ]
)
TEXT = st.text(max_size=30) | st.sampled_from(["\0", "\ud800", "1e400", "2026-02-30T00:00:00+08:00", "9" * 5_000])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [*INVOICE, "code", "kind", "buyer", "original", "labels", "paper", "handle", "type", "data", "id"]
)


@st.composite
def bodies(draw):
    """An invoice, an envelope or anything, with a few fields replaced by anything."""
    item = draw(st.sampled_from([INVOICE, envelope(), [envelope()]]) | VALUES)
    if isinstance(item, dict):
        item = item | draw(st.dictionaries(NAMES, VALUES, max_size=3))
    raw = json.dumps(item, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.integers(0, 4)) == 0 else raw


HEADERS = st.dictionaries(
    st.sampled_from(["ce-specversion", "ce-type", "ce-id", "ce-source", "Idempotency-Key", "Content-Encoding"]),
    st.sampled_from(["1.0", "invoice.issued", "invoice.voided", "%E5", "%00", '"x"', "", "identity"])
    | st.binary(max_size=20).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")),
    max_size=4,
)


@PATIENT
@given(kind=KINDS, body=bodies() | st.binary(max_size=200), headers=HEADERS)
async def test_no_event_makes_a_5xx(kind, body, headers):
    async with HOUSE.client() as client:
        answer = await client.post("/v1/events", content=body, headers={"Content-Type": kind, **headers})
    assert answer.status_code < 500, answer.text
    assert answer.status_code < 300 or answer.json()["code"]


FILTERS = st.sampled_from(
    ["state", "limit", "cursor", "label", "issued_from", "issued_to", "q", "seller", "sort", "kind", "x"]
)
WORDS = TEXT | st.sampled_from(["pending", "50", "0", "2026-11-22", "9999-12-31", "a:b", "-issued_at", "0001-01-01"])


@PATIENT
@given(query=st.lists(st.tuples(FILTERS, WORDS.map(lambda text: text.encode("utf-8", "replace").decode())), max_size=4))
async def test_no_query_makes_a_5xx(query):
    async with HOUSE.client() as client:
        answer = await client.get("/v1/invoices", params=query)
    assert answer.status_code in {200, 400}, answer.text
