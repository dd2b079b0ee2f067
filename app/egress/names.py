"""Names to addresses, as the system knows them. One rule: whoever asks waits no longer than they want to, nor does the
end of the process.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses, the preferred one first; at least one; OSError when the name is unknown."""

LOOKUPS = 64  # names asked for at the same moment; asyncio's own threads are six on two cores, and uvloop's are four


class SystemResolver:
    """Asks the system, about a name once at a time.

    A lookup that hangs keeps its thread beyond the deadline of the call; so a dead name server costs one of many,
    however often it is tried.
    """

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(LOOKUPS)
        self._under_way: dict[tuple[str, int], asyncio.Task[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        name = host, port
        if name not in self._under_way:
            self._under_way[name] = asked = asyncio.create_task(self._asked(host, port))
            asked.add_done_callback(lambda _: self._under_way.pop(name))
            asked.add_done_callback(_heard)
        return await asyncio.shield(self._under_way[name])

    async def _asked(self, host: str, port: int) -> list[str]:
        """In a thread that nobody waits for at the end of the process; a pool's are waited for."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[str]] = loop.create_future()

        def tell(settle: Callable[[], None]) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(lambda: None if found.done() else settle())

        def ask() -> None:
            try:
                answer = _looked_up(host, port)
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                tell(partial(found.set_exception, error))
            else:
                tell(partial(found.set_result, answer))

        async with self._places:
            Thread(target=ask, name="lookup", daemon=True).start()
            return await found


def _heard(asked: "asyncio.Task[list[str]]") -> None:
    """Whoever asked may have left: nobody needs to be told that nobody looked at the error."""
    if not asked.cancelled():
        asked.exception()


def _looked_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
