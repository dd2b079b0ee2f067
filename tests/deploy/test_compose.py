"""deploy/compose.yaml: all that it names is there, all that it starts can start, nothing is open that need not be.

One rule: what another file of deploy/ must agree with is compared, not repeated.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from app.cli.main import app
from app.settings import load
from tests.processes import KEY, ROOT, Tempo, until
from tests.town import Town, town

DEPLOY = ROOT / "deploy"
Document = dict[str, Any]


@cache
def compose() -> Document:
    """The file with its `${NAME:-default}` at their defaults."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (DEPLOY / "compose.yaml").read_text())
    return {name: part for name, part in yaml.safe_load(text).items() if not name.startswith("x-")}


def services() -> Mapping[str, Document]:
    return compose()["services"]


def mounts(service: Document) -> Iterator[tuple[str, str]]:
    """(source, target) of what comes from the file system."""
    for each in service.get("volumes", []):
        source, target, *_ = each.split(":")
        if source.startswith("."):
            yield source, target


@pytest.mark.parametrize("name", services())
def test_each_service_is_hardened_and_told_when_it_dies(name: str):
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", services())
def test_each_image_is_pinned_and_names_no_host(name: str):
    image = services()[name]["image"]

    assert "." not in image.partition("/")[0] or "/" not in image
    assert image == "piaoda" or re.fullmatch(r"[a-z/]+:v?\d+(\.\d+)*(-\w+)?", image)


def test_only_this_machine_reaches_what_is_open():
    ports = [each for service in services().values() for each in service.get("ports", [])]

    assert len(ports) == 4
    assert all(each.startswith("127.0.0.1:") for each in ports)


def test_every_file_that_is_mounted_is_there():
    missing = [
        f"{name}: {source}"
        for name, service in services().items()
        for source, _ in mounts(service)
        if not (DEPLOY / source).exists()
    ]

    assert missing == []


def read(path: Path) -> str:
    """Everything that is mounted with `path`."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return "".join(each.read_text() for each in files if each.is_file())


@pytest.mark.parametrize("name", services())
def test_every_secret_that_a_service_or_its_configuration_names_is_mounted(name: str):
    service = services()[name]
    said = str(service) + "".join(read(DEPLOY / source) for source, _ in mounts(service))
    named = set(re.findall(r"/run/secrets/(\w+)", said))

    assert named <= set(service.get("secrets", []))


def test_a_small_step_makes_every_secret_and_keeps_what_is_there(tmp_path: Path):
    script = shutil.copytree(DEPLOY / "compose", tmp_path / "compose") / "secrets.sh"

    def made() -> Mapping[str, str]:
        subprocess.run(["sh", script], check=True, capture_output=True, timeout=30)
        return {each.name: each.read_text() for each in (tmp_path / "secrets").iterdir() if each.name[0] != "."}

    first = made()
    wanted = {Path(each["file"]).name for each in compose()["secrets"].values()}
    used = {name for service in services().values() for name in service.get("secrets", [])}

    assert set(first) == wanted == used
    assert [name for name, each in first.items() if len(each) < 48] == ["smtp_password"], "which is the operator's"
    assert len(set(first.values())) == len(first)
    (tmp_path / "secrets/smtp_password").write_text("the operator's")
    assert made() == {**first, "smtp_password": "the operator's"}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "name", [name for name, each in services().items() if each.get("command", [""])[0] == "piaoda"]
)
def test_each_command_is_one_of_ours(name: str):
    _, *words = services()[name]["command"]
    group = typer.main.get_command(app)
    context = group.make_context("piaoda", list(words))
    found, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])

    assert command.make_context(found, rest, parent=context).args == []


@pytest.mark.parametrize("name", ["api", "worker", "migrate", "simulator"])
def test_each_service_of_ours_understands_its_settings(tmp_path: Path, name: str):
    service, environment = services()[name], {}
    for key, value in service["environment"].items():
        secret = tmp_path / Path(value).name
        secret.write_text("postgresql://piaoda:x@postgres:5432/piaoda-and-some-more")
        environment[key] = str(secret) if key.endswith("_FILE") else value
    for source, target in mounts(service):
        environment["PIAODA_CONFIG" if target.endswith(".yaml") else "?"] = str(DEPLOY / source)

    settings = load(environment, tmp_path)

    assert list(settings.config.accounts) == ([] if name in {"migrate", "simulator"} else ["nuonuo-main", "baidu-main"])


def test_the_address_range_that_is_open_is_the_one_that_is_used():
    [range_] = compose()["networks"]["default"]["ipam"]["config"]
    opened = yaml.safe_load((DEPLOY / "compose/piaoda.yaml").read_text())["egress"]["allow"]

    assert opened == [f"{range_['subnet']}:8100"]


def test_our_services_have_time_to_end():
    for name in ("api", "worker", "migrate"):
        assert services()[name]["stop_grace_period"] == "45s"


def test_who_is_watched_and_told_is_a_service():
    watched = yaml.safe_load((DEPLOY / "prometheus/prometheus.yaml").read_text())
    told = [each for manager in watched["alerting"]["alertmanagers"] for each in manager["static_configs"]]
    jobs = [each for job in watched["scrape_configs"] for each in job.get("static_configs", [])]
    hosts = {target.partition(":")[0] for each in [*told, *jobs] for target in each["targets"]} - {"localhost"}

    assert {"api", "worker", "alertmanager"} <= hosts <= set(services())
    assert [
        pattern for pattern in watched["rule_files"] if not pattern.startswith(("rules/", "/etc/prometheus/rules/"))
    ] == []


def test_grafana_finds_its_sources_and_dashboards():
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/piaoda.yaml").read_text())["datasources"]
    [provider] = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/piaoda.yaml").read_text())["providers"]
    hosts = {re.sub(r"^http://", "", each["url"]).partition(":")[0] for each in sources}
    grafana = services()["grafana"]

    assert hosts <= set(services())
    assert {target: source for source, target in mounts(grafana)}[provider["options"]["path"]].startswith("./grafana/")


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """The demo's configuration with the addresses of this machine."""

    def configuration(simulator: str, _: str) -> Document:
        text = (DEPLOY / "compose/piaoda.yaml").read_text().replace("http://simulator:8100", simulator)
        return {**yaml.safe_load(text), "egress": {"allow": ["127.0.0.1"]}}

    with town(tmp_path, database_url, Tempo(1.0, datetime.now(UTC)), configuration) as made:
        yield made


@pytest.mark.slow
def test_the_demo_shows_invoices_that_move(place: Town):
    """By the script of the service `billing`, called as it is there."""
    service = place.service().ready()
    key = place.folder / "first_key"
    key.write_text(KEY)
    words = [sys.executable, DEPLOY / "compose/billing.py", service.url, place.simulator.url, key]
    billing = subprocess.Popen(words, env={"PYTHONPATH": str(ROOT)})
    try:
        until(lambda: service.get("/v1/stats")["invoices"].get("synced", 0) >= 3, "invoices become synced", within=110)
        assert billing.poll() is None
    finally:
        billing.kill()
        billing.wait()
