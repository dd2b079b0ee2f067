"""Databases for those who start from nothing."""

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import _execute, _named


@pytest.fixture
def empty_database_url(server: str) -> Iterator[str]:
    """A database that nobody has migrated."""
    name = f"piaoda_test_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
    yield _named(server, name)
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for an embedded database. Not pytest's: whenever another session begins, it closes the way to its own
    folders, and where tests run as root the database's user must pass.
    """
    with tempfile.TemporaryDirectory(prefix="piaoda-chaos-", ignore_cleanup_errors=True) as made:
        yield Path(made)
