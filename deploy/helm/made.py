"""Writes what the chart has of other places: `python -m deploy.helm.made`. A test compares.

One rule: a chart is complete in itself, so rules and dashboards are copied into it, byte for byte, and the table of
values in its README is made from its schema.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

CHART: Final = Path(__file__).parent / "piaoda"
_DEPLOY: Final = Path(__file__).parents[1]
_SOURCES: Final = ((_DEPLOY / "prometheus" / "rules", "rules"), (_DEPLOY / "grafana" / "dashboards", "dashboards"))
_BEGIN: Final = "<!-- values: made by `python -m deploy.helm.made` -->\n"
_END: Final = "<!-- end of values -->\n"


def files() -> dict[Path, str]:
    """Every file that is made, with what it holds."""
    made = {
        CHART / "files" / name / path.relative_to(source): path.read_text("utf-8")
        for source, name in _SOURCES
        for path in sorted(source.rglob("*.yaml" if name == "rules" else "*.json"))
    }
    return made | {CHART / "README.md": _readme((CHART / "README.md").read_text("utf-8"))}


def strays(made: Mapping[Path, str]) -> list[Path]:
    """Copies whose source is gone."""
    return [path for path in sorted((CHART / "files").rglob("*.*")) if path not in made]


def _readme(present: str) -> str:
    head, _, rest = present.partition(_BEGIN)
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    rows = "\n".join(_rows(schema, defaults, ()))
    return f"{head}{_BEGIN}\n| value | default | meaning |\n|---|---|---|\n{rows}\n\n{_END}{rest.partition(_END)[2]}"


def _rows(schema: Mapping[str, Any], defaults: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for name, part in schema["properties"].items():
        here = (*path, name)
        if name == "global" or (path and name not in defaults):
            continue
        value = defaults[name]
        if "properties" in part and part.get("additionalProperties") is False:
            yield f"| **`{'.'.join(here)}`** | | {part['description']} |"
            yield from _rows(part, value, here)
        else:
            yield f"| `{'.'.join(here)}` | {_shown(value)} | {part['description']} |"


def _shown(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`".replace("|", "\\|")


if __name__ == "__main__":
    made = files()
    for path in strays(made):
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
