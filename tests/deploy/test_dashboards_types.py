"""The committed dashboards against Grafana's own types, with the TypeScript compiler."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "deploy/grafana"
DASHBOARDS = sorted((ROOT / "dashboards").glob("*/*.json"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tool, tmp_path_factory) -> Path:
    """A copy of `typecheck`, with what it needs installed."""
    found = tmp_path_factory.mktemp("types") / "typecheck"
    shutil.copytree(ROOT / "typecheck", found, ignore=shutil.ignore_patterns("node_modules", "boards"))
    installed = run(found, tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    assert installed.returncode == 0, installed.stderr
    (found / "boards").mkdir()
    return found


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def typed(folder: Path, boards: dict[str, object]) -> str:
    """What the compiler says of `boards`; empty when they are dashboards."""
    for name, board in boards.items():
        source = f'import type {{Board}} from "../board";\nexport const board: Board = {json.dumps(board)};\n'
        (folder / "boards" / f"{name}.ts").write_text(source, encoding="utf-8")
    return run(folder, "node_modules/.bin/tsc", "-p", ".").stdout


def test_grafana_takes_every_dashboard_for_one(folder):
    boards = {f"{path.parent.name}-{path.stem}": json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS}
    assert len(boards) == 6
    assert typed(folder, boards) == ""


def test_the_compiler_would_have_noticed(folder):
    board = json.loads(DASHBOARDS[0].read_text(encoding="utf-8"))
    board["templating"]["list"][0]["auto"] = False
    assert "auto" in typed(folder, {"broken": board})
    (folder / "boards/broken.ts").unlink()
