"""Commands about single invoices."""

from typing import Any

import typer

from app import main
from app.cli.surroundings import AsJson, show, with_database
from app.domain import message
from app.domain.search import Search
from app.replica import TENANT
from app.settings import Settings
from app.store.database import Database
from app.store.invoices import Invoices


def check(number: str, as_json: AsJson = False) -> None:
    """Ask for an invoice now, within the day's budget, and show where it stands and why."""
    found = with_database(lambda settings, database: _check(settings, database, number))
    if not found:
        print(f"No invoice has the number {number}.")
        raise typer.Exit(1)
    show(found, as_json, "\n".join(_words(one) for one in found))


async def _check(settings: Settings, database: Database, number: str) -> list[dict[str, Any]]:
    invoices = Invoices(database, main.policy_of(settings))
    page = await invoices.search(TENANT, Search(number=number))
    now = await database.time()
    return [
        {**message.invoice_document(record), "check": await invoices.check_now(TENANT, record.id, "cli", now)}
        for record in page.records
    ]


def _words(found: dict[str, Any]) -> str:
    diagnosis = found["diagnosis"]
    why = f"\n  {diagnosis['text']['zh']}\n  {diagnosis['next_step']['zh']}" if diagnosis else ""
    return f"{found['number']}  {found['state']}  (check: {found['check']}){why}"
