"""Every query of every panel, asked of a real Prometheus that scrapes the service of `piaoda demo`.

One start serves them all: a query that needs an event waits for it; the demo's outage is over after 75 s.
"""

import json
import math
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.demo.processes import free_port
from app.store import embedded
from deploy.grafana.asking import asked, panels
from tests.acceptance.test_demo import Demo
from tests.processes import until

pytestmark = pytest.mark.timeout(300)

DASHBOARDS = Path(__file__).parents[2] / "deploy/grafana/dashboards/en"
PATIENCE = 120.0
OVER = 60

BESIDE = """\
piaoda_account_calls_used{account="baidu-main"} 40
piaoda_account_calls_limit{account="baidu-main"} 500
piaoda_account_credential_expiry_timestamp_seconds{account="baidu-main"} 1.9e9
piaoda_unlisted_codes_total{provider="baidu",code="99999"} 1
"""
"""What the demo does not have, told by a second target: its accounts have no daily limit, its simulator knows no end of
credentials and answers with listed codes only."""

CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: piaoda
    static_configs: [{{targets: ["127.0.0.1:{demo}", "127.0.0.1:{beside}"]}}]
"""


@dataclass(frozen=True, slots=True)
class Prometheus:
    url: str

    def get(self, path: str, **given: object) -> object:
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urlencode(given)}", timeout=10) as reply:
            return json.load(reply)["data"]

    def values(self, label: str, series: str) -> tuple[str, ...]:
        return tuple(self.get(f"label/{label}/values", **{"match[]": series}))

    def chosen(self) -> dict[str, str | tuple[str, ...]]:
        """What Grafana puts into the variables while "all" is chosen."""
        return {
            "job": self.values("job", "piaoda_build_info"),
            "account": self.values("account", "piaoda_invoices"),
            "kind": self.values("kind", "piaoda_sync_latency_seconds_count"),
            "objective": "0.99",
            "__rate_interval": "5s",
            "__range": f"{OVER}s",
        }

    def answers(self, target: dict[str, object]) -> bool:
        """Whether a query has at least one number to show."""
        query, now = asked(target["expr"], self.chosen()), time.time()
        span = {"start": now - OVER, "end": now, "step": 2}
        found = self.get("query", query=query) if target["instant"] else self.get("query_range", query=query, **span)
        points = [point for one in found["result"] for point in one.get("values", [one.get("value")])]
        return any(not math.isnan(float(value)) for _, value in points)


class Beside(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(BESIDE.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def prometheus(tool, tmp_path_factory) -> Iterator[Prometheus]:
    """Scrapes a demo that has just begun, every second."""
    folder = tmp_path_factory.mktemp("live")
    with ThreadingHTTPServer(("127.0.0.1", 0), Beside) as beside:
        threading.Thread(target=beside.serve_forever, daemon=True).start()
        demo = Demo(folder / "visitor", {}).start()
        (folder / "prometheus.yml").write_text(CONFIG.format(demo=demo.port, beside=beside.server_port))
        port = free_port("127.0.0.1")
        words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        words += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
        with subprocess.Popen([tool("prometheus"), *words], stderr=subprocess.DEVNULL) as running:
            made = Prometheus(f"http://127.0.0.1:{port}")
            until(lambda: scraped(made), "Prometheus has scraped the demo", PATIENCE)
            yield made
            running.terminate()
        demo.process.terminate()
        demo.ended()
        beside.shutdown()
    if (data := folder / "visitor/data").joinpath("postgres").exists():
        embedded.start(data).leave()


def scraped(prometheus: Prometheus) -> bool:
    try:
        return bool(prometheus.chosen()["kind"])
    except OSError:
        return False


def queries() -> dict[str, dict[str, object]]:
    """Every query in Prometheus' language, by board, panel and letter."""
    return {
        f"{path.stem}: {panel['title']} {target['refId']}": target
        for path in sorted(DASHBOARDS.glob("*.json"))
        for panel in panels(json.loads(path.read_text(encoding="utf-8")))
        for target in panel["targets"]
        if "expr" in target
    }


def test_every_query_of_every_panel_has_something_to_show(prometheus):
    waiting, give_up = queries(), time.monotonic() + PATIENCE
    assert len(waiting) > 70
    while waiting and time.monotonic() < give_up:
        time.sleep(3)
        waiting = {name: target for name, target in waiting.items() if not prometheus.answers(target)}
    assert not sorted(waiting)


def test_incidents_are_marked_and_alerts_can_be_asked_for(prometheus):
    board = json.loads((DASHBOARDS / "piaoda-finance.json").read_text(encoding="utf-8"))
    alerts, incidents = (asked(each["target"]["expr"], prometheus.chosen()) for each in board["annotations"]["list"])
    assert marks(prometheus, alerts) == []  # no rules are loaded here; tests/deploy/test_rules.py fires them
    give_up = time.monotonic() + PATIENCE
    while not marks(prometheus, incidents) and time.monotonic() < give_up:
        time.sleep(3)
    assert marks(prometheus, incidents)


def marks(prometheus: Prometheus, query: str) -> list[object]:
    now = time.time()
    return prometheus.get("query_range", query=query, start=now - 240, end=now, step=2)["result"]
