"""The typed client of examples/: made from the description, strictly typed, and used against the living service."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.living import living
from tests.generate import ROOT
from tests.processes import KEY

CLIENT = ROOT / "examples" / "python-client"
NUMBER = "26112000000000008890"


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    return done.stdout


def test_the_example_tells_reads_lists_and_follows(tmp_path, database_url):
    with living(tmp_path, database_url) as service:
        made = service.call("POST", "/v1/webhooks", json={"name": "erp", "url": "https://erp.example.com/hooks"})
        known = {"PIAODA_URL": service.url, "PIAODA_KEY": KEY, "PYTHONPATH": str(CLIENT)}
        first = run(sys.executable, "examples/client.py", NUMBER, **known)
        again = run(sys.executable, "examples/client.py", NUMBER, **known)
        [invoice] = service.get("/v1/invoices", number=NUMBER)["items"]
        service.call("POST", f"/v1/invoices/{invoice['id']}/void", json={"reason": "开票有误"})
        later = run(sys.executable, "examples/client.py", NUMBER, **known)
    assert made.status_code in {201, 422}, made.text  # 422: this machine resolves no name
    assert f"{NUMBER} is pending" in first
    assert f"{NUMBER} is pending" in again
    assert f"invoice.voided {NUMBER} voided" in later
    assert ("webhooks: erp" in first) == (made.status_code == 201)


def test_the_example_is_strictly_typed():
    run(sys.executable, "-m", "mypy", "--strict", "--config-file=", "examples/client.py", MYPYPATH=str(CLIENT))


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.py")}


def test_the_client_was_made_of_this_description():
    """`make generate-client` makes it anew; the slow test below does, and compares."""
    told = (CLIENT / "piaoda_client" / "described.sha256").read_text()
    assert told.strip() == hashlib.sha256((ROOT / "openapi" / "openapi.yaml").read_bytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_client_is_what_the_description_makes_it(tmp_path):
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", environment)
    run(environment / "bin" / "pip", "install", "-q", "--require-hashes", "-r", ROOT / "requirements" / "client.txt")
    generator = environment / "bin" / "openapi-python-client"
    run(sys.executable, CLIENT / "generate.py", generator, tmp_path)
    assert files(tmp_path / "piaoda_client") == files(CLIENT / "piaoda_client")
