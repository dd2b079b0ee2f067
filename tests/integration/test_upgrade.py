"""A rolling upgrade: two versions of the service on one database, whose schema is the newer one's.

The migrations to come are made here, beside those there are, and run by the real `migrate`.
"""

import asyncio
import shutil
from datetime import timedelta

import pytest

from app import main, serving, settings
from app.domain.errors import ConfigurationError
from app.store import migration, upgrade
from app.store.migration import Standing
from tests.acceptance.story import Story, configuration, rows
from tests.processes import Tempo
from tests.town import town

FUTURE = '''"""what a later release adds"""

from alembic import op

revision = "{revision}"
down_revision = "{after}"
branch_labels = None
depends_on = None
{serves}


def upgrade() -> None:
    op.execute("ALTER TABLE invoices ADD COLUMN IF NOT EXISTS colour text")
    op.execute("ALTER TABLE schedule ADD COLUMN IF NOT EXISTS weight int NOT NULL DEFAULT 1")
    op.execute("CREATE TABLE IF NOT EXISTS colours (tenant text, name text, PRIMARY KEY (tenant, name))")
'''


def ours():
    """Our revisions, the oldest first, each with its migration."""
    return [(each.revision, each.module) for each in upgrade.scripts(migration.SCRIPTS).walk_revisions()][::-1]


OURS = [revision for revision, _ in ours()]


def test_our_revisions_are_known_without_alembic_too():
    assert migration._known(migration.SCRIPTS) == OURS[::-1]


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Migrates as a later release would, whose newest migration says `serves`."""

    async def migrate(url, *, serves, revision="9999", after=OURS[-1]):
        folder = tmp_path / "later"
        shutil.copytree(migration.SCRIPTS, folder, dirs_exist_ok=True)
        line = f'serves = "{serves}"' if serves else ""
        script = FUTURE.format(revision=revision, after=after, serves=line)
        (folder / "versions" / f"{revision}_later.py").write_text(script)
        with monkeypatch.context() as patch:
            patch.setattr(migration, "SCRIPTS", folder)
            await migration.migrate(url)

    return migrate


@pytest.fixture
def standing(database):
    return lambda: migration.standing(database)


async def test_a_later_schema_that_declares_us_is_fit_for_us(database_url, later, standing):
    await later(database_url, serves=OURS[-1])

    assert await standing() is Standing.FIT


async def test_a_later_schema_that_serves_older_ones_than_us_is_fit_for_us(database_url, later, standing):
    await later(database_url, serves=OURS[0])

    assert await standing() is Standing.FIT


@pytest.mark.parametrize("serves", ["9999", None])
async def test_a_later_schema_that_leaves_us_behind_is_not_for_us(serves, database_url, later, standing):
    await later(database_url, serves=serves)

    assert await standing() is Standing.AHEAD


async def test_a_migration_lets_go_of_a_table_in_use_and_tries_again(database_url, database, later, monkeypatch):
    migrate, gave_up, revision = migration._migrate, asyncio.Event(), "SELECT version_num FROM alembic_version"

    async def watched(*given):
        try:
            await migrate(*given)
        except Exception:
            gave_up.set()
            raise

    monkeypatch.setattr(migration, "_migrate", watched)
    async with database.connection() as elsewhere, elsewhere.transaction():
        await elsewhere.execute("LOCK TABLE schedule IN ACCESS SHARE MODE")
        migrating = asyncio.create_task(later(database_url, serves=OURS[-1]))
        await gave_up.wait()
        assert await elsewhere.fetchval(revision) == OURS[-1], "nothing has changed"
    await migrating

    async with database.connection() as connection:
        assert await connection.fetchval(revision) == "9999"


async def test_two_releases_later_the_floor_has_passed_us(database_url, later, standing, monkeypatch):
    await later(database_url, serves=OURS[-1], revision="9998")
    assert await standing() is Standing.FIT
    # The release after it takes away what 9998 no longer uses.
    await later(database_url, serves="9998", revision="9999", after="9998")

    assert await standing() is Standing.AHEAD


async def test_a_schema_that_says_nothing_of_us_is_not_for_us(database_url, standing, database):
    async with database.connection() as connection:
        await connection.execute("ALTER TABLE alembic_version DROP COLUMN serves")
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")

    assert await standing() is Standing.AHEAD


async def test_our_migrate_leaves_a_later_schema_as_it_is(database_url, later, standing, database):
    await later(database_url, serves=OURS[-1])
    await migration.migrate(database_url)  # a chart that was rolled back runs its migration job again

    async with database.connection() as connection:
        assert await connection.fetchrow("SELECT version_num, serves FROM alembic_version") == ("9999", OURS[-1])


async def test_our_migrate_refuses_a_schema_that_is_not_for_us_any_more(database_url, later):
    await later(database_url, serves="9999")

    with pytest.raises(ConfigurationError, match="newer version"):
        await migration.migrate(database_url)


async def test_a_replica_that_was_left_behind_does_not_start_and_says_why(database_url, later, tmp_path):
    await later(database_url, serves="9999")
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)

    with pytest.raises(ConfigurationError, match="run the newer one"):
        await serving.prepare(service)
    assert await service.ready() == [migration.TOO_NEW]
    await service.database.close()
    await service.work.close()


async def test_a_replica_at_work_is_ready_until_a_schema_leaves_it_behind(database_url, later, tmp_path):
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
    seen = [await service.ready()]
    await later(database_url, serves=OURS[-1], revision="9998")
    seen.append(await service.ready())
    await later(database_url, serves="9999", revision="9999", after="9998")
    seen.append(await service.ready())
    await service.database.close()

    assert seen == [[], [], [migration.TOO_NEW]]


def test_todays_replica_starts_and_serves_on_the_schema_of_a_later_release(database_url, later, tmp_path):
    tempo = Tempo.starting(timedelta(hours=10), 60)
    with town(tmp_path, database_url, tempo, configuration) as place:
        story = Story(place, place.service().ready())
        before = story.issue(story.invoice(), upload_after=0, visible_after=0)
        asyncio.run(later(database_url, serves=OURS[-1]))
        restarted = Story(place, place.service().ready())  # a pod of ours that Kubernetes moves during the rollout
        after = restarted.issue(story.invoice(), upload_after=0, visible_after=0)
        for id_ in (before, after):
            story.becomes(id_, "synced")
        assert [each.stop() for each in place.services] == [0, 0]

    [version] = rows(database_url, "SELECT version_num FROM alembic_version")
    assert version["version_num"] == "9999"


def test_revisions_are_numbered_in_a_line():
    assert [f"{n:04d}" for n in range(1, len(OURS) + 1)] == OURS


def test_since_there_is_a_promise_every_migration_says_whom_it_serves_and_takes_nothing_back():
    floors = [(revision, upgrade.serves(module, revision)) for revision, module in ours() if revision >= "0005"]

    assert [revision for revision, module in ours() if revision >= "0005" and not hasattr(module, "serves")] == []
    assert all(floor in OURS and floor <= revision for revision, floor in floors)
    assert sorted(floor for _, floor in floors) == [floor for _, floor in floors]
