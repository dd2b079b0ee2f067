"""Those who are told: an ERP with a webhook, a WeCom robot and a Slack channel, on one local port.

One rule: each answers as the real one does. The ERP believes only what is signed.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.channels import webhook
from app.clock import Clock
from app.demo.seen import Heard, Seen

ERP, WECOM, SLACK = "/erp/piaoda", "/cgi-bin/webhook/send", "/services/T000/B000/demo"


class Receiver:
    def __init__(self, seen: Seen, secret: str, clock: Clock) -> None:
        self._seen, self._secret, self._clock = seen, secret, clock

    def application(self) -> Starlette:
        roles = {ERP: self.erp, WECOM: self.wecom, SLACK: self.slack}
        return Starlette(routes=[Route(path, role, methods=["POST"]) for path, role in roles.items()])

    async def erp(self, request: Request) -> Response:
        body = await request.body()
        if not self._signed(request, body):
            return PlainTextResponse("the signature is not ours", 401)
        payload = json.loads(body)
        line = f"{payload['type']} {_short(payload['data']['invoice']['number'])}"
        self._seen.webhook(request.headers["webhook-id"], payload, self._heard("ERP", line))
        return Response(status_code=204)

    async def wecom(self, request: Request) -> Response:
        self._seen.alert(self._heard("企业微信", *_wecom_lines(await request.json())))
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def slack(self, request: Request) -> Response:
        self._seen.alert(self._heard("Slack", *_slack_lines(await request.json())))
        return PlainTextResponse("ok")

    def _heard(self, place: str, *lines: str) -> Heard:
        return Heard(self._clock.now(), place, tuple(line for line in lines if line.strip()))

    def _signed(self, request: Request, body: bytes) -> bool:
        """The tolerance of five minutes is meant in real time, while the sender's clock runs fast."""
        now, stamp = self._clock.now(), request.headers.get("webhook-timestamp", "")
        signed_at = datetime.fromtimestamp(int(stamp), UTC) if stamp.isdigit() else now
        fresh = abs(now - signed_at) <= self._clock.real(webhook.TOLERANCE / timedelta(seconds=1))
        return fresh and webhook.verify([self._secret], request.headers, body, signed_at)


def _wecom_lines(message: Mapping[str, Any]) -> Iterator[str]:
    """The message as the group shows it: markdown and text line by line, a card from its title down."""
    shown = message[message["msgtype"]]
    yield from (line.removeprefix("> ").replace("**", "") for line in shown.get("content", "").splitlines())
    yield from (shown.get("main_title", {}).get("title", ""), shown.get("sub_title_text", ""))
    yield from (f"{fact['keyname']}：{fact['value']}" for fact in shown.get("horizontal_content_list", ()))
    yield from shown.get("quote_area", {}).get("quote_text", "").splitlines()


def _slack_lines(message: Mapping[str, Any]) -> Iterator[str]:
    """The message as the channel shows it: a line a fact, the lines of a text as they are."""
    below = [block for attachment in message.get("attachments", ()) for block in attachment["blocks"]]
    for block in (*message.get("blocks", ()), *below):
        yield from (fact["text"].replace("*", "").replace("\n", ": ") for fact in block.get("fields", ()))
        yield from block.get("text", {"text": ""})["text"].splitlines()


def _short(number: str) -> str:
    return f"{number[:4]}…{number[-4:]}"


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the demo answers them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(application: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    """Serves `application` on `listener` until the block ends."""
    config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
