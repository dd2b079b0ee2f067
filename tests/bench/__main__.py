"""`make bench`: runs the cases, prints a table for each and keeps the results as JSON; `--page` writes the page.

One rule: a case that was run replaces its own entry and no other, so that cases can be run apart.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench import adapters, calls, checks, deadlines, events, footprint, held, page, peers, table, webhooks
from tests.bench.harness import Case, measure, record
from tests.bench.machine import machine
from tests.bench.rig import rig
from tests.processes import ROOT

CASES: Mapping[str, Case] = {
    case.name: case
    for module in (events, peers, checks, held, footprint, calls, adapters, deadlines, webhooks)
    for case in module.CASES
}  # fmt: skip
RESULTS = ROOT / ".bench" / "results.json"
PUBLISHED = ROOT / "docs" / "performance.json"


def main() -> None:
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended
    if chosen.page:
        _publish(chosen.out)
        return
    names = [name.strip() for name in chosen.cases.split(",") if name.strip()] or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        sys.exit(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    _measure([CASES[name] for name in names], chosen)


def _measure(cases: list[Case], chosen: argparse.Namespace) -> None:
    with rig(chosen.rows, chosen.pace) as made:
        about = machine(made.settings, made.folder)
        for case in cases:
            began = time.monotonic()
            found = record(case, measure(case, made, chosen.runs, _say))
            found |= {"machine": about, "rows": chosen.rows, "pace": chosen.pace}
            table.show(found | {"seconds": round(time.monotonic() - began)})
            _keep(chosen.out, f"{case.name}@{chosen.rows}" if case.sized else case.name, found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--cases", default="", help=f"some of {','.join(CASES)}; all unless given")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how big the big table is")
    parser.add_argument("--runs", type=int, default=3, help="how often each contender runs")
    parser.add_argument("--pace", type=float, default=1.0, help="below 1: shorter and smaller, for a look")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are kept")
    parser.add_argument("--page", action="store_true", help="write docs/performance.md and its chart from the results")
    return parser.parse_args()


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)  # noqa: T201 - a command tells how far it is


def _kept(file: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return results


def _publish(file: Path) -> None:
    """Newer results replace those of their cases in the published ones; the page is made of all."""
    results = _kept(PUBLISHED) | _kept(file)
    PUBLISHED.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    page.write(results)


def _keep(file: Path, key: str, found: Mapping[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n")
    file.write_text(json.dumps(_kept(file) | {key: found}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
