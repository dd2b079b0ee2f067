"""Commands about API keys."""

from typing import Annotated, Any

import typer

from app.api import security
from app.cli.surroundings import AsJson, show, with_database
from app.replica import TENANT
from app.settings import Settings
from app.store.database import Database
from app.store.keys import ApiKeys

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

Scope = Annotated[list[str], typer.Option("--scope", help=f"One of {', '.join(security.SCOPES)}; may be repeated.")]


@app.command()
def create(name: str, scope: Scope, as_json: AsJson = False) -> None:
    """Make a key and print it; it is shown only once."""
    if unknown := sorted(set(scope) - set(security.SCOPES)):
        raise typer.BadParameter(f"unknown scope {unknown[0]}; known are {', '.join(security.SCOPES)}")
    made = security.mint()

    async def work(_: Settings, database: Database) -> str:
        return await ApiKeys(database).add(TENANT, name, security.digest(made.text), scope, await database.time())

    key_id = with_database(work)
    show({"id": key_id, "name": name, "scopes": scope, "key": made.text}, as_json, made.text)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List keys, never their secrets."""

    async def work(_: Settings, database: Database) -> list[dict[str, Any]]:
        return await ApiKeys(database).all(TENANT)

    keys = with_database(work)
    lines = [
        f"{key['id']}  {key['name']}  {','.join(key['scopes'])}  {'revoked' if key['revoked_at'] else 'live'}"
        for key in keys
    ]
    show(keys, as_json, "\n".join(lines) or "No keys.")


@app.command()
def revoke(key_id: str, as_json: AsJson = False) -> None:
    """End a key; every replica refuses it within seconds."""

    async def work(_: Settings, database: Database) -> bool:
        return await ApiKeys(database).revoke(TENANT, key_id, await database.time())

    revoked = with_database(work)
    show({"id": key_id, "revoked": revoked}, as_json, "Revoked." if revoked else "No live key has this id.")
    if not revoked:
        raise typer.Exit(1)
