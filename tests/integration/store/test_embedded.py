"""The embedded PostgreSQL after a kill in the wrong moment, and in places where it cannot live.

The server runs as a user of its own when we are root, so its home is not under pytest's private folder.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from app.domain.errors import ConfigurationError, DatabaseUnavailable
from app.store import embedded
from app.store.embedded import Embedded

START = "import sys, pathlib; from app.store import embedded; embedded.start(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def home():
    """A data directory; whatever runs in it or beside it afterwards is stopped."""
    place = Path(tempfile.mkdtemp(prefix="piaoda-embedded-"))
    place.chmod(0o755)
    yield place / "data"
    for cluster in place.glob("*/postgres*/"):
        with suppress(DatabaseUnavailable):
            embedded._stop(cluster)
    shutil.rmtree(place)


def ask(joined: Embedded, statement: str):
    async def asked():
        connection = await asyncpg.connect(joined.url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(asked())


def killed_while_it_creates(home):
    """Starts in a process group of its own; kills all of it when initdb has begun."""
    starting = subprocess.Popen([sys.executable, "-c", START, home], start_new_session=True, stderr=subprocess.DEVNULL)
    while not list(home.glob("postgres*/PG_VERSION")):
        assert starting.poll() is None
        time.sleep(0.005)
    os.killpg(starting.pid, signal.SIGKILL)
    starting.wait()


def test_a_pid_that_belongs_to_somebody_else_by_now_is_not_our_server(home):
    pid_file = home / "postgres" / "postmaster.pid"
    killed = embedded.start(home)
    pid, *rest = pid_file.read_text().splitlines()
    os.kill(int(pid), signal.SIGKILL)
    killed._users.close()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *rest]) + "\n")
            joined = embedded.start(home)

            assert ask(joined, "SELECT 1") == 1
            assert joined.leave()
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_first_start_that_was_killed_in_the_middle_leaves_no_half_a_cluster(home):
    killed_while_it_creates(home)
    joined = embedded.start(home)

    assert ask(joined, "SHOW max_connections") == embedded.SETTINGS["max_connections"]
    assert joined.leave()


def test_the_last_to_leave_stops_the_server(home):
    first, second = embedded.start(home), embedded.start(home)

    assert not first.leave()
    assert ask(second, "SELECT 1") == 1
    assert second.leave()
    assert not (home / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("name", ["my data", "c++", "100%", "what?", "a#b", "a&b", "it's", 'a"b', "$HOME", "a;b"])
def test_a_path_that_a_server_or_a_url_cannot_carry_is_refused_before_anything_is_made(home, name):
    with pytest.raises(ConfigurationError, match="PIAODA_DATA_DIR"):
        embedded.start(home.with_name(name))

    assert list(home.parent.iterdir()) == []


def test_a_data_directory_that_cannot_be_made_is_told_with_both_ways_out(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match="PIAODA_DATABASE_URL, or PIAODA_DATA_DIR"):
        embedded.start(tmp_path / "file" / "data")
