"""Writes every file that is made from code: `make generate`. A test compares each with what this would write.

One rule: a pure function of the code. No database, no clock, no network.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from app import main, settings
from app.domain import lifecycle
from app.observability import catalogue_page
from tests import channel_page, provider_index, provider_pages

ROOT = Path(__file__).parents[1]

_OPENAPI = """\
# Made from the code by `make generate`; a test compares. The running service answers the same at /openapi.json.
"""
_SETTINGS = """\
# Settings

Made from `app/settings/process.py` by `make generate`; a test compares them.

These variables set the process. Accounts, plans, deadlines, destinations and everything else stand in
`piaoda.yaml`; [examples/piaoda.yaml](../examples/piaoda.yaml) shows all of it, in Chinese and in English.

Each variable can also be given as a file, for secrets: `PIAODA_DATABASE_URL_FILE=/run/secrets/database` reads
the value from that file. An unknown `PIAODA_` variable, a value and a file for the same setting, or a wrong line
in `piaoda.yaml` stops the start with exit code 3 and says what to write instead.

"""
_DIAGRAM = re.compile(
    r"(?<=<!-- state diagram: made by `make generate` -->\n).*?(?=<!-- end of state diagram -->)", re.DOTALL
)


def openapi() -> str:
    return _OPENAPI + yaml.dump(document(), Dumper=_Block, sort_keys=False, allow_unicode=True, width=120)


def document() -> dict[str, Any]:
    """The OpenAPI document of the real application, paths and components in the order of the alphabet."""
    chosen = settings.load({"PIAODA_CONSOLE_ACCESS": "off"}, Path(__file__).parent)
    made = main.application(main.build(chosen, "postgresql://nobody@127.0.0.1:1/nothing")).openapi()
    described: dict[str, Any] = json.loads(json.dumps(made))
    described["paths"] = _sorted(described["paths"])
    described["components"] = {name: _sorted(part) for name, part in described["components"].items()}
    return described


def settings_page() -> str:
    return _SETTINGS + settings.reference()


def architecture() -> str:
    """The page as it is, with a fresh diagram between its markers."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    drawn, count = _DIAGRAM.subn(lambda _: f"```mermaid\n{lifecycle.diagram()}\n```\n", page)
    assert count == 1, "ARCHITECTURE.md has lost the markers of its state diagram"
    return drawn


GENERATED: Mapping[str, Callable[[], str]] = {
    "openapi/openapi.yaml": openapi,
    "docs/channels.md": channel_page.page,
    "docs/metrics.md": catalogue_page.document,
    "docs/settings.md": settings_page,
    "ARCHITECTURE.md": architecture,
    **provider_pages.PAGES,
    **provider_index.INDEX,
}


class _Block(yaml.SafeDumper):
    """Block style without anchors, so that a person can read it and a diff is short."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Block.add_representer(str, _text)


def _sorted(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table[name] for name in sorted(table)}


if __name__ == "__main__":
    for name, made in GENERATED.items():
        (ROOT / name).write_text(made(), encoding="utf-8")
