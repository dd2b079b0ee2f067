"""The description under the linter's strictest rules, valid by the specification, and drawn as one page of HTML."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from tests.generate import ROOT

OPENAPI = ROOT / "openapi"
LINT = OPENAPI / "lint"


def test_it_is_valid_openapi_3_1():
    validate(yaml.safe_load((OPENAPI / "openapi.yaml").read_text("utf-8")))


def test_the_lock_file_of_the_linter_names_no_host():
    assert "://" not in (LINT / "package-lock.json").read_text("utf-8")


def run(folder: Path, *command: str) -> str:
    environment = os.environ | {"REDOCLY_TELEMETRY": "off", "CI": "true"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_linter_finds_nothing_and_draws_the_reference(tmp_path, tool):
    for name in ("package.json", "package-lock.json", ".npmrc", "redocly.yaml"):
        (tmp_path / name).write_bytes((LINT / name).read_bytes())
    run(tmp_path, tool("npm"), "ci", "--no-audit", "--no-fund")
    redocly = str(tmp_path / "node_modules" / ".bin" / "redocly")
    run(tmp_path, redocly, "lint", "--config", "redocly.yaml", str(OPENAPI / "openapi.yaml"))
    page = tmp_path / "reference.html"
    run(tmp_path, redocly, "build-docs", str(OPENAPI / "openapi.yaml"), "--output", str(page), "--inlineBundle")
    assert "Tell that invoices were issued" in page.read_text("utf-8")
