"""The set-ups of the stories. One rule: a minute is a second of ours, and all begins at ten, Beijing time."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.story import Story, configuration, leaks
from tests.conftest import _execute, _named
from tests.processes import Tempo
from tests.town import Town, town

MINUTE_A_SECOND = 60.0
TEN = timedelta(hours=10)
NO_RECHECKS = {
    "rechecks": {"after": ["30d"], "month_end": False}
}  # who counts questions wants no later ones among them


@pytest.fixture(scope="session")
def story(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One running town for all stories of a worker; when they are told, its log must have betrayed nobody."""
    name = f"piaoda_test_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    tempo = Tempo.starting(TEN, MINUTE_A_SECOND)
    with town(tmp_path_factory.mktemp("story"), _named(server, name), tempo, configuration) as made:
        told = Story(made, made.service().ready())
        yield told
        said = leaks(told)
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))
    assert not said


@pytest.fixture
def build(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Town]]:
    """Builds a town of its own for one test; `changes` go over the sections of the usual configuration."""
    with ExitStack() as stack:

        def build(factor: float = MINUTE_A_SECOND, at: timedelta = TEN, **changes: Any) -> Town:
            def changed(simulator: str, receiver: str) -> dict[str, Any]:
                return configuration(simulator, receiver) | NO_RECHECKS | changes

            return stack.enter_context(town(tmp_path, database_url, Tempo.starting(at, factor), changed))

        yield build
