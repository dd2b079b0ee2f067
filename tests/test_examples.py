"""The examples, as a reader would use them: through the real API, the real settings, and curl on a real socket."""

import asyncio
import json
import os
import re
import shutil
import socket
from contextlib import asynccontextmanager

import httpx2
import pytest

from app import main, serving, settings
from examples import make_invoices
from tests.generate import ROOT
from tests.unit.api.standin import KEY, House

EXAMPLES = ROOT / "examples"
WEBHOOK_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_the_ten_thousand_synthetic_invoices_are_made_by_their_script_byte_for_byte():
    lines = list(make_invoices.lines())
    assert len(lines) == 10_000
    assert make_invoices.TARGET.read_bytes() == "".join(lines).encode()


async def post(content: bytes, content_type: str) -> dict:
    async with House().client() as client:
        reply = await client.post("/v1/events", content=content, headers={"content-type": content_type})
    assert reply.is_success, reply.text
    return reply.json()


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("cloudevents/*.json")), ids=lambda file: file.stem)
async def test_an_example_event_is_accepted(file):
    many = isinstance(json.loads(file.read_text("utf-8")), list)
    said = await post(file.read_bytes(), f"application/cloudevents{'-batch' if many else ''}+json")
    assert said.get("items", []) == []
    assert said.get("duplicate", False) is False


async def test_the_first_two_hundred_synthetic_invoices_are_accepted():
    lines = make_invoices.TARGET.read_bytes().splitlines(keepends=True)[:200]
    said = await post(b"".join(lines), "application/x-ndjson")
    assert (said["accepted"], said["items"]) == (200, [])


def test_the_example_configuration_is_one_that_starts(tmp_path):
    example = (EXAMPLES / "piaoda.yaml").read_text("utf-8")
    (tmp_path / "piaoda.yaml").write_text(example, "utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "wecom").write_text("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=synthetic")
    environ = dict.fromkeys(re.findall(r"env: (\w+)", example), WEBHOOK_SECRET)
    assert set(settings.load(environ, tmp_path).config.accounts) == {"nuonuo-main", "baidu-main"}


# The lines in examples/curl.md, as they stand, against a server on a real socket

COUNTED = """curl() { command curl --silent --output /dev/null --write-out '%{http_code}\\n' "$@"; }\n"""


@asynccontextmanager
async def living(folder, database_url: str):
    """The API of a real service, with an account that is never asked: its workers rest."""
    credentials = {"app_key": "demo-app", "app_secret": "demo-secret-not-real"}
    account = {"adapter": "nuonuo", "url": "http://127.0.0.1:9", "credentials": credentials}
    (folder / "piaoda.yaml").write_text(json.dumps({"accounts": {"nuonuo-main": account}}))
    environ = {"PIAODA_DATABASE_URL": database_url, "PIAODA_SECRET": "0" * 32, "PIAODA_BOOTSTRAP_KEY": KEY}
    service = main.build(settings.load(environ, folder), database_url)
    await serving.prepare(service)
    listener = socket.create_server(("127.0.0.1", 0))
    async with serving.running(service, serving.Roles(worker=False), listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def run(script: str, **environ: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", COUNTED + script, cwd=ROOT, env=inherited | environ, stdout=asyncio.subprocess.PIPE
    )
    return (await process.communicate())[0].decode()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
async def test_every_curl_line_gets_the_status_that_stands_above_it(tmp_path, database_url):
    setup, *blocks = re.findall(r"```bash\n(.*?)```", (EXAMPLES / "curl.md").read_text("utf-8"), re.DOTALL)
    async with (
        living(tmp_path, database_url) as url,
        httpx2.AsyncClient(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client,
    ):
        for block in blocks:
            known = (await client.get("/v1/invoices", params={"number": "26112000000000008841"})).json()["items"]
            said = await run(block, PIAODA=url, KEY=KEY, ID=known[0]["id"] if known else "")
            assert said.split() == re.findall(r"^# (\d{3})", block, re.MULTILINE), block
    assert {"PIAODA=", "KEY="} <= set(re.findall(r"^\w+=", setup, re.MULTILINE))
