"""A line to PostgreSQL on which a test can stand: it knows just enough of the wire protocol to know a statement.

One rule: whatever happens on it happens to real bytes between a real client and a real server. `on(text, fault)` waits
for the next statement that contains `text`; a commit of asyncpg's is the statement `COMMIT;`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from urllib.parse import parse_qs, urlsplit, urlunsplit

COMMIT = "COMMIT;"
ANY = ""  # is in every statement


class Fault(Enum):
    """What becomes of a statement. After AFTER the server has done it, and nobody hears of it."""

    CUT_BEFORE = "the connection breaks before the statement reaches the server"
    CUT_AFTER = "the connection breaks after the server did it, before it is heard"
    STALL_BEFORE = "the statement never arrives, and the line stays silent"
    STALL_AFTER = "the server does it, and the line stays silent"
    PASS = "nothing"

    @property
    def done(self) -> bool:
        """Whether the server does what it was told."""
        return self in {Fault.CUT_AFTER, Fault.STALL_AFTER, Fault.PASS}


CUTS = (Fault.CUT_BEFORE, Fault.CUT_AFTER)
FAULTS = (*CUTS, Fault.STALL_BEFORE, Fault.STALL_AFTER)


@dataclass(eq=False)
class _Call:
    """One connection: both ends, the statements it has prepared, and what is to befall it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    statements: dict[bytes, bytes] = field(default_factory=dict)
    fault: Fault = Fault.PASS

    def abort(self) -> None:
        for end in (self.client, self.server):
            end.transport.abort()


class Line:
    """`url` leads to the database behind it. `met` counts statements that a fault has befallen."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._calls: set[_Call] = set()
        self._armed: list[tuple[bytes, Fault]] = []
        self._deaf = self._silent = False
        self.url, self.met = "", 0

    def on(self, text: str, *faults: Fault) -> None:
        """The next statements that contain `text` meet these faults, in turn; PASS lets one through."""
        self._armed += [(text.encode(), fault) for fault in faults]

    def refuse(self) -> None:
        """Every call is cut, and no other is taken, until `restore`."""
        self._deaf = True
        self.cut()

    def go_silent(self) -> None:
        """Nothing passes any more, neither on old calls nor on new ones, which are taken; until `restore`."""
        self._silent = True

    def restore(self) -> None:
        """No faults any more; calls that have gone silent are cut."""
        if self._silent:
            self.cut()
        self._deaf = self._silent = False
        self._armed.clear()

    def cut(self) -> None:
        while self._calls:
            self._calls.pop().abort()

    async def _dialled(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._deaf:
            writer.transport.abort()
            return
        there, server = await self._dial()
        call = _Call(writer, server)
        self._calls.add(call)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await asyncio.gather(self._forth(reader, call), self._back(there, call))
        self._calls.discard(call)
        call.abort()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = self._parts.port or 5432
        if folder := parse_qs(self._parts.query).get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._parts.hostname, port)

    async def _forth(self, reader: asyncio.StreamReader, call: _Call) -> None:
        """Client to server: the start-up packet has no kind, everything after it has one."""
        await self._pass(call.server, call, await _packet(reader, b""))
        while True:
            kind = await reader.readexactly(1)
            packet = await _packet(reader, kind)
            call.fault = self._fault_of(call, kind, packet[5:])
            if call.fault is Fault.CUT_BEFORE:
                call.abort()
            await self._pass(call.server, call, packet)

    def _fault_of(self, call: _Call, kind: bytes, body: bytes) -> Fault:
        """What befalls this packet; a fault that a call has met stays."""
        statement = _statement(call, kind, body)
        if call.fault is Fault.PASS and self._armed and statement is not None and self._armed[0][0] in statement:
            self.met += 1
            return self._armed.pop(0)[1]
        return call.fault

    async def _back(self, reader: asyncio.StreamReader, call: _Call) -> None:
        """Server to client; `Z` says that the server is done, commit included."""
        while True:
            kind = await reader.readexactly(1)
            packet = await _packet(reader, kind)
            if call.fault is Fault.CUT_AFTER and kind == b"Z":
                call.abort()
            if call.fault is Fault.PASS:
                await self._pass(call.client, call, packet)

    async def _pass(self, writer: asyncio.StreamWriter, call: _Call, packet: bytes) -> None:
        if not self._silent and call.fault is not Fault.STALL_BEFORE:
            writer.write(packet)
            await writer.drain()


async def _packet(reader: asyncio.StreamReader, kind: bytes) -> bytes:
    length = await reader.readexactly(4)
    return kind + length + await reader.readexactly(int.from_bytes(length) - 4)


def _statement(call: _Call, kind: bytes, body: bytes) -> bytes | None:
    """The text of the statement that this packet runs: a simple query, or a binding of one that was prepared."""
    if kind == b"P":
        name, text, _ = body.split(b"\0", 2)
        call.statements[name] = text
    if kind == b"Q":
        return body
    return call.statements.get(body.split(b"\0", 2)[1]) if kind == b"B" else None


async def swept(line: Line, fault: Fault) -> AsyncIterator[int]:
    """So many statements pass, and the next meets `fault`: first none, then one, until there is none left to meet."""
    for passing in count():
        before = line.met
        line.on(ANY, *[Fault.PASS] * passing, fault)
        yield passing
        if line.met - before <= passing:
            return


@contextlib.asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A line to the database at `url`; ends with everything on it."""
    line = Line(url)
    server = await asyncio.start_server(line._dialled, "127.0.0.1", 0)
    port, parts = server.sockets[0].getsockname()[1], urlsplit(url)
    login = parts.netloc.rpartition("@")[0] or "postgres"
    line.url = urlunsplit(("postgresql", f"{login}@127.0.0.1:{port}", parts.path, "sslmode=disable", ""))
    try:
        yield line
    finally:
        line.refuse()
        server.close()
        await asyncio.sleep(0)
