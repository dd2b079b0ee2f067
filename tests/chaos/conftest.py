"""Databases for those who start from nothing."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest

from tests.conftest import _execute, _named


@pytest.fixture
def empty_database_url(server: str) -> Iterator[str]:
    """A database that nobody has migrated."""
    name = f"piaoda_test_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
    yield _named(server, name)
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))
