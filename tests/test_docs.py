"""The words of the repository, held against its code: what is made is fresh, what is named exists, and the reverse."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import typer

from app.cli import main as cli
from app.domain import words
from app.domain.event import EventType
from app.domain.invoice import Cause, Diagnosis, State
from app.domain.message import event_type
from app.observability.catalogue import CATALOGUE
from app.settings.destinations import EventName
from app.settings.process import Process, variable
from tests.generate import GENERATED, ROOT

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "core", "services", "service", "manager", "models"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, part of the repository."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


def pages() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".md"]


def modules() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py" and file.is_relative_to(ROOT / "app")]


@cache
def documentation() -> str:
    return "\n".join(page.read_text("utf-8") for page in pages())


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


# What is generated


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_what_the_code_makes_of_it(name):
    assert (ROOT / name).read_text("utf-8") == GENERATED[name](), f"{name} is stale: run `make generate`"


# What is named exists


def test_every_make_target_that_a_page_names_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", documentation(), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_every_relative_link_leads_somewhere():
    broken = [(relative(page), link) for page in pages() for link in links(page) if not leads_somewhere(page, link)]
    assert broken == []


def links(page: Path) -> list[str]:
    """The relative links of a page, those in its code left out."""
    prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not (target.exists() and target.is_relative_to(ROOT)):
        return False
    return not anchor or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_file_that_a_page_names_in_passing_exists():
    named = set(re.findall(r"`((?:app|tests|docs|examples)/[\w./-]+\.(?:py|md|yaml|ndjson))`", documentation()))
    placeholders = {"app/tax/NAME.py", "app/channels/NAME.py", "tests/contract/tax/test_NAME.py"}
    assert [name for name in sorted(named - placeholders) if not (ROOT / name).exists()] == []


# What exists is named


def commands(app: typer.Typer) -> set[str]:
    groups = {group.name for group in app.registered_groups}
    return {command.name or command.callback.__name__ for command in app.registered_commands} | groups


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([f"`{state}`" for state in State], id="state"),
        pytest.param([f"`{cause}`" for cause in Cause], id="cause"),
        pytest.param([f"`{diagnosis}`" for diagnosis in Diagnosis], id="diagnosis"),
        pytest.param([f"`{event}`" for event in EventType], id="event type in"),
        pytest.param([f"`{event}`" for event in get_args(EventName)], id="event type out"),
        pytest.param([f"`{metric.name}`" for metric in CATALOGUE], id="metric"),
        pytest.param([f"`{variable(field)}`" for field in Process.model_fields], id="setting"),
    ],
)
def test_the_pages_name_every(names):
    assert [name for name in names if name not in documentation()] == []


def test_the_pages_name_every_command():
    assert [name for name in commands(cli.app) if f"piaoda {name}" not in documentation()] == []


def test_the_page_of_states_speaks_as_the_console_does():
    page = (ROOT / "docs/explanation/states.md").read_text("utf-8")
    tables = (words.STATES, words.CAUSES, words.DIAGNOSES)
    rows = [f"| `{name}` | {label['zh']} |" for table in tables for name, label in table.items()]
    assert [row for row in rows if row not in page] == []


def test_the_page_of_states_lists_every_event_that_is_sent():
    page = (ROOT / "docs/explanation/states.md").read_text("utf-8")
    sent = {event_type(cause, after) for cause in Cause for after in State} - {None}
    assert set(re.findall(r"^\| `(invoice\.\w+)`", page, re.MULTILINE)) == sent


# The architecture, as it is


def test_every_room_is_on_the_plan():
    plan = re.search(r"```\napp/\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)[1]
    drawn = {name.rstrip("/") for name in re.findall(r"^  (\S+)", plan, re.MULTILINE)}
    built = {file.relative_to(ROOT / "app").parts[0] for file in modules()} - {"__init__.py"}
    assert drawn == built


def test_the_layers_on_the_plan_are_those_that_are_enforced():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    enforced = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    drawn = re.search(r"```\n(cli .*?)```", page, re.DOTALL)[1].split(">")
    assert [" ".join(layer.split()) for layer in drawn] == enforced


def test_every_module_says_what_it_is_for():
    silent = [relative(file) for file in modules() if not ast.get_docstring(tree := parsed(file)) and tree.body]
    assert [name for name in silent if "/versions/" not in name] == []


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def test_no_module_is_a_drawer_for_odds_and_ends():
    named = {part.removesuffix(".py") for file in modules() for part in file.relative_to(ROOT / "app").parts}
    assert named & FORBIDDEN == set()


# Names that a mirror, a company network or a country may not reach, in pieces, so that this file names none.
REGISTRIES = [
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
        ("npmmirror", "com"), ("docker", "io"), ("gh" + "cr", "io"), ("quay", "io"), ("gcr", "io"), ("pkg", "dev"),
        ("mcr", "microsoft"), ("crates", "io"), ("rubygems", "org"), ("goproxy", "io"), ("proxy", "golang"),
        ("mirrors", "aliyun"), ("mirrors", "cloud", "tencent"), ("tuna", "tsinghua"), ("mirrors", "ustc"),
    )
]  # fmt: skip


def test_no_file_names_the_host_of_a_package_registry():
    named = re.compile("|".join(map(re.escape, REGISTRIES)).encode())
    assert [relative(file) for file in tracked() if named.search(file.read_bytes())] == []
