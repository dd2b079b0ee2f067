"""A rolling upgrade for real: an older version of the service, out of the history, beside this one on one database.

The older replica serves before, during and after the migration, is even started again on the newer schema, and goes
when the newer one is ready, as a deployment does it.
"""

import asyncio
import io
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.store import migration, upgrade
from tests.acceptance.story import rows
from tests.chaos.test_kill import patient
from tests.conftest import _execute, _named
from tests.deploy.flow import Flow
from tests.processes import ROOT, Tempo
from tests.town import Town, town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SCRIPTS = {each.revision: Path(each.path) for each in upgrade.scripts(migration.SCRIPTS).walk_revisions()}
NEWEST = max(SCRIPTS)
# What the newest schema promises to serve, and the last version from before there was a promise.
OLDER = sorted({"0004", upgrade.serves(upgrade.scripts(migration.SCRIPTS).get_revision("head").module, NEWEST)})


def git(*words: str) -> bytes:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, (
        f"this test takes the older version out of the project's own history, and git says {done.stderr.decode()!r}: "
        "run it in a clone with its history (`git fetch --unshallow`), not in an unpacked release"
    )
    return done.stdout


def last_commit_of(revision: str) -> str:
    """The last version whose newest schema was `revision`: the one before the next migration was added."""
    after = SCRIPTS[f"{int(revision) + 1:04d}"].relative_to(ROOT)
    added = git("log", "--format=%H", "--diff-filter=A", "--", str(after)).decode().split()
    return f"{added[-1]}^" if added else "HEAD"


@pytest.fixture(params=OLDER)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """A revision of the schema, and the folder of the code that was at work on it."""
    folder = tmp_path / "older"
    with tarfile.open(fileobj=io.BytesIO(git("archive", last_commit_of(request.param), "app"))) as archive:
        archive.extractall(folder, filter="data")
    return request.param, folder


def plain(simulator: str, receiver: str) -> dict[str, Any]:
    """What both versions understand."""
    usual = patient(simulator, receiver)
    del usual["alerts"]
    return {**usual, "destinations": {name: usual["destinations"][name] for name in ("erp", "finance")}}


@pytest.fixture
def place(tmp_path: Path, server: str) -> Iterator[Town]:
    name = f"piaoda_rolling_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
    with town(tmp_path, _named(server, name), Tempo.starting(timedelta(hours=10), 60), plain) as made:
        made.simulator.behave(daily_limit=None)
        yield made
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


def revision_of(place: Town) -> str:
    [row] = rows(place.database_url, "SELECT version_num FROM alembic_version")
    return str(row["version_num"])


def test_an_older_replica_works_on_beside_a_newer_one_until_it_is_sent_away(place, older):
    revision, code = older
    newer = dict(place.environment)
    place.environment["PYTHONPATH"] = str(code)
    assert place.program("older-migrate", "migrate").start().finish() == 0
    assert revision_of(place) == revision
    first = place.service().ready()
    moved = place.service().ready()
    flow = Flow(place, 200)
    with flow.running():
        flow.reaches(0.15)
        place.environment.clear()
        place.environment.update(newer)
        assert place.program("newer-migrate", "migrate").start().finish() == 0
        assert revision_of(place) == NEWEST
        flow.reaches(0.3)
        assert moved.stop() == 0
        moved.start().ready()  # its machine was drained: the older version starts on the newer schema
        place.service().ready()
        flow.reaches(0.6)
        assert [first.stop(), moved.stop()] == [0, 0]

    assert flow.violations(place.database_url) == []
    assert place.services[-1].stop() == 0
