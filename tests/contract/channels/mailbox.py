"""A real SMTP server for tests: TLS from the start or by STARTTLS, and whatever reply a test wants at a verb."""

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager, suppress
from email import policy
from email.parser import BytesParser
from pathlib import Path

CERTIFICATE = Path(__file__).parents[2] / "unit" / "data" / "receiver.test.pem"


def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_tls():
    return ssl.create_default_context(cafile=CERTIFICATE)


class Mailbox:
    """`replies` by verb ("BANNER", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "AUTH", "STARTTLS"), or by the whole line.

    A reply of None hangs, of "" hangs up. `starttls`: whether it is offered; `logins`: which. `pause`: seconds before
    each reply.
    """

    def __init__(self):
        self.replies, self.lines, self.mails, self.secure = {}, [], [], []
        self.starttls, self.logins, self.pause = True, ["250 AUTH PLAIN"], 0.0

    async def serve(self, reader, writer):
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self._talk(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _talk(self, reader, writer):
        await self._say(reader, writer, "BANNER", "220 mail.test ready")
        while line := (await reader.readline()).decode().strip():
            self.lines.append(line)
            self.secure.append(writer.get_extra_info("ssl_object") is not None)
            verb = line.split(" ")[0].upper()
            await self._say(reader, writer, verb, self._usual(verb), line)
            if verb == "STARTTLS" and "STARTTLS" not in self.replies:
                await writer.start_tls(server_tls())
            if verb == "DATA" and "DATA" not in self.replies:
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(BytesParser(policy=policy.SMTP).parsebytes(raw[:-3]))
                await self._say(reader, writer, "BODY", "250 queued")
            if verb == "QUIT":
                return

    def _usual(self, verb):
        offers = ["250-mail.test", *(["250-STARTTLS"] if self.starttls else []), *self.logins]
        answers = {"EHLO": "\r\n".join(offers), "DATA": "354 go on", "AUTH": "235 ok", "QUIT": "221 bye",
                   "STARTTLS": "220 go on"}  # fmt: skip
        return answers.get(verb, "250 ok")

    async def _say(self, reader, writer, verb, usual, line=""):
        reply = self.replies.get(line, self.replies.get(verb, usual))
        await asyncio.sleep(self.pause)
        if reply is None:
            await reader.read()
            raise ConnectionError
        if not reply:
            raise ConnectionError
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()

    @property
    def login(self):
        """User and password as they came."""
        word = next(line for line in self.lines if line.startswith("AUTH PLAIN")).split(" ")[2]
        return base64.b64decode(word).decode().split("\0")[1:]


@asynccontextmanager
async def open_mailbox(*, implicit):
    mailbox = Mailbox()
    server = await asyncio.start_server(mailbox.serve, "127.0.0.1", 0, ssl=server_tls() if implicit else None)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
