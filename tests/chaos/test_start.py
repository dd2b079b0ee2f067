"""Starting all at once, or after a disaster: on an empty database, on the embedded one, after kill -9 of everything."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from app.store import embedded as embedded_store
from tests.acceptance.story import Story, configuration, rows
from tests.billing import Billing
from tests.evidence import Outside, read
from tests.invariants import AT_ANY_TIME, violations
from tests.processes import Tempo, until
from tests.town import Town, town

MIGRATIONS = 4
POSTMASTER, SOCKET = 0, 4  # lines of postmaster.pid


@pytest.fixture
def found(folder: Path) -> Iterator[Callable[[str], Town]]:
    """Founds a town on a database URL; an empty one means the embedded database."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(town(folder, url, Tempo.starting(timedelta(hours=10), 60), configuration))


class Embedded:
    """What a running embedded PostgreSQL tells of itself in its own folder; ended with the test."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "postgres" / "postmaster.pid"

    @property
    def pid(self) -> int | None:
        with suppress(FileNotFoundError):
            return int(self._file.read_text().splitlines()[POSTMASTER])
        return None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:@/postgres?host={self._file.read_text().splitlines()[SOCKET]}"

    def kill(self) -> None:
        """kill -9 of the server, if the number in its file is still its own."""
        with suppress(FileNotFoundError, ProcessLookupError):
            if self.pid and os.fsencode(self._file.parent) in Path(f"/proc/{self.pid}/cmdline").read_bytes():
                os.kill(self.pid, signal.SIGKILL)


@pytest.fixture
def embedded(folder: Path) -> Iterator[Embedded]:
    server = Embedded(folder / "data")
    yield server
    server.kill()


def test_after_kill_9_of_service_and_database_nothing_acknowledged_is_lost(
    embedded: Embedded, found: Callable[[str], Town]
):
    place = found("")
    service = place.service().ready()
    story = Story(place, service)
    invoices = [story.invoice() for _ in range(200)]
    place.simulator.register(invoices, upload_after=0, visible_after=0)

    with Billing(lambda: service.url) as billing, ThreadPoolExecutor() as pool:
        telling = pool.submit(billing.tell, invoices)
        until(lambda: len(billing.told) > len(invoices) / 2, "half of it is acknowledged")
        embedded.kill()
        service.kill()
        acknowledged = dict(billing.told)
        service.start().ready()
        held = {(row["number"], row["code"]): str(row["id"]) for row in rows(embedded.url, "SELECT * FROM invoices")}
        assert acknowledged.items() <= held.items()
        telling.result()

    seen = Outside(billing.told, place.receiver.hits(), place.simulator.ledger()["records"], {})
    assert not violations(read(embedded.url), seen, AT_ANY_TIME)
    assert service.stop() == 0
    assert embedded.pid is None, "the last one out stops the server"


def test_a_killed_server_that_nobody_has_buried_is_not_taken_for_a_living_one(embedded: Embedded, folder: Path):
    joined = embedded_store.start(folder / "data")
    pid_file = folder / "data" / "postgres" / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines(keepends=True)
    assert joined.leave()
    namesake = shutil.copy(shutil.which("true"), folder / "postgres")
    with subprocess.Popen([namesake]) as dead:
        until(lambda: not Path(f"/proc/{dead.pid}/cmdline").read_bytes(), "the killed one is a zombie")
        pid_file.write_text("".join([f"{dead.pid}\n", *rest]))

        again = embedded_store.start(folder / "data")
        assert [row["one"] for row in rows(again.url, "SELECT 1 AS one")] == [1]
        assert again.leave()


def test_two_processes_share_one_embedded_server_until_the_last_one_leaves(
    embedded: Embedded, found: Callable[[str], Town]
):
    place = found("")
    one, other = place.service(), place.service()
    story = Story(place, one.ready())
    other.ready()
    id_ = story.issue(story.invoice(), upload="stuck")

    one.kill()
    assert Story(place, other).state(id_) == "pending"
    assert place.program("doctor", "doctor").start().finish() in {0, 1}, "a third one comes and goes"
    assert embedded.pid is not None
    assert other.stop() == 0
    assert embedded.pid is None


def test_however_many_migrate_and_serve_at_once_the_schema_is_made_once(
    empty_database_url: str, found: Callable[[str], Town]
):
    place = found(empty_database_url)
    migrations = [place.program(f"migrate-{n}", "migrate").start() for n in range(MIGRATIONS)]
    replicas = [place.service() for _ in range(2)]

    assert [each.finish() for each in migrations] == [0] * MIGRATIONS, [each.log[-500:] for each in migrations]
    for replica in replicas:
        replica.ready()
    assert len(rows(empty_database_url, "SELECT * FROM alembic_version")) == 1
    story = Story(place, replicas[0])
    story.becomes(story.issue(story.invoice(account="solo"), upload_after=0, visible_after=0), "synced")
