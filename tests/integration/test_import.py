"""`piaoda import` against a whole service on a real database, as somebody at a terminal uses it."""

import asyncio
import json
import os
import socket
from dataclasses import dataclass

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from app import main, serving, settings
from app.api import security
from app.cli import doorway
from app.cli.main import app
from app.demo.receiver import listening
from app.serving import Roles
from app.store.keys import ApiKeys
from tests.conftest import NOON, TENANT
from tests.unit.documents.files import BLUE, CODES, CSV, EXAMPLES, EXPORT, RED, SELLER, exported, ofd, workbook


@dataclass
class Terminal:
    url: str
    key: str
    folder: object

    async def run(self, *arguments, stdin=None, key=None):
        given = ("--url", self.url, "--key", key or self.key)
        return await asyncio.to_thread(CliRunner().invoke, app, ["import", *given, *arguments], stdin)

    async def told(self, *arguments, **more):
        result = await self.run("--json", *arguments, **more)
        return json.loads(result.stdout)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)


@pytest.fixture
async def terminal(database, database_url, tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIAODA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    made = security.mint()
    await ApiKeys(database).add(TENANT, "importer", security.digest(made.text), ["admin"], NOON)
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
    listener = socket.create_server(("127.0.0.1", 0))
    async with serving.running(service, Roles(worker=False), listener):
        yield Terminal(f"http://127.0.0.1:{listener.getsockname()[1]}", made.text, tmp_path)


def counts(told):
    return {name: told[name] for name in ("accepted", "duplicates", "conflicts", "invalid") if told[name]}


async def kept(terminal):
    headers = {"Authorization": f"Bearer {terminal.key}"}
    async with httpx2.AsyncClient(base_url=terminal.url, headers=headers, trust_env=False) as client:
        items = (await client.get("/v1/invoices?limit=500")).json()["items"]
    return {item["number"]: item for item in items}


async def test_files_of_every_kind_are_told_and_telling_them_again_doubles_nothing(terminal):
    made = [
        terminal.file("a.ofd", ofd({"Doc_0/Attachs/original_invoice.xml": BLUE.replace("00011<", "00013<")})),
        terminal.file("b.xlsx", workbook({"信息汇总表": [EXPORT, exported("", digital="26112000000000000051")]})),
    ]
    given = ["--seller", SELLER, *map(str, sorted(EXAMPLES.iterdir())), *made]
    assert counts(await terminal.told(*given)) == {"accepted": 9}
    assert counts(await terminal.told(*given)) == {"duplicates": 9}
    held = await kept(terminal)
    assert len(held) == 9
    assert held["26112000000000000012"]["original"]["number"] == "26112000000000000011"
    assert held["00000031"]["code"] == "011002600111"


async def test_what_is_not_accepted_is_named_by_file_row_and_field(terminal):
    await terminal.run(terminal.file("first.xml", BLUE))
    other = terminal.file("other.xml", BLUE.replace("106.00", "107.00").replace(">6.00<", ">7.00<"))
    table = terminal.file("table.csv", CSV.replace(",106.00,", ",106.005,"))
    told = await terminal.told(other, table, terminal.file("scan.pdf", "%PDF-1.7"))
    assert counts(told) == {"accepted": 1, "conflicts": 1, "invalid": 2}
    found = {(each["file"], each["place"], each["pointer"], each["code"]) for each in told["items"]}
    assert (table, "line 2", "/amount/with_tax", "invalid_fields") in found
    assert {(other, "", pointer, "conflict") for pointer in ("/amount/tax", "/amount/with_tax")} <= found
    assert any(each["file"].endswith("scan.pdf") and "XML or OFD" in each["detail"] for each in told["items"])


async def test_the_words_name_the_place_and_the_exit_code_says_whether_all_was_accepted(terminal):
    good = await terminal.run(terminal.file("good.xml", BLUE))
    assert (good.exit_code, good.stdout) == (0, "1 accepted, 0 duplicates, 0 conflicts, 0 invalid.\n")
    bad = await terminal.run(terminal.file("bad.csv", CSV.replace(",106.00,", ",106.005,")))
    assert bad.exit_code == 1
    assert "bad.csv, line 2: /amount/with_tax Two decimals at most" in bad.stdout
    assert "column 价税合计" in bad.stdout


async def test_a_dry_run_judges_and_tells_nobody(terminal):
    result = await terminal.run("--dry-run", terminal.file("a.xml", BLUE), terminal.file("b.xml", RED[:200]))
    assert result.exit_code == 1
    assert "Dry run, nothing was sent: 1 accepted, 0 duplicates, 0 conflicts, 1 invalid." in result.stdout
    assert await kept(terminal) == {}


async def test_a_pipe_is_read_and_a_warning_shown(terminal):
    wrong = CODES.splitlines()[0][:-4] + "0000\n"
    result = await terminal.run("--seller", SELLER, "--account", "main", "-", stdin=wrong)
    assert (result.exit_code, "warning qr_checksum" in result.stdout) == (0, True), result.output
    [invoice] = (await kept(terminal)).values()
    assert (invoice["account"], invoice["seller"]["tax_id"]) == ("main", SELLER)


async def test_a_table_larger_than_one_batch_names_the_right_rows(terminal):
    header, row = CSV.splitlines()[:2]
    rows = [row.replace("26112000000000000021", f"{26112000000000100000 + n}") for n in range(doorway.LINES + 20)]
    rows[doorway.LINES + 10] = rows[doorway.LINES + 10].replace(",106.00,", ",1.00,")
    told = await terminal.told(terminal.file("many.csv", "\n".join([header, *rows])))
    assert counts(told) == {"accepted": doorway.LINES + 19, "invalid": 1}
    assert {each["place"] for each in told["items"]} == {f"line {doorway.LINES + 12}"}


async def test_a_service_that_is_not_there_is_exit_code_1_and_says_that_repeating_is_safe(terminal, monkeypatch):
    monkeypatch.setattr(doorway, "_PAUSE", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    result = await terminal.run("--url", f"http://127.0.0.1:{port}", terminal.file("a.xml", BLUE))
    assert result.exit_code == 1
    assert "Repeat the command later" in result.stderr


@pytest.mark.parametrize("status", [429, 503])
async def test_a_service_that_is_busy_is_asked_again(terminal, status):
    answers = [Response(status_code=status, headers={"Retry-After": "0"}) for _ in range(2)]
    answers.append(JSONResponse({"accepted": 1, "duplicates": 0, "conflicts": 0, "invalid": 0, "items": []}))

    async def busy(_request):
        return answers.pop(0)

    listener = socket.create_server(("127.0.0.1", 0))
    async with listening(Starlette(routes=[Route("/v1/events", busy, methods=["POST"])]), listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        result = await terminal.run("--url", url, terminal.file("a.xml", BLUE))
    assert (result.exit_code, answers) == (0, [])


@pytest.mark.parametrize(
    "arguments", [["nothing.csv"], ["--url", "ftp://x", "a.xml"], ["--url", "http://a:b", "a.xml"]]
)
async def test_wrong_use_is_exit_code_2(terminal, arguments):
    terminal.file("a.xml", BLUE)
    assert (await terminal.run(*arguments)).exit_code == 2


async def test_a_wrong_key_is_exit_code_2_and_says_so(terminal):
    result = await terminal.run(terminal.file("a.xml", BLUE), key=security.mint().text)
    assert (result.exit_code, "API key" in result.stderr) == (2, True)


async def test_the_key_of_the_first_start_is_found_where_the_service_left_it(terminal, monkeypatch):
    port = terminal.url.rpartition(":")[2]
    monkeypatch.setenv("PIAODA_PORT", port)
    (terminal.folder / ".piaoda").mkdir()
    (terminal.folder / ".piaoda" / "first-key").write_text(terminal.key + "\n")
    arguments = ["import", terminal.file("a.xml", BLUE)]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert (result.exit_code, result.stdout) == (0, "1 accepted, 0 duplicates, 0 conflicts, 0 invalid.\n")
