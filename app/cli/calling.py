"""A running service, as a command speaks to it. One rule: what is no success ends the command with a sentence."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import typer

from app.cli import doorway
from app.cli.doorway import Shut
from app.cli.surroundings import own_key, own_url, settings
from app.domain.errors import EgressError
from app.egress import Reply

_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """`key`: an API key with the scope that the call needs; `language`: of the words for people."""

    url: str
    key: str = field(repr=False)
    language: str

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON. Exit code 2 for what the caller did wrong, 1 for what they did not."""
        try:
            return asyncio.run(self._asked(method, path, body))
        except Shut as shut:
            print(shut, file=sys.stderr)
            raise typer.Exit(2 if shut.ours else 1) from None

    async def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        try:
            egress = doorway.opened(self.url)
        except ValueError:
            raise Shut("--url is http(s)://host[:port].", ours=True) from None
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        url = self.url.rstrip("/") + path
        try:
            reply = await egress.request(method, url, headers=headers, content=content, deadline=_DEADLINE)
        except EgressError as error:
            raise Shut(f"{error.detail}.", ours=error.reason == "refused") from None
        finally:
            await egress.close()
        return _answer(reply)


def service(url: str, key: str) -> Service:
    """The service that the options name, else the one of this machine's settings."""
    chosen = settings()
    try:
        return Service(url or own_url(chosen), key or own_key(chosen), chosen.language)
    except Shut as shut:
        print(shut, file=sys.stderr)
        raise typer.Exit(2) from None


def _answer(reply: Reply) -> Any:
    try:
        answer = json.loads(reply.body)
    except ValueError:
        raise Shut(f"What answers there is no Piaoda (status {reply.status}); check --url.", ours=True) from None
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    wrong = [f"  {each.get('pointer') or each.get('parameter')}: {each['detail']}" for each in answer.get("errors", [])]
    said = "\n".join([f"{answer.get('title')}: {answer.get('detail')}", *wrong])
    raise Shut(said, ours=HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR)
