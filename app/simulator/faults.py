"""What goes wrong on the wire: outages, dropped connections, HTML, cut bodies, slow answers.

One rule: every answer is made in full first and disturbed on its way out, so what was counted and charged
stays true. Outages and slow answers meet every call of a dialect; the other faults meet questions only, so
that a drill can fetch its token. The simulator runs under uvicorn, which is the one server whose
connections we know how to drop.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.simulator.behaviour import Chance, Dialect
from app.simulator.dialect import Doorway
from app.simulator.ledger import Question
from app.simulator.world import World

_HTML = "<!DOCTYPE html><html><body><h1>系统维护中，请稍后再试</h1></body></html>".encode()


class Faults:
    """The outermost ASGI layer: only outside every other one is the server's own `send` in reach."""

    def __init__(self, app: ASGIApp, world: World, doorways: Sequence[Doorway]) -> None:
        self._app, self._world, self._doorways = app, world, doorways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        doorway = next((each for each in self._doorways if each.leads_to(path)), None)
        if doorway is None:
            await self._app(scope, receive, send)
        elif self._meets(self._world.behaviour.outage, doorway.dialect):
            self._world.note(doorway.dialect, "outage", "", Question(code="outage"))
            await _read(receive)
            await _drop(receive, send)
        else:
            question = doorway.asks(path, scope["query_string"].decode("latin-1"))
            await self._answer(doorway.dialect, scope, receive, send, question=question)

    async def _answer(self, dialect: Dialect, scope: Scope, receive: Receive, send: Send, *, question: bool) -> None:
        answer = await self._made(dialect, scope, receive, question=question)
        behaviour = self._world.behaviour
        if self._meets(behaviour.slow, dialect):
            await asyncio.sleep(behaviour.slow.seconds)
        if question and self._meets(behaviour.drop_after_processing, dialect):
            await _drop(receive, send)
            return
        if question and self._meets(behaviour.truncated, dialect):
            answer = _with_body(answer, _body(answer)[: len(_body(answer)) // 2])
        for message in answer:
            await send(message)

    async def _made(self, dialect: Dialect, scope: Scope, receive: Receive, *, question: bool) -> list[Message]:
        """The answer's messages, the question processed. A gateway's HTML page comes without that."""
        answer: list[Message] = []
        if question and self._meets(self._world.behaviour.html_with_200, dialect):
            self._world.note(dialect, "html", "", Question(code="html"))
            return _html()

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer

    def _meets(self, chance: Chance, dialect: Dialect) -> bool:
        return self._world.happens(chance, dialect)


def _html() -> list[Message]:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(_HTML)).encode()),
    ]
    return [
        {"type": "http.response.start", "status": 200, "headers": headers},
        {"type": "http.response.body", "body": _HTML},
    ]


def _body(answer: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in answer)


def _with_body(answer: list[Message], body: bytes) -> list[Message]:
    start = answer[0]
    MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
    return [start, {"type": "http.response.body", "body": body}]


async def _read(receive: Receive) -> None:
    """Takes the whole request; closing on unread bytes would reset the connection instead of ending it."""
    while (await receive()).get("more_body"):
        pass


async def _drop(receive: Receive, send: Send) -> None:
    """Closes the client's connection without a byte. ASGI has no word for it; uvicorn's `send` belongs to
    the request cycle, which holds the transport, under httptools and h11 alike. Waiting for the disconnect
    keeps uvicorn from answering 500 in our place.
    """
    cast("Any", send).__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
