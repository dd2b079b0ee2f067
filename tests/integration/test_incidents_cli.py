"""`piaoda incidents` and `piaoda silence` against a service that listens."""

import asyncio
import json
import socket

import pytest
import uvicorn
from typer.testing import CliRunner

from app.cli.main import app
from app.clock import DatabaseClock
from tests.integration.incidents import KEY, Doors, add_incident


@pytest.fixture
async def run(database, tmp_path, monkeypatch):
    """Runs `piaoda` with these arguments; what it printed, and its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIAODA_TEST_DATABASE_URL", raising=False)  # it is the tests', and no setting of ours
    doors = Doors(database, DatabaseClock())
    await doors.add_key("invoices:read", "invoices:act")
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(doors.app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    options = ["--url", f"http://127.0.0.1:{listener.getsockname()[1]}", "--key", KEY]

    async def ran(*arguments):
        result = await asyncio.to_thread(CliRunner().invoke, app, [*arguments, *options])
        return result.output, result.exit_code

    yield ran
    server.should_exit = True
    await serving


async def test_incidents_are_listed_shown_and_acknowledged(run, database):
    assert await run("incidents", "list") == ("Nothing is wrong.\n", 0)
    known = await add_incident(database)
    await add_incident(database, cause="rejected", state="resolved")
    listed, _ = await run("incidents", "list")
    assert (listed.count("\n"), f"{known}  open  deadline  solo" in listed) == (1, True)
    assert (await run("incidents", "list", "--all"))[0].count("\n") == 2
    assert "Nobody has been told yet." in (await run("incidents", "show", known))[0]
    said, code = await run("incidents", "acknowledge", known, "--for", "2h", "--text", "looking", "--json")
    assert (code, json.loads(said)["acknowledged"]["by"]) == (0, "ann")
    assert "acknowledged by ann until" in (await run("incidents", "list"))[0]


async def test_silences_are_made_listed_and_ended(run, database):
    await add_incident(database)
    said, code = await run("silence", "add", "月末集中开票", "--account", "solo", "--hours", "2", "--json")
    made = json.loads(said)
    assert (code, made["hides"], made["matchers"]) == (0, 1, {"account": ["solo"]})
    assert "account=solo" in (await run("silence", "list"))[0]
    assert "ended" in (await run("silence", "end", made["id"]))[0]
    assert await run("silence", "list") == ("No silences.\n", 0)


async def test_what_is_wrong_is_a_sentence_and_an_exit_code(run, database):
    for arguments in (("incidents", "show", "nobody"), ("silence", "add", "why"), ("silence", "end", "x/../y")):
        said, code = await run(*arguments)
        assert (code, "Traceback" in said, bool(said.strip())) == (2, False, True), arguments
