# ruff: noqa: INP001 - a script
"""Makes the typed client from the description: `python examples/python-client/generate.py PATH-OF-GENERATOR TARGET`.

The generator is openapi-python-client, at the version of requirements/client.txt. One rule: one description, one client,
byte for byte; a test compares it with the one beside this file. `described.sha256` says of which description it was
made.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).parent
DESCRIPTION = HERE.parents[1] / "openapi" / "openapi.yaml"
BY_HAND = (
    "application/cloudevents-batch+json",
    "application/x-ndjson",
    "application/xml",
    "text/xml",
)
"""What the generator makes no working code of: lists of events and streams are sent with any HTTP client."""


def generate(generator: Path, target: Path) -> None:
    """Writes the package `piaoda_client` below `target`, in place of what is there."""
    described = yaml.safe_load(DESCRIPTION.read_text("utf-8"))
    content = described["paths"]["/v1/events"]["post"]["requestBody"]["content"]
    for kind in BY_HAND:
        del content[kind]
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "openapi.yaml"), Path(folder, "piaoda_client")
        source.write_text(
            yaml.safe_dump(described, sort_keys=False, allow_unicode=True), "utf-8"
        )
        command = [
            str(generator),
            "generate",
            "--path",
            str(source),
            "--meta",
            "none",
            "--output-path",
            str(made),
        ]
        beside = f"{generator.parent}{os.pathsep}{os.environ['PATH']}"  # its formatter is installed beside it
        options = ["--config", str(HERE / "generator.yaml"), "--fail-on-warning"]
        subprocess.run(
            [*command, *options],
            check=True,
            cwd=folder,
            env=os.environ | {"PATH": beside},
        )  # noqa: S603
        shutil.rmtree(made / ".ruff_cache", ignore_errors=True)
        shutil.rmtree(target / "piaoda_client", ignore_errors=True)
        shutil.copytree(made, target / "piaoda_client")
    (target / "piaoda_client" / "described.sha256").write_text(digest() + "\n")


def digest() -> str:
    """Of the description, as `described.sha256` keeps it."""
    return hashlib.sha256(DESCRIPTION.read_bytes()).hexdigest()


if __name__ == "__main__":
    generate(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
