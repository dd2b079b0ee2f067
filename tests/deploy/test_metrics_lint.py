"""A real scrape through Prometheus' own lint: names, types, units and help texts as the trade writes them."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from app.observability.catalogue import CATALOGUE
from tests.processes import Service, until

ACCOUNTS = [f"account-{n}" for n in range(10)]
CONFIGURATION = "egress: {allow: [127.0.0.1]}\naccounts:\n" + "".join(
    f'  {name}: {{adapter: baidu, credentials: {{api_key: k, secret_key: s}}, url: "http://127.0.0.1:9"}}\n'
    for name in ACCOUNTS
)
AT_START = {metric.name for metric in CATALOGUE if metric.type != "histogram" and metric.zero}


@pytest.fixture(scope="module")
def piaoda() -> Iterator[Service]:
    """A replica with ten accounts and an embedded database."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # where we run as root the database's user must pass through it
        (folder / "piaoda.yaml").write_text(CONFIGURATION)
        service = Service(folder, "piaoda", {"PIAODA_CONFIG": str(folder / "piaoda.yaml")})
        try:
            yield service.start().ready()
        finally:
            service.end()


def series(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def lint(promtool: str, text: bytes) -> tuple[int, bytes]:
    found = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    return found.returncode, found.stdout + found.stderr


def test_promtool_finds_nothing_to_say_of_a_real_scrape(piaoda: Service, tool: Callable[[str], str]) -> None:
    piaoda.call("GET", "/v1/invoices")
    until(lambda: b"piaoda_loop_step_duration_seconds_count" in piaoda.call("GET", "/metrics").content, "a loop turns")
    scrape = piaoda.call("GET", "/metrics")

    assert scrape.status_code == httpx2.codes.OK
    assert {line.split()[2] for line in scrape.text.splitlines() if line.startswith("# TYPE")} >= AT_START
    assert lint(tool("promtool"), scrape.content) == (0, b"")


def test_promtool_would_have_something_to_say_of_a_name_against_the_rules(tool: Callable[[str], str]) -> None:
    code, words = lint(tool("promtool"), b"# TYPE piaoda_badName_total gauge\npiaoda_badName_total 1\n")
    assert code != 0
    assert b"piaoda_badName_total" in words


def test_a_replica_at_work_with_ten_accounts_shows_fewer_than_five_hundred_series(piaoda: Service) -> None:
    assert len(series(piaoda.call("GET", "/metrics").text)) < 500
