"""A fail-over under load: the leader and its Patroni are killed, the synchronous standby takes over, nobody helps.

What was acknowledged is there, and the replicas go on by themselves. With an asynchronous standby the last moments
could be lost: docs/scaling.md says so, and no test can make it untrue.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.story import Story, rows
from tests.chaos.test_kill import patient
from tests.conftest import _execute
from tests.deploy.flow import Flow
from tests.deploy.patroni import Cluster, cluster
from tests.processes import Tempo, until
from tests.town import Town, town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

PROMOTED = 120.0  # seconds within which somebody must lead again; 20 s are usual


@pytest.fixture
def database(tool: Callable[[str], str]) -> Iterator[Cluster]:
    with cluster(tool) as made:
        asyncio.run(_execute(f"{made.url()}?target_session_attrs=read-write", "CREATE DATABASE piaoda"))
        yield made


@pytest.fixture
def place(tmp_path: Path, database: Cluster) -> Iterator[Town]:
    url = database.url("piaoda")  # with no more than both hosts: that the writing one is meant is our own doing
    with town(tmp_path, url, Tempo.starting(timedelta(hours=10), 60), patient) as made:
        made.simulator.behave(daily_limit=None)
        yield made


def test_after_a_fail_over_nothing_acknowledged_is_lost_and_the_replicas_go_on_by_themselves(place, database):
    assert place.program("migrate", "migrate").start().finish() == 0
    for _ in range(2):
        place.service()
    for each in place.services:
        each.ready()
    flow, first = Flow(place, 300), database.leader
    second = next(node for node in database.nodes if node is not first)
    with flow.running():
        flow.reaches(0.3)
        first.kill()
        until(lambda: second.role in {"master", "primary"}, "the standby leads", within=PROMOTED)

    url = f"postgresql://postgres@127.0.0.1:{second.port}/piaoda"
    assert flow.violations(url, cuts=1) == []
    assert rows(url, "SELECT pg_is_in_recovery() AS standby")[0]["standby"] is False
    until(lambda: all(each.is_ready() for each in place.services), "both replicas are ready")
    story = Story(place, place.services[0])
    story.becomes(story.issue(story.invoice(reference="after the fail-over"), visible_after=0), "synced")
    assert [each.log.count("waiting for the migration") for each in place.services] == [0, 0]
    assert [each.stop() for each in place.services] == [0, 0]
