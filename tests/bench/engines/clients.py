"""One call out by a well-known HTTP client: what it costs this process, with so many in flight."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import httpx
import httpx2
import uvloop

from tests.bench import part

Call = Callable[[], Awaitable[bytes]]


async def with_httpx(task: dict[str, Any], library: Any) -> None:
    limits = library.Limits(max_connections=task["flying"], max_keepalive_connections=task["flying"])
    async with library.AsyncClient(limits=limits, timeout=10, trust_env=False) as client:

        async def call() -> bytes:
            reply = await client.get(task["url"])
            return bytes(reply.raise_for_status().content)

        await part.flying(task, call)


async def with_aiohttp(task: dict[str, Any]) -> None:
    connector = aiohttp.TCPConnector(limit=task["flying"])
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(10)) as client:

        async def call() -> bytes:
            async with client.get(task["url"]) as reply:
                reply.raise_for_status()
                body: bytes = await reply.read()
                return body

        await part.flying(task, call)


async def main(task: dict[str, Any]) -> None:
    if task["client"] == "aiohttp":
        await with_aiohttp(task)
    else:
        await with_httpx(task, {"httpx": httpx, "httpx2": httpx2}[task["client"]])


if __name__ == "__main__":
    uvloop.run(main(part.task()))
