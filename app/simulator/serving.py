"""Runs the simulator beside the caller on a real socket, for demos, drills and tests.

One rule: leaving the block ends it.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Literal

import uvicorn
from fastapi import FastAPI

Protocol = Literal["auto", "h11", "httptools"]


@contextmanager
def serving(app: FastAPI, host: str = "127.0.0.1", port: int = 0, http: Protocol = "auto") -> Iterator[str]:
    """Serves `app` from a thread and gives its base URL; port 0 takes a free one.

    The socket listens before the thread starts, so the first caller never comes too early.
    """
    listener = socket.create_server((host, port))
    config = uvicorn.Config(
        app, http=http, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
