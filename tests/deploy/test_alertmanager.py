"""Alertmanager with our routes and inhibition, Prometheus with our rules: the real programs, and who is told what.

One rule: only receivers and waits of the example are replaced; what decides is the file as it is.
"""

import json
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from app.demo.processes import free_port

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
EXAMPLE = FOLDER / "alertmanager.yaml"
PATIENCE = 30.0


def until(look, what):
    end = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < end, f"it never happened that {what}; the last look gave {seen!r}"
        time.sleep(0.1)
    return seen


def answer(url, body=None):
    """The JSON that `url` answers; None while nobody does."""
    data = json.dumps(body).encode() if body is not None else None
    try:
        request = urllib.request.Request(url, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.loads(reply.read() or b"true")
    except (OSError, ValueError):
        return None


@contextmanager
def running(folder, *words):
    """A program that ends with the block; what it says goes into a file."""
    with (folder / f"{Path(words[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


class Post(BaseHTTPRequestHandler):
    """Keeps what is posted as (path, body), and serves `page` to who scrapes."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.posted.append((self.path.strip("/"), body))
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def post():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Post)
    server.posted, server.page = [], ""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def told(post):
    """Who was told what, in the order of arrival: receiver, status, name and account."""
    return [
        (receiver, alert["status"], alert["labels"]["alertname"], alert["labels"].get("account", ""))
        for receiver, body in post.posted
        for alert in body["alerts"]
    ]


@pytest.fixture
def alertmanager(tool, post, tmp_path):
    """Its address. Each receiver is a path of `post`."""
    config = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    for receiver in config["receivers"]:
        name = receiver["name"]
        url = f"http://127.0.0.1:{post.server_port}/{name}"
        receiver.clear()
        receiver |= {"name": name, "webhook_configs": [{"url": url, "send_resolved": True}]}
    config["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    (tmp_path / "alertmanager.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    port = free_port("127.0.0.1")
    words = ("--config.file=alertmanager.yaml", "--storage.path=am", f"--web.listen-address=127.0.0.1:{port}",
             "--cluster.listen-address=")  # fmt: skip
    with running(tmp_path, tool("prometheus-alertmanager"), *words):
        url = f"http://127.0.0.1:{port}"
        until(lambda: answer(f"{url}/api/v2/status"), "Alertmanager answers")
        yield url


def suppressed(alertmanager):
    """The names of the alerts that are kept quiet."""
    found = answer(f"{alertmanager}/api/v2/alerts?inhibited=true&active=false")
    return {each["labels"]["alertname"] for each in found}


def rule(name, severity):
    groups = [yaml.safe_load(file.read_text("utf-8"))["groups"] for file in FOLDER.glob("rules/*.yaml")]
    return next(
        each
        for found in groups
        for group in found
        for each in group["rules"]
        if each.get("alert") == name and each["labels"]["severity"] == severity
    )


def alert(name, severity="page", ends_in=timedelta(minutes=5), **labels):
    summary = rule(name, severity)["annotations"]["summary_zh"]
    return {
        "labels": {"alertname": name, "severity": severity, **labels},
        "annotations": {"summary_zh": summary},
        "startsAt": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
        "endsAt": (datetime.now(UTC) + ends_in).isoformat(),
    }


def test_the_example_is_sound_and_routes_by_severity(tool):
    def receiver(*labels):
        words = [tool("amtool"), "config", "routes", "test", f"--config.file={EXAMPLE}", *labels]
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout.strip()

    subprocess.run([tool("amtool"), "check-config", str(EXAMPLE)], capture_output=True, check=True, timeout=30)
    assert receiver("alertname=PiaodaAccountDown", "severity=page") == "on-call"
    assert receiver("alertname=PiaodaChecksBehind", "severity=ticket") == "tickets"
    assert receiver("alertname=PiaodaWatchdog", "severity=info") == "dead-man"
    assert receiver("alertname=SomethingElse", "severity=info") == "nobody"
    assert receiver("alertname=SomethingElse") == "tickets"


def test_while_a_tax_system_is_down_only_that_is_told(alertmanager, post):
    """Chinese arrives as it was written; another account and another installation are told all the same."""
    down = alert("PiaodaAccountDown", account="a", namespace="production")
    late = [
        alert("PiaodaOldestInvoiceLate", "ticket", account="a", namespace="production"),
        alert("PiaodaDeadlineBurnFast", account="a", namespace="production"),
        alert("PiaodaDeadlineBurnSlow", "ticket", account="a", namespace="production"),
        alert("PiaodaChecksBehind", "ticket", account="a", namespace="production"),
    ]
    others = [
        alert("PiaodaDeadlineBurnFast", account="b", namespace="production"),
        alert("PiaodaDeadlineBurnFast", account="a", namespace="staging"),
    ]
    # As in life, the cause is there first: Alertmanager tells what began long ago without waiting for others.
    answer(f"{alertmanager}/api/v2/alerts", [down])
    until(lambda: told(post), "the cause is told")
    answer(f"{alertmanager}/api/v2/alerts", [*late, *others])
    until(lambda: len(told(post)) >= 1 + len(others), "the others are told")
    until(lambda: suppressed(alertmanager) == {each["labels"]["alertname"] for each in late}, "the rest is kept quiet")

    assert sorted(told(post)) == [
        ("on-call", "firing", "PiaodaAccountDown", "a"),
        ("on-call", "firing", "PiaodaDeadlineBurnFast", "a"),
        ("on-call", "firing", "PiaodaDeadlineBurnFast", "b"),
    ]
    arrived = [one for _, body in post.posted for one in body["alerts"]]
    staging = [one for one in arrived if one["labels"]["alertname"] == "PiaodaDeadlineBurnFast"]
    assert {one["labels"]["namespace"] for one in staging} == {"production", "staging"}
    assert down["annotations"]["summary_zh"] in {one["annotations"]["summary_zh"] for one in arrived}

    post.posted.clear()
    over = alert("PiaodaAccountDown", ends_in=timedelta(seconds=-1), account="a", namespace="production")
    answer(f"{alertmanager}/api/v2/alerts", [over])
    until(lambda: ("on-call", "resolved", "PiaodaAccountDown", "a") in told(post), "the end is told")
    until(
        lambda: ("tickets", "firing", "PiaodaOldestInvoiceLate", "a") in told(post), "what is still late is told then"
    )


def test_what_a_silent_loop_causes_is_not_told_beside_it(alertmanager, post):
    silent = [alert("PiaodaLoopSilent", loop=loop, namespace="n") for loop in ("poller", "notifier")]
    caused = [
        alert("PiaodaChecksBehind", "ticket", account="a", namespace="n"),
        alert("PiaodaDeliveryBacklog", "ticket", channel="wecom", namespace="n"),
        alert("PiaodaDeliveriesFailing", channel="wecom", namespace="n"),
    ]
    answer(f"{alertmanager}/api/v2/alerts", silent)
    until(lambda: len(told(post)) >= len(silent), "both loops are told")
    answer(f"{alertmanager}/api/v2/alerts", caused)
    until(
        lambda: suppressed(alertmanager) == {each["labels"]["alertname"] for each in caused}, "the rest is kept quiet"
    )
    assert {name for _, _, name, _ in told(post)} == {"PiaodaLoopSilent"}


METRICS = """\
# TYPE piaoda_build_info gauge
piaoda_build_info{version="1"} 1
# TYPE piaoda_account_up gauge
piaoda_account_up{account="a"} 0
# TYPE piaoda_checks_due gauge
piaoda_checks_due{account="a"} 3
# TYPE piaoda_deadlines_total counter
piaoda_deadlines_total{account="a",result="met"} 1
piaoda_deadlines_total{account="a",result="missed"} 2
"""


def test_prometheus_loads_every_rule_and_tells_alertmanager(tool, alertmanager, post, tmp_path):
    """Time is for promtool: here all is evaluated without a fault, an account that is down is pending, and the alert
    that always fires arrives.
    """
    post.page = METRICS
    config = yaml.safe_load((FOLDER / "prometheus.yaml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(FOLDER / "rules" / "*.yaml")]
    target = {"targets": [f"127.0.0.1:{post.server_port}"]}
    config["scrape_configs"] = [{"job_name": "piaoda", "static_configs": [target]}]
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [alertmanager.removeprefix("http://")]}]}]
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(config), "utf-8")
    port = free_port("127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    # An alert that comes before Alertmanager is found is lost until it is sent again.
    words = ("--config.file=prometheus.yaml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}",
             "--rules.alert.resend-delay=1s")  # fmt: skip

    def rules():
        groups = (answer(f"{url}/api/v1/rules") or {"data": {"groups": []}})["data"]["groups"]
        return [each for group in groups for each in group["rules"]]

    def pending():
        return [each for each in rules() if each.get("state") == "pending" and each["name"] == "PiaodaAccountDown"]

    with running(tmp_path, tool("prometheus"), *words):
        until(pending, "the account is down")
        until(lambda: all(each["health"] == "ok" for each in rules()), "every rule was evaluated without a fault")
        until(lambda: ("dead-man", "firing", "PiaodaWatchdog", "") in told(post), "the watchdog arrives")
        loaded = {each["name"] for each in rules()}

    names = [yaml.safe_load(file.read_text("utf-8"))["groups"] for file in FOLDER.glob("rules/*.yaml")]
    assert loaded == {
        each.get("alert") or each["record"] for found in names for group in found for each in group["rules"]
    }
