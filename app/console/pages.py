"""The console for finance staff: server-rendered pages in Chinese and English, read-only."""

from fastapi import FastAPI

from app.clock import Clock


def install(
    app: FastAPI, *, invoices: object, keys: object, clock: Clock, open_to_all: bool, language: str, tenant: str
) -> None:
    """Adds the console's routes to `app`."""
