"""One call out through the service's own egress: what it costs this process, with so many in flight."""

from typing import Any
from urllib.parse import urlsplit

import uvloop

from tests.bench import ours, part


async def main(task: dict[str, Any]) -> None:
    egress = ours.egress(urlsplit(task["url"]).hostname)

    async def call() -> bytes:
        reply = await egress.request("GET", task["url"])
        assert reply.status == 200
        return reply.body

    await part.flying(task, call)
    await egress.close()


if __name__ == "__main__":
    uvloop.run(main(part.task()))
