# ruff: noqa: INP001 - a script beside its product, not a package
"""Writes `invoices.ndjson`: ten thousand synthetic invoices, one a line, for trying out a bulk upload.

Its one rule: the same bytes every time; a test compares. Run it as `.venv/bin/python examples/make_invoices.py`.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.plan import BEIJING
from app.simulator.invoices import Generator

SEED, COUNT = 20261120, 10_000
BEGIN = datetime(2026, 11, 20, 9, 0, tzinfo=BEIJING)
GAP = timedelta(seconds=3)
TARGET = Path(__file__).with_name("invoices.ndjson")


def lines() -> Iterator[str]:
    """A day of a busy billing system: an invoice every three seconds, nobody's."""
    generator = Generator(SEED)
    for number in range(COUNT):
        invoice = generator.invoice(BEGIN + number * GAP)
        yield json.dumps(invoice, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    TARGET.write_text("".join(lines()), encoding="utf-8")
