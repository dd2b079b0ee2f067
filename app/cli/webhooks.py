"""Commands about webhooks, over the HTTP API. One rule: a secret is printed once, by the command that made it."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import typer

from app.cli import doorway, webhook_words
from app.cli.doorway import Shut
from app.cli.surroundings import KEY, AsJson, own_key, own_url, settings, show
from app.domain.errors import EgressError
from app.egress import Egress

app = typer.Typer(help="Make, list, try and change webhooks.", no_args_is_help=True)

PATH = "/v1/webhooks"
_DEADLINE = 90.0  # a test waits for its receiver

Many = list[str] | None
Name = Annotated[str, typer.Argument(help="The webhook's name.")]
Url = Annotated[str, typer.Option(help="The service; by default the one that PIAODA_HOST and PORT name.")]
Key = Annotated[str, typer.Option(envvar=KEY, help="An API key with the scope webhooks:admin.")]


@dataclass(frozen=True, slots=True)
class Service:
    """A running service; `language` is that of the words for people."""

    url: str
    key: str = field(repr=False)
    language: str

    def ask(self, method: str, path: str = "", body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON, or nothing where there is none. What is no success ends the command with a sentence."""
        try:
            return asyncio.run(self._asked(method, f"{self.url.rstrip('/')}{PATH}{path}", body))
        except Shut as shut:
            print(shut, file=sys.stderr)
            raise typer.Exit(2 if shut.ours else 1) from None

    async def _asked(self, method: str, url: str, body: Mapping[str, Any] | None) -> Any:
        try:
            egress = doorway.opened(self.url)
        except ValueError:
            raise Shut("--url is http(s)://host[:port].", ours=True) from None
        try:
            return await _answer(egress, method, url, self.key, body)
        except EgressError as error:
            raise Shut(f"{error.detail}.", ours=error.reason == "refused") from None
        finally:
            await egress.close()


async def _answer(egress: Egress, method: str, url: str, key: str, body: Mapping[str, Any] | None) -> Any:
    headers = {"authorization": f"Bearer {key}"} | ({} if body is None else {"content-type": "application/json"})
    content = b"" if body is None else json.dumps(body).encode()
    reply = await egress.request(method, url, headers=headers, content=content, deadline=_DEADLINE)
    if reply.status == HTTPStatus.NO_CONTENT:
        return {}
    try:
        answer = json.loads(reply.body)
    except ValueError:
        raise Shut(f"What answers there is no Piaoda (status {reply.status}); check --url.", ours=True) from None
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        raise Shut(_refusal(answer), ours=HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR)
    return answer


def _refusal(problem: Mapping[str, Any]) -> str:
    wrong = [
        f"  {each.get('pointer') or each.get('parameter')}: {each['detail']}" for each in problem.get("errors", [])
    ]
    return "\n".join([f"{problem.get('title')}: {problem.get('detail')}", *wrong])


def _service(url: str, key: str) -> Service:
    chosen = settings()
    try:
        return Service(url or own_url(chosen), key or own_key(chosen), chosen.language)
    except Shut as shut:
        print(shut, file=sys.stderr)
        raise typer.Exit(2) from None


@app.command("list")
def list_(url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """List webhooks, those of piaoda.yaml among them."""
    service, items = _service(url, key), list[Any]()
    cursor: str | None = ""
    while cursor is not None:
        page = service.ask("GET", f"?limit=100&cursor={quote(cursor)}")
        items += page["items"]
        cursor = page["next_cursor"]
    show(items, as_json, webhook_words.listed(items, service.language))


@app.command()
def create(
    target: Annotated[str, typer.Argument(metavar="URL", help="Where the messages go, https://…")],
    *,
    name: Annotated[str, typer.Option(help="Its name; without one the service gives it one.")] = "",
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    event: Annotated[Many, typer.Option(help="invoice.overdue or another; else all of invoices.")] = None,
    account: Annotated[Many, typer.Option(help="Only invoices of this account.")] = None,
    seller: Annotated[Many, typer.Option(help="Only invoices of this seller's tax id.")] = None,
    label: Annotated[Many, typer.Option(help="Only invoices with this key=value.")] = None,
    minimum_amount: Annotated[str, typer.Option(help="Only invoices of this amount or more.")] = "",
    shown: Annotated[Many, typer.Option("--field", help="Only this of the data, such as invoice.number.")] = None,
    form: Annotated[str, typer.Option(help="standard or cloudevents.")] = "standard",
    header: Annotated[Many, typer.Option(help='A header of yours, "Name: value".')] = None,
    asymmetric: Annotated[bool, typer.Option("--asymmetric", help="Sign with Ed25519 too.")] = False,
    ordered: Annotated[bool, typer.Option("--ordered", help="One message of an invoice after the other.")] = False,
    url: Url = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a webhook and print its secret; it is shown only once. What filters may be repeated."""
    said = {
        "url": target, "name": name, "description": description, "events": event, "accounts": account,
        "sellers": seller, "labels": _pairs(label, "=", "--label"), "minimum_amount": minimum_amount,
        "fields": shown, "form": form, "headers": _pairs(header, ":", "--header"), "asymmetric": asymmetric,
        "ordered": ordered,
    }  # fmt: skip
    service = _service(url, key)
    made = service.ask("POST", body={name: value for name, value in said.items() if value})
    show(made, as_json, webhook_words.made(made, service.language))


@app.command("show")
def show_(name: Name, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Show one webhook and how it goes with it."""
    service = _service(url, key)
    found = service.ask("GET", _one(name))
    show(found, as_json, webhook_words.one(found, service.language))


@app.command("test")
def try_(name: Name, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Send a test now and show what the receiver says."""
    service = _service(url, key)
    said = service.ask("POST", f"{_one(name)}/test")
    show(said, as_json, webhook_words.tested(said, service.language))
    if said["result"] != "delivered":
        raise typer.Exit(1)


@app.command("rotate-secret")
def rotate_secret(
    name: Name,
    overlap: Annotated[
        str, typer.Option(help="How long older secrets sign too: 24h, 7d at most, 0m not at all.")
    ] = "24h",
    url: Url = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a new secret and print it; it is shown only once."""
    service = _service(url, key)
    made = service.ask("POST", f"{_one(name)}/rotate-secret", {"overlap": overlap})
    show(made, as_json, webhook_words.made(made, service.language))


@app.command()
def enable(name: Name, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Open a webhook again and say how much it missed."""
    service = _service(url, key)
    answer = service.ask("POST", f"{_one(name)}/enable")
    show(answer, as_json, webhook_words.enabled(answer, service.language))


@app.command()
def disable(name: Name, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Stop a webhook; what waits for it goes on waiting."""
    service = _service(url, key)
    found = service.ask("POST", f"{_one(name)}/disable")
    show(found, as_json, webhook_words.one(found, service.language))


@app.command()
def delete(name: Name, url: Url = "", key: Key = "", as_json: AsJson = False) -> None:
    """Take a webhook away; what waits for it is dropped."""
    service = _service(url, key)
    service.ask("DELETE", _one(name))
    show({"name": name, "deleted": True}, as_json, webhook_words.deleted(name, service.language))


def _one(name: str) -> str:
    return f"/{quote(name, safe='')}"


def _pairs(given: Many, between: str, option: str) -> dict[str, str]:
    pairs = [each.partition(between) for each in given or ()]
    if not all(found for _, found, _ in pairs):
        raise typer.BadParameter(f"name{between}value", param_hint=option)
    return {name.strip(): value.strip() for name, _, value in pairs}
