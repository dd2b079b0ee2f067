"""After kill -9 (or a container restart) the pid in postmaster.pid belongs to somebody else: `start` takes it for the server."""
import asyncio
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import asyncpg

from app.store import embedded


def test_a_pid_that_belongs_to_somebody_else_now_is_not_our_server(tmp_path):
    tmp_path = Path(tempfile.mkdtemp(prefix="attack-"))  # the server runs as another user
    tmp_path.chmod(0o755)
    data = tmp_path / "d"
    first = embedded.start(data)
    pid_file = data / "postgres" / "postmaster.pid"
    pid, *rest = pid_file.read_text().splitlines()
    os.kill(int(pid), signal.SIGKILL)
    other = subprocess.Popen(["sleep", "120"])  # as in a new container, where low pids come again
    try:
        asyncio.run(asyncio.sleep(0.5))
        pid_file.write_text("\n".join([str(other.pid), *rest]) + "\n")
        first._users.close()
        second = embedded.start(data)

        async def ask():
            connection = await asyncpg.connect(second.url)
            await connection.close()
        asyncio.run(ask())
        second.leave()
    finally:
        other.kill(); other.wait()


def test_a_data_directory_with_a_blank_or_a_plus_in_its_path_works_or_is_refused_at_once(tmp_path):
    import time

    from app.domain.errors import ConfigurationError
    for name in ("My Projects", "c++"):
        began = time.monotonic()
        try:
            joined = embedded.start(tmp_path / name)
        except ConfigurationError:
            assert time.monotonic() - began < 2
            continue

        async def ask():
            await (await asyncpg.connect(joined.url)).close()
        try:
            asyncio.run(ask())
        finally:
            joined.leave()
