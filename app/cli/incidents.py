"""Commands about incidents and silences, over the HTTP API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from app.cli.calling import Service, service
from app.cli.surroundings import KEY, AsJson, show
from app.domain.message import instant

app = typer.Typer(help="See what is wrong, and say that you have seen it.", no_args_is_help=True)
silences = typer.Typer(help="Keep alerts quiet for a while.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The incident's id.")]
Many = list[str] | None
Url = Annotated[str, typer.Option(help="The service; by default the one that PIAODA_HOST and PORT name.")]
Key = Annotated[str, typer.Option(envvar=KEY, help="An API key with the scope invoices:act.")]

_HOURS = 3600


@app.command("list")
def list_(everything: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
          url: Url = "", key: Key = "", as_json: AsJson = False) -> None:  # fmt: skip
    """List incidents, the newest first."""
    states = [] if everything else [("state", "open"), ("state", "draining")]
    found = _all(service(url, key), "/v1/incidents", states)
    show(found, as_json, "\n".join(map(_line, found)) or "Nothing is wrong.")


@app.command("show")
def show_(incident: Id, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Show one incident, and who was told of it when."""
    found = service(url, key).ask("GET", f"/v1/incidents/{quote(incident, safe='')}")
    told = [
        f"  {each['at']}  {each['reason'] or each['type']}  "
        + ", ".join(f"{to['destination']} ({to['state']})" for to in each["deliveries"])
        for each in found["notices"]
    ]
    show(found, as_json, "\n".join([_line(found), *(told or ["  Nobody has been told yet."])]))


@app.command()
def acknowledge(
    incident: Id,
    for_: Annotated[str, typer.Option("--for", help="How long: 90m, 4h, 2d; else as the policy says.")] = "",
    text: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    url: Url = "", key: Key = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say that you have seen it: no reminders and no next level for a while."""
    said = {name: value for name, value in (("for", for_), ("text", text)) if value}
    found = service(url, key).ask("POST", f"/v1/incidents/{quote(incident, safe='')}/acknowledge", said)
    show(found, as_json, _line(found))


@silences.command("add")
def add(
    reason: Annotated[str, typer.Argument(help="Why, for whoever wonders later.")],
    *,
    hours: Annotated[float, typer.Option(help="How long.", min=0.1, max=720)] = 4.0,
    cause: Annotated[Many, typer.Option(help="outage, deadline, rejected or another; may be repeated.")] = None,
    account: Annotated[Many, typer.Option(help="Only this account; may be repeated.")] = None,
    seller: Annotated[Many, typer.Option(help="Only this seller's tax id; may be repeated.")] = None,
    region: Annotated[Many, typer.Option(help="Only this region; may be repeated.")] = None,
    url: Url = "", key: Key = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell nobody about these incidents for a while; all that is given must fit."""
    given = {"cause": cause, "account": account, "seller": seller, "region": region}
    until = datetime.now(UTC) + timedelta(seconds=hours * _HOURS)
    said = {"matchers": {name: values for name, values in given.items() if values}, "ends_at": instant(until)}
    found = service(url, key).ask("POST", "/v1/silences", {**said, "reason": reason})
    show(found, as_json, _silence(found))


@silences.command("list")
def list_silences(url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """List silences that have not ended."""
    found = _all(service(url, key), "/v1/silences", [("state", "planned"), ("state", "active")])
    show(found, as_json, "\n".join(map(_silence, found)) or "No silences.")


@silences.command("end")
def end(silence: Annotated[str, typer.Argument(help="The silence's id.")],
        url: Url = "", key: Key = "", as_json: AsJson = False) -> None:  # fmt: skip
    """End a silence now."""
    found = service(url, key).ask("DELETE", f"/v1/silences/{quote(silence, safe='')}")
    show(found, as_json, _silence(found))


def _all(asked: Service, path: str, query: list[tuple[str, str]]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: list[tuple[str, str]] = []
    while True:
        page = asked.ask("GET", f"{path}?{urlencode([('limit', '500'), *query, *cursor])}")
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = [("cursor", page["next_cursor"])]


def _line(found: dict[str, Any]) -> str:
    where = " ".join(found[each] for each in ("account", "seller", "region", "endpoint") if found[each])
    seen = found["acknowledged"]
    by = f"  acknowledged by {seen['by']} until {seen['until']}" if seen else ""
    return (
        f"{found['id']}  {found['state']}  {found['cause']}  {where or 'everywhere'}  "
        f"{found['remaining']} of {found['members']} invoices  since {found['since']}{by}"
    )


def _silence(found: dict[str, Any]) -> str:
    matchers = " ".join(f"{name}={','.join(values)}" for name, values in found["matchers"].items())
    return (
        f"{found['id']}  {found['state']}  {matchers}  until {found['ends_at']}  "
        f"hides {found['hides']}  {found['author']}: {found['reason']}"
    )
