"""A PostgreSQL of the distribution that listens on a port, as those who run in containers need it.

One rule: it keeps its promises: nothing is switched off that a confirmation rests on.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.demo.processes import free_port


@contextmanager
def listening(tool: Callable[[str], str]) -> Iterator[str]:
    """The URL of an empty database on loopback; the server ends with the block. Run by `postgres` where we are root."""
    place = Path(tempfile.mkdtemp(prefix="piaoda-deploy-"))
    data, port = place / "data", free_port("127.0.0.1")
    owner = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if owner:
        shutil.chown(place, "postgres", "postgres")

    def run(name: str, *words: str) -> None:
        subprocess.run([tool(name), *words], cwd=place, check=True, stdout=subprocess.DEVNULL, timeout=60, **owner)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c max_connections=200"
    try:
        run("initdb", "-D", str(data), "-U", "piaoda", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-D", str(data), "-l", str(place / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://piaoda@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(place)
