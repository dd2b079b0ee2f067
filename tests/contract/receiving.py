"""A receiver to send to, over real HTTP, and what is sent: for the contracts of all channels."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.channels.channel import Parcel

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEY = "5a1f0c3e-7777-4d2b-9abc-0123456789ab"


class FixedClock:
    def now(self):
        return NOW

    def real(self, seconds):
        return timedelta(seconds=seconds)

    async def sleep(self, seconds):
        raise AssertionError("a channel never sleeps")


@dataclass
class Answer:
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def wire(self):
        body = self.body.encode()
        lines = [f"HTTP/1.1 {self.status} X", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


class Receiver:
    """A real HTTP server that writes down its calls; `answer` None hangs, "reset" breaks off, a function is asked."""

    def __init__(self):
        self.answer = Answer()
        self.calls = []

    async def serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.calls.append(Call(first.split(" ")[1], headers, body))
            await self._reply(self.answer(self.calls[-1]) if callable(self.answer) else self.answer, reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _reply(self, answer, reader, writer):
        if answer is None:
            await reader.read()
        elif answer != "reset":
            writer.write(answer.wire())
            await writer.drain()


@asynccontextmanager
async def receiving():
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/cgi-bin/hook/{KEY}?key={KEY}"
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()


def overdue(number="25112000000000000001", **invoice):
    issued = NOW - timedelta(hours=30)
    return {
        "type": "invoice.overdue",
        "timestamp": (NOW - timedelta(hours=6)).isoformat(),
        "data": {
            "invoice": {
                "id": number,
                "number": number,
                "issued_at": issued.isoformat(),
                "seller": {"tax_id": "911101081000000166", "name": "北京示例科技有限公司"},
                "buyer": {"tax_id": None, "name": "上海样本贸易有限公司"},
                "amount": {
                    "without_tax": "1000.00",
                    "tax": "60.00",
                    "with_tax": "1060.00",
                    "currency": "CNY",
                },
                "account": "nuonuo-main",
                "overdue_at": (NOW - timedelta(hours=6)).isoformat(),
                "synced_at": None,
                **invoice,
            },
            "transition": {"sequence": 2, "before": "pending", "after": "overdue", "cause": "deadline"},
            "diagnosis": {
                "code": "not_uploaded",
                "text": {"zh": "税务系统查无此票。", "en": "The tax system does not have it."},
                "next_step": {"zh": "请重新上传。", "en": "Upload it again."},
            },
        },
    }


def escalated(number="25112000000000000001"):
    payload = overdue(number)
    move = {"sequence": 3, "before": "overdue", "after": "escalated", "cause": "escalation"}
    return payload | {"type": "invoice.escalated", "data": payload["data"] | {"transition": move}}


def parcel(payload=None):
    payload = payload or overdue()
    return Parcel(
        id="0193a1b2-0000-7000-8000-000000000001",
        body=json.dumps(payload, ensure_ascii=False),
        at=NOW,
        payload=payload,
    )
