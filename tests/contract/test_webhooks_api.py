"""/v1/webhooks over real HTTP, with PostgreSQL behind it and a receiver that is really called."""

import asyncio
import json
import logging
import socket
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx2
import pytest
from typer.testing import CliRunner

from app import main, serving, settings, telling
from app.api import security
from app.api.problems import PROBLEMS
from app.channels.signature import verify
from app.channels.webhook import Webhook
from app.cli import webhooks
from app.domain.endpoint import MOST_COUNTED
from app.domain.identifiers import uuid7
from app.store.keys import ApiKeys
from app.store.subscriptions import declare
from tests.conftest import TENANT
from tests.contract.receiving import Answer, parcel, receiving

PATH = "/v1/webhooks"
PROCESS_SECRET = "0123456789abcdef0123456789abcdef-test"
HEADER = "erp-header-secret-1"
FILE_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
async def receiver():
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def opened(database, database_url, receiver, tmp_path):
    """Opens the service over real HTTP; gives a client whose key may administer webhooks, and the service."""
    key = security.mint()
    await ApiKeys(database).add(TENANT, "it", security.digest(key.text), ["webhooks:admin"], datetime.now(UTC))
    configuration = {
        "egress": {"allow": [urlsplit(receiver.url).netloc]},
        "destinations": {"from-file": {"kind": "webhook", "url": receiver.url, "secrets": [FILE_SECRET]}},
    }
    (tmp_path / "piaoda.yaml").write_text(json.dumps(configuration))
    async with AsyncExitStack() as stack:

        async def start(**environment):
            environ = {"PIAODA_DATABASE_URL": database_url, "PIAODA_SECRET": PROCESS_SECRET, **environment}
            given = {name: value for name, value in environ.items() if value}
            service = main.build(settings.load(given, tmp_path), database_url)
            await declare(service.work, TENANT, telling.subscriptions(service.settings, service.clock))
            listener = socket.create_server(("127.0.0.1", 0))
            await stack.enter_async_context(serving.running(service, serving.Roles(worker=False), listener))
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            client = httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {key.text}"})
            await stack.enter_async_context(client)
            return client, service

        yield start


@pytest.fixture
async def client(opened):
    made, _ = await opened()
    return made


@pytest.fixture
def wanted(receiver):
    return {"url": receiver.url, "name": "erp", "headers": {"X-Key": HEADER}}


async def made(client, body):
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


# --- making --------------------------------------------------------------------------------------------------------


async def test_a_webhook_is_made_and_its_secret_is_shown_this_once(client, wanted):
    answer = await client.post(PATH, json=wanted)
    body = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{PATH}/erp")
    assert answer.headers["cache-control"] == "no-store"
    assert body["secret"].startswith("whsec_")
    assert body["secrets"] == [{"scheme": "v1", "shown": f"***{body['secret'][-4:]}", "until": None}]
    assert body["events"] == [
        "invoice.synced", "invoice.overdue", "invoice.escalated", "invoice.changed", "invoice.voided",
    ]  # fmt: skip
    again = await client.get(answer.headers["location"])
    assert again.json() == {name: value for name, value in body.items() if name != "secret"}


async def test_neither_answers_nor_logs_nor_the_database_betray_a_secret(client, wanted, database, caplog, receiver):
    caplog.set_level(logging.DEBUG)
    secret = (await made(client, wanted | {"asymmetric": True}))["secret"]
    answers = [
        await client.get(f"{PATH}/erp"),
        await client.get(PATH),
        await client.patch(f"{PATH}/erp", json={"description": "new"}),
        await client.post(f"{PATH}/erp/test"),
        await client.post(f"{PATH}/erp/enable"),
        await client.post(PATH, json=wanted | {"asymmetric": True, "description": "new"}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    async with database.connection() as connection:
        rows = [str(dict(row)) for row in await connection.fetch("SELECT * FROM destinations WHERE origin = 'api'")]
    key = receiver.url.rpartition("=")[2]
    for place in (*(answer.text for answer in answers), caplog.text):
        assert secret not in place
        assert "whsk_" not in place
        assert HEADER not in place
        assert f"key={key}" not in place
    for text in (secret, "whsk_", HEADER, receiver.url, key):
        assert text not in rows[0]
    assert rows[0].count("v1.") == 1


async def test_the_same_again_is_200_without_the_secret_and_another_one_is_409(client, wanted):
    await made(client, wanted)
    again = await client.post(PATH, json=wanted)
    assert again.status_code == 200
    assert "secret" not in again.json()
    assert problem(await client.post(PATH, json=wanted | {"ordered": True})) == (409, "webhook_exists")
    assert problem(await client.post(PATH, json=wanted | {"asymmetric": True})) == (409, "webhook_exists")
    assert problem(await client.post(PATH, json=wanted | {"name": "from-file"})) == (409, "webhook_exists")


async def test_without_a_name_an_idempotency_key_finds_the_same_webhook_again(client, receiver):
    async def post(key):
        return await client.post(PATH, json={"url": receiver.url}, headers={"Idempotency-Key": key} if key else {})

    first, again, quoted, other, none = [await post(key) for key in ("a", "a", '"a"', "b", "")]
    assert [each.status_code for each in (first, again, quoted, other, none)] == [201, 200, 200, 201, 201]
    assert first.json()["name"] == again.json()["name"] == quoted.json()["name"]
    assert len({each.json()["name"] for each in (first, other, none)}) == 3


async def test_ten_at_once_make_one(client, wanted):
    answers = await asyncio.gather(*(client.post(PATH, json=wanted) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]


async def test_an_asymmetric_webhook_shows_the_public_key_always(client, wanted, receiver):
    body = await made(client, wanted | {"asymmetric": True})
    [public] = body["public_keys"]
    assert public.startswith("whpk_")
    assert [each["scheme"] for each in body["secrets"]] == ["v1", "v1a"]
    assert (await client.get(f"{PATH}/erp")).json()["public_keys"] == [public]
    assert (await client.post(f"{PATH}/erp/test")).json()["result"] == "delivered"
    [call] = receiver.calls
    for key in (public, body["secret"]):
        assert verify(
            [key], call.headers, call.body, datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
        )


WRONG = [
    ({"url": None}, "/url", "not_a_string"),
    ({"url": "http://erp.example.com/"}, "/url", "url_refused"),
    ({"url": "https://10.0.0.1/"}, "/url", "url_refused"),
    ({"url": "https://[::1]/"}, "/url", "url_refused"),
    ({"url": "https://169.254.169.254/latest"}, "/url", "url_refused"),
    ({"url": "https://user:pw@erp.example.com/"}, "/url", "url_refused"),
    ({"url": "ftp://erp.example.com/"}, "/url", "url_refused"),
    ({"name": "a b"}, "/name", "name_malformed"),
    ({"name": "x" * 64}, "/name", "name_malformed"),
    ({"events": ["invoice.late"]}, "/events/0", "unknown_value"),
    ({"kinds": ["paper"]}, "/kinds/0", "unknown_kind"),
    ({"minimum_amount": 5}, "/minimum_amount", "money_is_a_string"),
    ({"minimum_amount": "-1.00"}, "/minimum_amount", "out_of_range"),
    ({"fields": ["invoce.number"]}, "/fields/0", "unknown_path"),
    ({"fields": ["invoice.numbr"]}, "/fields/0", "unknown_path"),
    ({"fields": ["invoice" + ".a" * 90 + "!"]}, "/fields/0", "unknown_path"),  # tried in all ways, it never ends
    ({"form": "xml"}, "/form", "unknown_value"),
    ({"ordered": "yes"}, "/ordered", "not_a_boolean"),
    ({"rate": 0}, "/rate", "out_of_range"),
    ({"rate": "5"}, "/rate", "not_a_number"),
    ({"concurrency": 1.5}, "/concurrency", "not_a_number"),
    ({"timeout": 61}, "/timeout", "out_of_range"),
    ({"headers": {"Host": "x"}}, "/headers", "header_unusable"),
    ({"headers": {"X": "a\nb"}}, "/headers", "header_unusable"),
    ({"headers": {"X": " a"}}, "/headers", "header_unusable"),
    ({"colour": "red"}, "/colour", "unknown_field"),
]


async def test_every_wrong_field_is_named_and_nothing_is_made(client, wanted):
    for change, pointer, code in WRONG:
        answer = await client.post(PATH, json=wanted | change)
        assert problem(answer) == (422, "invalid_fields"), change
        [wrong] = answer.json()["errors"]
        assert (wrong["pointer"], wrong["code"]) == (pointer, code)
    assert [each["name"] for each in (await client.get(PATH)).json()["items"]] == ["from-file"]


async def test_without_a_secret_of_the_process_nothing_is_made_and_a_sentence_says_why(opened, wanted):
    client, _ = await opened(PIAODA_SECRET="")
    answer = await client.post(PATH, json=wanted)
    assert problem(answer) == (409, "no_process_secret")
    assert "PIAODA_SECRET" in answer.json()["detail"]
    assert (await client.get(f"{PATH}/from-file")).status_code == 200


async def test_under_another_secret_a_webhook_is_shown_as_far_as_it_can_be_read(opened, client, wanted):
    await made(client, wanted)
    other, _ = await opened(PIAODA_SECRET=PROCESS_SECRET[::-1])
    shown = (await other.get(f"{PATH}/erp")).json()
    assert (shown["url"], shown["secrets"], shown["enabled"]) == (None, [], True)
    for call in (
        other.patch(f"{PATH}/erp", json={}),
        other.post(f"{PATH}/erp/test"),
        other.post(f"{PATH}/erp/rotate-secret"),
    ):
        assert problem(await call) == (409, "no_process_secret")


async def test_a_key_without_the_scope_may_do_nothing(client, database):
    key = security.mint()
    await ApiKeys(database).add(TENANT, "reader", security.digest(key.text), ["invoices:read"], datetime.now(UTC))
    for method in ("GET", "PATCH", "DELETE"):
        answer = await client.request(method, f"{PATH}/erp", headers={"authorization": f"Bearer {key.text}"})
        assert problem(answer) == (403, "forbidden")


# --- reading and changing ------------------------------------------------------------------------------------------


async def test_a_list_goes_page_by_page_in_the_order_of_names(client, wanted):
    for name in ("c", "a", "b"):
        await made(client, wanted | {"name": name})
    seen, cursor = [], ""
    while cursor is not None:
        page = (await client.get(PATH, params={"limit": 1, "cursor": cursor})).json()
        seen += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["a", "b", "c", "from-file"]
    assert problem(await client.get(PATH, params={"cursor": "\xff"})) == (400, "malformed_query")
    assert problem(await client.get(PATH, params={"limit": 0})) == (400, "malformed_query")


async def test_a_change_keeps_what_it_does_not_say_and_null_is_the_default(client, wanted):
    body = await made(
        client, wanted | {"accounts": ["main"], "minimum_amount": "10.00", "rate": 5, "labels": {"a": "b"}}
    )
    changed = (await client.patch(f"{PATH}/erp", json={"minimum_amount": None, "events": ["invoice.overdue"]})).json()
    told = {"minimum_amount": None, "events": ["invoice.overdue"], "updated_at": changed["updated_at"]}
    assert changed == {name: value for name, value in body.items() if name != "secret"} | told
    reset = (
        await client.patch(f"{PATH}/erp", json={"events": None, "accounts": None, "rate": None, "headers": {}})
    ).json()
    assert (reset["events"], reset["accounts"], reset["rate"], reset["headers"]) == (body["events"], [], None, {})
    assert problem(await client.patch(f"{PATH}/erp", json={"url": None})) == (422, "invalid_fields")
    assert problem(await client.patch(f"{PATH}/erp", json={"url": "https://10.0.0.1/"})) == (422, "invalid_fields")
    assert problem(await client.patch(f"{PATH}/nobody", json={})) == (404, "not_found")


async def test_two_changes_at_once_are_both_kept(client, wanted):
    await made(client, wanted)
    await asyncio.gather(
        *(
            client.patch(f"{PATH}/erp", json=each)
            for each in ({"ordered": True}, {"rate": 2}, {"timeout": 3}, {"form": "cloudevents"})
        )
    )
    shown = (await client.get(f"{PATH}/erp")).json()
    assert (shown["ordered"], shown["rate"], shown["timeout"], shown["form"]) == (True, 2, 3, "cloudevents")


async def test_a_webhook_of_the_file_is_shown_and_tried_and_not_changed(client, receiver):
    shown = (await client.get(f"{PATH}/from-file")).json()
    assert shown["origin"] == "configuration"
    assert shown["url"] == receiver.url.partition("?")[0] + "?***"
    assert shown["secrets"] == [{"scheme": "v1", "shown": "***8=", "until": None}] or FILE_SECRET not in str(shown)
    for call in (
        client.patch(f"{PATH}/from-file", json={"ordered": True}),
        client.delete(f"{PATH}/from-file"),
        client.post(f"{PATH}/from-file/rotate-secret"),
    ):
        answer = await call
        assert problem(answer) == (409, "webhook_configured")
        assert "piaoda.yaml" in answer.json()["detail"]
    assert (await client.post(f"{PATH}/from-file/test")).json()["result"] == "delivered"
    assert (await client.post(f"{PATH}/from-file/disable")).json()["enabled"] is False
    assert (await client.post(f"{PATH}/from-file/enable")).json()["webhook"]["enabled"] is True


async def test_who_starts_again_does_not_retire_what_was_made_over_the_api(opened, client, wanted):
    await made(client, wanted)
    other, _ = await opened()
    assert (await other.get(f"{PATH}/erp")).json()["enabled"] is True


# --- rotation ------------------------------------------------------------------------------------------------------


async def test_after_a_rotation_the_old_secret_signs_on_until_its_time_is_over(opened, wanted, clock):
    client, service = await opened()
    first = (await made(client, wanted))["secret"]
    second = (await client.post(f"{PATH}/erp/rotate-secret", json={"overlap": "2h"})).json()
    assert second["secret"] != first
    assert [each["shown"][-4:] for each in second["secrets"]] == [second["secret"][-4:], first[-4:]]
    newest, older = second["secrets"]
    assert newest["until"] is None
    left = datetime.fromisoformat(older["until"]) - service.clock.now()
    assert timedelta(hours=1, minutes=55) < left <= timedelta(hours=2)

    roster = service.notifier._roster
    assert await signed_with(roster, service, [first, second["secret"]]) == [True, True]
    service.clock.follow(service.clock.now() + timedelta(hours=3))
    assert await signed_with(roster, service, [first, second["secret"]]) == [False, True]
    assert len((await client.get(f"{PATH}/erp")).json()["secrets"]) == 1


async def signed_with(roster, service, secrets):
    """Which of `secrets` the channel of the roster signs with now."""
    await roster.refresh()
    channel = roster.served["erp"].channel
    assert isinstance(channel, Webhook)
    headers = channel._headers(parcel().id, int(service.clock.now().timestamp()), "{}")
    return [verify([secret], headers, b"{}", service.clock.now()) for secret in secrets]


async def test_five_secrets_sign_at_most_and_none_of_them_is_ended_early(client, wanted):
    await made(client, wanted)
    for _ in range(4):
        assert (await client.post(f"{PATH}/erp/rotate-secret")).status_code == 200
    assert problem(await client.post(f"{PATH}/erp/rotate-secret")) == (409, "too_many_secrets")
    assert len((await client.get(f"{PATH}/erp")).json()["secrets"]) == 5
    ended = await client.post(f"{PATH}/erp/rotate-secret", json={"overlap": "0m"})
    assert len(ended.json()["secrets"]) == 1


async def test_an_overlap_that_cannot_be_read_is_refused(client, wanted):
    await made(client, wanted)
    for overlap in ("8d", "soon", 5, None):
        answer = await client.post(f"{PATH}/erp/rotate-secret", json={"overlap": overlap})
        assert problem(answer) == (422, "invalid_fields")


# --- trying, stopping, opening, taking away ------------------------------------------------------------------------


async def test_a_test_says_what_the_receiver_said_and_touches_no_outbox(client, wanted, receiver, database):
    await made(client, wanted)
    receiver.answer = Answer(503, "closed for lunch", {"retry-after": "60"})
    body = (await client.post(f"{PATH}/erp/test")).json()
    assert (body["result"], body["status"], body["failure"]) == ("retry", 503, "server_error")
    assert body["reply"]["body"] == "closed for lunch"
    assert body["request"]["headers"]["webhook-id"] == body["message_id"]
    [call] = receiver.calls
    assert call.json()["type"] == "test.ping"
    async with database.connection() as connection:
        assert (
            await connection.fetchval("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM deliveries)") == 0
        )
    assert (await client.get(f"{PATH}/erp")).json()["failures"] == 0


async def test_a_webhook_that_is_opened_again_hears_how_much_it_missed(client, wanted, database):
    await made(client, wanted | {"events": ["invoice.overdue"], "accounts": ["main"]})
    began = datetime.now(UTC) - timedelta(hours=3)
    await told(database, began, 4)
    await trouble(database, began + timedelta(minutes=1))
    assert (await client.post(f"{PATH}/erp/disable")).json()["disabled_reason"] == "disabled by key:it"
    answer = (await client.post(f"{PATH}/erp/enable")).json()
    assert answer["webhook"]["enabled"] is True
    assert (answer["webhook"]["failures"], answer["webhook"]["failing_since"]) == (0, None)
    missed = answer["missed"]
    assert missed["messages"] == 3
    assert missed["redeliver"] == {
        "method": "POST", "path": f"{PATH}/erp/redeliver", "body": {"since": missed["since"]},
    }  # fmt: skip
    assert (await client.post(f"{PATH}/erp/enable")).json()["missed"] is None


async def told(database, began, count):
    """A message a minute, each about another late invoice; and as many of another account, and of another event."""
    async with database.connection() as connection:
        for n in range(count):
            for kind, account in (
                ("invoice.overdue", "main"),
                ("invoice.overdue", "other"),
                ("invoice.synced", "main"),
            ):
                at = began + timedelta(minutes=n)
                message = uuid7(at, hash((n, kind, account)) & (1 << 74) - 1)
                await connection.execute(
                    """INSERT INTO invoices (tenant, id, number, code, issued_at, seller_tax_id, currency, account,
                           state, cause, sequence, state_at, received_at, overdue_at, escalate_at)
                       VALUES ($1, $2, $3, '', $4, 's', 'CNY', $5, 'overdue', 'deadline', 2, $4, $4, $4, $4)""",
                    TENANT, message, f"{n}{kind}{account}", at, account,
                )  # fmt: skip
                await connection.execute(
                    """INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body)
                       VALUES ($1, $2, $2, 2, $3, $4, '{}')""",
                    TENANT, message, kind, at,
                )  # fmt: skip


async def trouble(database, since):
    async with database.connection() as connection:
        await connection.execute("UPDATE destinations SET failing_since = $1, failures = 9 WHERE name = 'erp'", since)


async def test_a_webhook_that_is_taken_away_gets_nothing_more_and_its_history_stays(client, wanted, database):
    await made(client, wanted)
    await deliveries(database, pending=7, delivered=2, dead=1)
    shown = (await client.get(f"{PATH}/erp")).json()
    assert (shown["pending"], shown["dead"]) == (7, 1)
    assert (await client.delete(f"{PATH}/erp")).status_code == 204
    assert problem(await client.get(f"{PATH}/erp")) == (404, "not_found")
    assert problem(await client.delete(f"{PATH}/erp")) == (404, "not_found")
    assert await states(database) == {"superseded": 7, "delivered": 2, "dead": 1}


async def test_a_namesake_does_not_get_what_was_meant_for_its_forerunner(client, wanted, database):
    await deliveries(database, pending=3)
    await made(client, wanted)
    assert await states(database) == {"superseded": 3}


async def deliveries(database, **counts):
    async with database.connection() as connection:
        for state, count in counts.items():
            await connection.execute(
                """INSERT INTO deliveries (tenant, destination, message_id, at, due_at, attempts, state)
                   SELECT $1, 'erp', gen_random_uuid(), now(), now(), 0, $2 FROM generate_series(1, $3)""",
                TENANT, state, count,
            )  # fmt: skip


async def states(database):
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def test_a_namesake_does_not_get_what_its_forerunner_ordered_again(client, wanted):
    await made(client, wanted)
    job = (await client.post(f"{PATH}/erp/redeliver", json={"since": "2026-01-01T00:00:00Z"})).json()
    assert job["state"] == "running"
    assert (await client.delete(f"{PATH}/erp")).status_code == 204
    await made(client, wanted)
    jobs = (await client.get(f"{PATH}/erp/redeliveries")).json()["items"]
    assert [(each["id"], each["state"]) for each in jobs] == [(job["id"], "cancelled")]


@pytest.mark.parametrize("name", ["%00", "a%00b"])
async def test_a_name_that_no_database_keeps_is_nobodys(client, name):
    for method, rest in [("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("GET", "/deliveries")]:
        assert problem(await client.request(method, f"{PATH}/{name}{rest}")) == (404, "not_found")
    assert problem(await client.get(PATH, params={"cursor": "AA"}))[0] == 400


async def test_what_is_counted_is_counted_up_to_ten_thousand(client, wanted, database):
    await made(client, wanted)
    await deliveries(database, pending=MOST_COUNTED + 1)
    assert (await client.get(f"{PATH}/erp")).json()["pending"] == MOST_COUNTED


# --- the roster ----------------------------------------------------------------------------------------------------


async def test_the_notifier_reaches_a_webhook_as_it_is_now(opened, wanted, receiver):
    client, service = await opened()
    roster = service.notifier._roster
    await made(client, wanted)
    await roster.refresh()
    assert set(roster.served) == {"from-file", "erp"}
    before = roster.served["erp"]
    await roster.refresh()
    assert roster.served["erp"] is before
    await client.patch(f"{PATH}/erp", json={"timeout": 7})
    await roster.refresh()
    assert roster.served["erp"].timeout == 7
    await roster.served["erp"].channel.send([parcel()])
    assert receiver.calls[0].headers["x-key"] == HEADER
    await client.delete(f"{PATH}/erp")
    await roster.refresh()
    assert set(roster.served) == {"from-file"}


async def test_openapi_describes_every_call_of_webhooks(client):
    document = (await client.get("/openapi.json")).json()
    calls = {
        (path.removeprefix(PATH), method)
        for path, each in document["paths"].items()
        if path.startswith(PATH)
        for method in each
    }
    assert calls >= {
        ("", "post"), ("", "get"), ("/{name}", "get"), ("/{name}", "patch"), ("/{name}", "delete"),
        ("/{name}/test", "post"), ("/{name}/rotate-secret", "post"), ("/{name}/enable", "post"),
        ("/{name}/disable", "post"),
    }  # fmt: skip
    body = document["components"]["schemas"]["WebhookIn"]
    assert {"url", "fields", "asymmetric"} <= set(body["properties"])
    assert {"webhook_exists", "webhook_configured", "no_process_secret", "too_many_secrets"} <= set(PROBLEMS)


# --- from the command line -----------------------------------------------------------------------------------------


@pytest.fixture
def run(client, tmp_path, monkeypatch):
    """Runs `piaoda webhooks …` against the service, in a language; gives the exit code and what was printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "piaoda.yaml").unlink()
    here = ["--url", str(client.base_url), "--key", client.headers["authorization"].removeprefix("Bearer ")]

    async def invoke(*words, language="en"):
        given = {"PIAODA_LANG": language, "PIAODA_TEST_DATABASE_URL": None}
        done = await asyncio.to_thread(CliRunner().invoke, webhooks.app, [*words, *here], env=given)
        return done.exit_code, done.output

    return invoke


async def test_the_commands_do_what_the_api_does(run, client, receiver):
    code, out = await run(
        "create", receiver.url, "--name", "erp", "--event", "invoice.overdue", "--field", "invoice.number",
        "--header", f"X-Key: {HEADER}", "--label", "region=beijing", "--json",
    )  # fmt: skip
    made = json.loads(out)
    assert (code, made["name"], made["events"], made["labels"]) == (
        0,
        "erp",
        ["invoice.overdue"],
        {"region": "beijing"},
    )
    assert made["secret"].startswith("whsec_")

    code, out = await run("list")
    assert code == 0
    assert {line.split(" ")[0] for line in out.splitlines()} == {"erp", "from-file"}
    assert json.loads((await run("show", "erp", "--json"))[1])["fields"] == ["invoice.number"]

    code, out = await run("test", "erp")
    assert (code, receiver.calls[0].headers["x-key"]) == (0, HEADER)
    receiver.answer = Answer(500)
    assert (await run("test", "erp"))[0] == 1

    code, out = await run("rotate-secret", "erp", "--overlap", "0m")
    assert code == 0
    assert "whsec_" in out
    assert made["secret"] not in out
    assert "disabled by key:it" in (await run("disable", "erp"))[1]
    assert "It missed 0 messages" in (await run("enable", "erp"))[1]
    assert (await run("delete", "erp"))[0] == 0
    assert (await client.get(f"{PATH}/erp")).status_code == 404


async def test_what_the_api_refuses_ends_a_command_with_a_sentence_for_each_wrong_field(run):
    code, out = await run("create", "https://10.0.0.1/", "--name", "erp")
    assert code == 2
    assert "/url: This address is not on the open internet" in out
    code, out = await run("delete", "from-file")
    assert code == 2
    assert "piaoda.yaml" in out


async def test_the_commands_speak_chinese_too(run):
    code, out = await run("delete", "nobody", language="zh")
    assert code == 2
    code, out = await run("disable", "from-file", language="zh")
    assert code == 0
    assert "停用原因：disabled by key:it" in out
