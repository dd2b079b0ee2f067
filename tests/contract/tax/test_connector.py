"""The connector's own dialect: what is sent for a description, that data stays data, and whose answer an item is."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml

from app.domain.asking import Case
from app.domain.comparison import missing
from app.domain.decision import decide
from app.domain.identity import Kind
from app.domain.invoice import Answer, Cause, Family, Handle, Outcome, Record, State
from app.domain.plan import Plan
from app.domain.policy import Policy
from app.settings.connector import ConnectorSettings
from app.tax.connector import Connector
from tests.contract.tax.speakers.connector import IN_HOUSE, LEQI, OfLeqi
from tests.contract.tax.speakers.speaker import PLAIN, numbered

EXAMPLES = Path(__file__).parents[3] / "examples" / "connectors"
INVOICE = replace(PLAIN, handle=Handle(serial_no="S1", order_no="O1"))
ANSWER = {"code": "state", "codes": {"00": "found_match", "01": "processing"}, "found": {"number": "fphm"}}
HOSTILE = [
    '","admin":true,"a":"', "&admin=true", "</a><admin/><a>", "]]><admin/>", "' admin='1", "\r\nX-Admin: 1",
    "#admin", "?admin=1", "%2e%2e%2f", "{number}", "{credentials.secret}", "发票 1", "\x00", "\ud800", '"', "\\",
]  # fmt: skip


@pytest.fixture
def connector(account, toolbox):
    """A connector for one question of this shape."""

    def made(request=None, answer=ANSWER, credentials=None, url="", **more):
        section = {"family": "channel", "request": request or {}, "answer": answer, **more}
        given = account(credentials or {"secret": "of-ours"})
        dialect = ConnectorSettings.model_validate(section).dialect()
        return Connector(replace(given, url=given.url + url, options=dialect), toolbox)

    return made


@pytest.fixture
def sent(connector, provider):
    """What the gateway hears when an invoice is asked about so."""

    async def ask(request, invoice=INVOICE, **more):
        provider.says({"state": "01"})
        assert [each.outcome for each in await connector(request, **more).check([invoice])] == [Outcome.PROCESSING]
        return provider.asked[-1]

    return ask


def example(name):
    account = next(iter(yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))["accounts"].values()))
    return account["connector"]


def serial(text):
    return replace(INVOICE, handle=Handle(serial_no=text))


# What is sent


async def test_each_placeholder_stands_for_its_fact(sent, now):
    names = ["number", "serial_no", "order_no", "seller_tax_id", "buyer_tax_id", "amount_with_tax",
             "amount_without_tax", "kind", "issued_on", "issued_on:%Y%m%d", "timestamp", "timestamp_ms", "now",
             "now:%Y%m%d%H%M%S", "credentials.secret"]  # fmt: skip
    heard = await sent({"body": {name: f"{{{name}}}" for name in names} | {"plain": "{{{number}}}", "n": 1, "t": True}})
    assert json.loads(heard.body) == {
        "number": PLAIN.number, "serial_no": "S1", "order_no": "O1", "seller_tax_id": PLAIN.seller.tax_id,
        "buyer_tax_id": PLAIN.buyer.tax_id, "amount_with_tax": "106.00", "amount_without_tax": "100.00",
        "kind": "digital_ordinary", "issued_on": "2025-03-01", "issued_on:%Y%m%d": "20250301",
        "timestamp": str(int(now.timestamp())), "timestamp_ms": f"{int(now.timestamp())}000",
        "now": "2025-03-02 12:00:00", "now:%Y%m%d%H%M%S": "20250302120000", "credentials.secret": "of-ours",
        "plain": f"{{{PLAIN.number}}}", "n": 1, "t": True,
    }  # fmt: skip


async def test_the_day_is_that_of_beijing(sent):
    late = replace(INVOICE, issued_at=datetime(2025, 3, 1, 17, 0, tzinfo=UTC))
    assert json.loads((await sent({"body": {"d": "{issued_on}"}}, late)).body) == {"d": "2025-03-02"}


async def test_a_kind_is_told_by_the_gateways_own_code(sent):
    heard = await sent({"body": {"k": "{kind}"}}, kinds={"digital_ordinary": "82"})
    assert json.loads(heard.body) == {"k": "82"}


async def test_no_two_questions_share_their_nonce(sent):
    first, second = [await sent({"query": {"n": "{nonce}"}}) for _ in range(2)]
    assert first.target != second.target


async def test_path_query_and_headers_are_as_described(sent):
    request = {
        "method": "GET",
        "path": "/v1/{serial_no}",
        "query": {"a": "{number}"},
        "headers": {"X-A": "b {order_no}"},
    }
    heard = await sent(request, url="?own=1")
    assert heard.target == f"/ask/v1/S1?own=1&a={PLAIN.number}"
    assert heard.headers["x-a"] == "b O1"
    assert "content-type" not in heard.headers


@pytest.mark.parametrize(
    ("form", "body", "type_", "told"),
    [
        ("json", {"a": "{serial_no}"}, "application/json", '{"a": "S1"}'),
        ("form", {"a": "{serial_no}", "b": "c d"}, "application/x-www-form-urlencoded", "a=S1&b=c+d"),
        ("xml", "<a>{serial_no}</a>", "application/xml; charset=utf-8", "<a>S1</a>"),
    ],
)
async def test_a_body_says_what_it_is(form, body, type_, told, sent):
    heard = await sent({"format": form, "body": body})
    assert (heard.headers["content-type"], heard.body) == (type_, told)


async def test_a_content_type_of_the_operators_own_comes_first(sent):
    heard = await sent({"format": "xml", "body": "<a/>", "headers": {"Content-Type": "text/xml"}})
    assert heard.headers["content-type"] == "text/xml"


# Data stays data


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
async def test_a_value_in_json_stays_a_value(value, sent):
    told = json.loads((await sent({"body": {"a": "{serial_no}", "b": "c"}}, serial(f"x{value}y"))).body)
    assert told == {"a": cleaned(f"x{value}y"), "b": "c"}


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
async def test_a_value_in_xml_stays_a_value(value, sent):
    body = "<q a='{serial_no}' b=\"{serial_no}\"><c>{serial_no}</c></q>"
    root = ET.fromstring((await sent({"format": "xml", "body": body}, serial(f"x{value}y"))).body)
    assert [child.tag for child in root.iter()] == ["q", "c"]
    assert root.attrib == {"a": root[0].text, "b": root[0].text}
    assert root[0].text == cleaned(f"x{value}y")


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
async def test_a_value_in_a_form_or_a_query_stays_a_value(value, sent):
    request = {"format": "form", "query": {"a": "{serial_no}", "b": "c"}, "body": {"a": "{serial_no}", "b": "c"}}
    heard = await sent(request, serial(f"x{value}y"))
    for told in (urlsplit(heard.target).query, heard.body):
        assert parse_qsl(told) == [("a", cleaned(f"x{value}y")), ("b", "c")]
    assert urlsplit(heard.target).fragment == ""


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
async def test_a_value_in_a_header_begins_no_other(value, sent):
    heard = await sent({"headers": {"X-A": "{serial_no}"}}, serial(f"x{value}y"))
    assert "x-admin" not in heard.headers
    assert heard.headers["x-a"].startswith("x")


async def test_a_credential_with_a_line_break_begins_no_other_header(sent):
    heard = await sent({"headers": {"X-A": "{credentials.key}"}}, credentials={"key": "a\r\nX-Admin: 1"})
    assert heard.headers["x-a"] == "a X-Admin: 1"
    assert "x-admin" not in heard.headers


@pytest.mark.parametrize("value", [value for value in HOSTILE if "/" not in value and "\\" not in value], ids=ascii)
async def test_a_value_in_the_path_stays_one_segment(value, sent):
    heard = await sent({"path": "/a/{serial_no}/b"}, serial(f"x{value}y"))
    assert not urlsplit(heard.target).query
    assert [unquote(part) for part in heard.target.split("/")] == ["", "ask", "a", cleaned(f"x{value}y"), "b"]


@pytest.mark.parametrize("value", [" ", "\x00", "\ud800"], ids=ascii)
async def test_what_says_nothing_is_missing_and_is_not_asked(value, connector, provider):
    (answer,) = await connector({"body": {"a": "{serial_no}"}}).check([serial(value)])
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "missing_serial_no")
    assert "开票流水号" in answer.message
    assert provider.heard == []


@pytest.mark.parametrize("value", ["..", ".", "../admin", "a/b", "a\\b"])
async def test_what_would_lead_elsewhere_in_the_path_is_not_asked(value, connector, provider):
    (answer,) = await connector({"path": "/a/{serial_no}"}).check([serial(value)])
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "unusable_path")
    assert "/" in answer.message or "路径" in answer.message
    assert provider.heard == []


def cleaned(value):
    """As a value is everywhere: without what no database and no header holds."""
    return value.replace("\r\n", " ").replace("\x00", " ").replace("\ud800", " ")


# Signed


@pytest.mark.parametrize(
    ("recipe", "digest"),
    [
        ("md5", lambda key, text: hashlib.md5(text).digest()),
        ("sha1", lambda key, text: hashlib.sha1(text).digest()),
        ("sha256", lambda key, text: hashlib.sha256(text).digest()),
        ("hmac_sha1", lambda key, text: hmac.digest(key, text, "sha1")),
        ("hmac_sha256", lambda key, text: hmac.digest(key, text, "sha256")),
    ],
)
@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("hex", bytes.hex),
        ("HEX", lambda raw: raw.hex().upper()),
        ("base64", lambda raw: base64.b64encode(raw).decode()),
    ],
)
async def test_a_signature_is_over_the_very_body_and_the_sorted_query(recipe, digest, encoding, encoded, sent):
    signature = {"recipe": recipe, "over": "{timestamp}|{sorted_query}|{body}", "encoding": encoding,
                 "into": {"header": "X-Sign"}}  # fmt: skip
    if recipe.startswith("hmac"):
        signature["key"] = "{credentials.secret}"
    heard = await sent({"query": {"b": "{serial_no} 1", "a": "发票"}, "body": {"n": "{number}"}}, signature=signature)
    signed = f"1740888000|a=发票&b=S1 1|{heard.body}".encode()
    assert heard.headers["x-sign"] == encoded(digest(b"of-ours", signed))


async def test_the_recipe_of_the_state_agrees_with_its_standard(sent):
    """GB/T 32905-2016, appendix A: SM3 of abc."""
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3")
    signature = {"recipe": "sm3", "over": "abc", "into": {"query": "sign"}}
    heard = await sent({"query": {"a": "b"}}, signature=signature)
    assert heard.target.endswith("?a=b&sign=66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")


# Whose answer an item is


def item(number, state="00", **more):
    return {"requestId": f"S{number}", "fpState": state, "fphm": f"2511200000000000000{number}", **more}


def listing(*items):
    return {"code": "0", "data": {"list": list(items)}}


@pytest.fixture
def leqi(connector):
    return connector(**{**LEQI, "answer": LEQI["answer"]}, credentials=OfLeqi.credentials)


async def ask(connector, *invoices):
    return [(answer.outcome, answer.code) for answer in await connector.check(invoices)]


async def test_a_batch_is_one_call_with_an_entry_an_invoice(leqi, provider):
    provider.says(listing(item(2), item(1, "01")))
    assert await ask(leqi, *numbered(2)) == [(Outcome.PROCESSING, "01"), (Outcome.FOUND_MATCH, "00")]
    (heard,) = provider.asked
    assert heard.target == "/ask/queryBatchDrawupResult"
    assert json.loads(heard.body) == {
        "nsrsbh": "911101081000000166",
        "list": [{"requestId": "S1"}, {"requestId": "S2"}],
    }


async def test_what_cannot_be_asked_does_not_hold_up_the_others(leqi, provider):
    provider.says(listing(item(1)))
    known, nameless = numbered(1)[0], replace(PLAIN, handle=Handle())
    found, lacking = (Outcome.FOUND_MATCH, "00"), (Outcome.BAD_REQUEST, "missing_serial_no")
    assert await ask(leqi, nameless, known, nameless) == [lacking, found, lacking]


async def test_silence_means_absent_only_while_nobody_else_is_spoken_of(leqi, provider):
    provider.says(listing(item(1)))
    provider.says(listing(item(1), item(9)))
    one = (Outcome.FOUND_MATCH, "00")
    assert await ask(leqi, *numbered(2)) == [one, (Outcome.NOT_FOUND, "absent")]
    assert await ask(leqi, *numbered(2)) == [one, (Outcome.TRANSIENT, "foreign_item")]


async def test_the_same_twice_is_once_and_two_that_differ_are_none(leqi, provider):
    provider.says(listing(item(1), item(1), item(2), item(2, "02")))
    assert await ask(leqi, *numbered(2)) == [(Outcome.FOUND_MATCH, "00"), (Outcome.TRANSIENT, "contradiction")]


async def test_an_empty_list_means_what_the_operator_says(connector, provider):
    answer = {**LEQI["answer"], "empty": "not_found"}
    provider.says(listing())
    made = connector(**{**LEQI, "answer": answer}, credentials=OfLeqi.credentials)
    assert await ask(made, *numbered(2)) == [(Outcome.NOT_FOUND, "no_items")] * 2


@pytest.mark.parametrize("items", [None, {}, "", "[]", 0, [1], [None], [[]]], ids=str)
async def test_what_is_no_list_is_no_empty_one(items, connector, provider):
    answer = {**LEQI["answer"], "empty": "not_found"}
    provider.says({"code": "0", "data": {"list": items}})
    made = connector(**{**LEQI, "answer": answer}, credentials=OfLeqi.credentials)
    assert await ask(made, *numbered(1)) == [(Outcome.TRANSIENT, "no_items")]


async def test_with_another_status_only_a_listed_code_explains_more_than_the_status(leqi, provider):
    provider.says({"code": "77"}, status=401)
    provider.says({"code": "429"}, status=500)
    assert await ask(leqi, *numbered(1)) == [(Outcome.AUTH, "http_401")]
    assert await ask(leqi, *numbered(1)) == [(Outcome.RATE_LIMITED, "429")]


async def test_an_answer_about_another_serial_number_is_none_about_this(connector, provider):
    made = connector({"body": {"a": "{serial_no}"}}, {**ANSWER, "match": {"lsh": "{serial_no}"}})
    provider.says({"state": "00", "lsh": "S2", "fphm": PLAIN.number})
    provider.says({"state": "00", "lsh": "S1", "fphm": PLAIN.number})
    assert await ask(made, INVOICE) == [(Outcome.TRANSIENT, "foreign_item")]
    assert await ask(made, INVOICE) == [(Outcome.FOUND_MATCH, "00")]


@pytest.mark.parametrize("items", ["", "<Item><N>25112000000000000001</N><S>00</S></Item>"])
async def test_xml_may_list_one_item_or_none(items, connector, provider):
    answer = {
        "format": "xml", "items": "A.List.Item" if items else "A.List", "match": {"N": "{number}"}, "code": "S",
        "codes": {"00": "found_match"}, "found": {"number": "N"}, "empty": "not_found",
    }  # fmt: skip
    provider.says(f"<A><List>{items}</List></A>")
    expected = (Outcome.FOUND_MATCH, "00") if items else (Outcome.NOT_FOUND, "no_items")
    assert await ask(connector({"format": "xml", "body": "<a>{number}</a>"}, answer), INVOICE) == [expected]


# What it means


async def test_a_code_that_no_table_has_is_told_as_such(connector, provider):
    provider.says({"state": "88"})
    (answer,) = await connector({"body": {"a": "{serial_no}"}}).check([INVOICE])
    assert (answer.outcome, answer.code, answer.unlisted) == (Outcome.TRANSIENT, "88", True)


async def test_a_find_that_tells_no_face_is_no_trouble_and_proves_nothing(connector, provider, now):
    provider.says({"state": "00"})
    (answer,) = await connector({"body": {"a": "{serial_no}"}}, {**ANSWER, "found": {}}).check([INVOICE])
    assert (answer.outcome, answer.code, answer.found) == (Outcome.FOUND_MATCH, "00", None)
    plans = {"main": Plan("main", Family.CHANNEL, ladder=(timedelta(seconds=30),), every=timedelta(hours=1))}
    record = Record("a", "t", INVOICE, State.PENDING, Cause.ISSUED, 1, now, now, now, now)
    decided = decide(Case(record, "main"), answer, now, Policy(plans, default_account="main"), chance=0.0)
    assert (decided.cause, decided.answer.outcome, decided.answer.code) == (None, Outcome.TRANSIENT, "no_evidence")


async def test_a_find_whose_number_is_missing_is_a_broken_answer(connector, provider):
    provider.says({"state": "00"})
    (answer,) = await connector({"body": {"a": "{serial_no}"}}).check([INVOICE])
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "00")


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("20250301093000", date(2025, 3, 1)), ("2025-03-01 09:30:00", date(2025, 3, 1)),
        (1740792600000, date(2025, 3, 1)), (1740792600, date(2025, 3, 1)), ("20250301", date(2025, 3, 1)),
        ("20259901093000", None), ("soon", None),
    ],
)  # fmt: skip
async def test_a_day_is_read_in_each_form_gateways_write(told, day, connector, provider):
    provider.says({"state": "00", "fphm": PLAIN.number, "kprq": told})
    made = connector({"body": {"a": "{serial_no}"}}, {**ANSWER, "found": {"number": "fphm", "issued_on": "kprq"}})
    (answer,) = await made.check([INVOICE])
    assert answer.found.issued_on == day


async def test_evidence_shows_only_what_the_description_names(connector, provider):
    answer = {**ANSWER, "message": "why", "found": {"number": "fphm", "with_tax": "jshj"}}
    provider.says({"state": "00", "why": "好", "fphm": PLAIN.number, "jshj": "106.00", "kpr": "王某某", "note": "x"})
    (got,) = await connector({"body": {"a": "{serial_no}"}}, answer).check([INVOICE])
    assert json.loads(got.raw()) == {"state": "00", "why": "好", "jshj": "106.00", "fphm": "2511…0001"}


@pytest.mark.parametrize("name", ["leqi-direct", "leqi-platform"])
@pytest.mark.parametrize(
    ("state", "outcome"),
    [("01", Outcome.PROCESSING), ("02", Outcome.REJECTED), ("03", Outcome.DUPLICATE_ACCEPTED), ("", Outcome.TRANSIENT)],
)
async def test_the_examples_read_leqis_states(name, state, outcome, connector, provider):
    credentials = dict.fromkeys(("tax_id", "token", "secret", "app_id", "app_secret"), "synthetic")
    told = {"fpState": state, "scjg": state, "fphm": PLAIN.number}
    provider.says(told if name == "leqi-direct" else {"code": "0000", "data": [told]})
    assert [each for each, _ in await ask(connector(**example(name), credentials=credentials), INVOICE)] == [outcome]


async def test_the_example_in_xml_proves(connector, provider):
    made = connector(**example("in-house-xml"), credentials={"basic": "synthetic"})
    told = {
        "State": "0",
        "Number": PLAIN.number,
        "Date": "2025-03-01",
        "Seller": PLAIN.seller.tax_id,
        "Total": "106.00",
    }
    face = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    provider.says(f"<Reply><Head><Code>0</Code></Head><Invoice>{face}</Invoice></Reply>")
    (answer,) = await made.check([PLAIN])
    assert answer.outcome is Outcome.FOUND_MATCH
    assert missing(PLAIN, answer.found) == ()
    assert provider.asked[0].headers["authorization"] == "Basic synthetic"


# Probes


async def test_without_a_probe_a_handle_that_nobody_has_is_asked_about(leqi, provider):
    provider.says({"code": "401"})
    assert (await leqi.probe()).outcome is Outcome.AUTH
    assert json.loads(provider.asked[0].body)["list"] == [{"requestId": "piaoda-probe"}]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("<Reply><Head><Code>0</Code></Head></Reply>", Outcome.NOT_FOUND),
     ("<Reply><Head><Code>401</Code></Head></Reply>", Outcome.AUTH), ("<html/>", Outcome.TRANSIENT),
     ("", Outcome.TRANSIENT)],
)  # fmt: skip
async def test_a_probe_of_the_operators_own_asks_about_no_invoice(said, outcome, connector, provider):
    made = connector(**IN_HOUSE, probe={"method": "GET", "path": "/ping"}, credentials={"user": "u"})
    provider.says(said)
    assert (await made.probe()).outcome is outcome
    assert (provider.asked[0].target, provider.asked[0].body) == ("/ask/ping", "")


async def test_a_probe_without_an_envelope_hears_of_refused_credentials_by_the_code(connector, provider):
    made = connector(answer={**ANSWER, "codes": {"00": "found_match", "E1": "auth"}}, probe={"method": "GET"})
    provider.says({"state": "E1"})
    provider.says({"status": "up"})
    assert (await made.probe()).outcome is Outcome.AUTH
    assert isinstance(answer := await made.probe(), Answer)
    assert answer.code == "answered"


async def test_an_old_invoice_of_a_kind_not_in_the_table_is_not_asked(connector, provider):
    made = connector({"body": {"a": "{number}"}}, kinds={"digital_special": "81"})
    (answer,) = await made.check([replace(INVOICE, kind=Kind.VAT_ROLL)])
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "unsupported_kind")
    assert provider.heard == []
