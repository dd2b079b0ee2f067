"""Alembic's entry: runs on the connection, and inside the transaction, that `store/migration.py` hands in."""

from alembic import context
from sqlmodel import SQLModel

import app.store.tables  # noqa: F401 - declares the tables

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
