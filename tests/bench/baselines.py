"""The plain ways of taking an event over HTTP, for comparison: what most services of this kind look like.

One rule: each is written as its library's own tutorial would, takes the same body as ours, and runs on the same
uvicorn, uvloop and httptools.
"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field as ColumnField
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bench import part

POOL = 10  # as many connections as a replica of ours

TABLE = """
CREATE TABLE told (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL UNIQUE, kind text NOT NULL, issued_at timestamptz NOT NULL,
    seller_tax_id text NOT NULL, seller_name text, buyer_name text,
    without_tax numeric(18, 2), tax numeric(18, 2), with_tax numeric(18, 2),
    account text, serial_no text, reference text)"""

_INSERT = """
INSERT INTO told (number, kind, issued_at, seller_tax_id, seller_name, buyer_name, without_tax, tax, with_tax, account,
                  serial_no, reference)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id"""


class Party(BaseModel):
    tax_id: str | None = Field(None, pattern=r"^[0-9A-Z]{15,20}$")
    name: str | None = Field(None, max_length=200)


class Amount(BaseModel):
    without_tax: Decimal = Field(max_digits=18, decimal_places=2)
    tax: Decimal = Field(max_digits=18, decimal_places=2)
    with_tax: Decimal = Field(max_digits=18, decimal_places=2)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Handle(BaseModel):
    serial_no: str | None = None
    order_no: str | None = None


class Told(BaseModel):
    number: str = Field(pattern=r"^\d{8,20}$")
    kind: str = Field(max_length=40)
    issued_at: datetime
    seller: Party
    buyer: Party
    amount: Amount
    account: str | None = None
    handle: Handle = Handle()
    reference: str | None = Field(None, max_length=200)
    labels: dict[str, str] = Field(default_factory=dict)


def _values(told: Told) -> dict[str, Any]:
    return {
        "number": told.number, "kind": told.kind, "issued_at": told.issued_at,
        "seller_tax_id": told.seller.tax_id, "seller_name": told.seller.name, "buyer_name": told.buyer.name,
        "without_tax": told.amount.without_tax, "tax": told.amount.tax, "with_tax": told.amount.with_tax,
        "account": told.account, "serial_no": told.handle.serial_no, "reference": told.reference,
    }  # fmt: skip


def hello(_url: str) -> Starlette:
    """The floor: a Starlette route that reads nothing and says ok."""

    async def post(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True}, 202)

    return Starlette(routes=[Route("/v1/events", post, methods=["POST"])])


def validated(_url: str) -> FastAPI:
    """FastAPI and pydantic, no database."""

    async def write(told: Told) -> int:
        return len(_values(told))

    return _fastapi(write)


def inserted(url: str) -> FastAPI:
    """One INSERT and so one commit a request, asyncpg's pool."""
    pool: list[Any] = []

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as opened:
            pool.append(opened)
            yield

    async def write(told: Told) -> int:
        made: int = await pool[0].fetchval(_INSERT, *_values(told).values())
        return made

    return _fastapi(write, life)


def session(url: str) -> FastAPI:
    """SQLModel: a session, add and commit a request."""

    class Row(SQLModel, table=True):
        __tablename__ = "told"
        id: int | None = ColumnField(default=None, primary_key=True)
        number: str
        kind: str
        issued_at: datetime = ColumnField(sa_column=Column(DateTime(timezone=True)))
        seller_tax_id: str
        seller_name: str | None
        buyer_name: str | None
        without_tax: Decimal
        tax: Decimal
        with_tax: Decimal
        account: str | None
        serial_no: str | None
        reference: str | None

    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=POOL, max_overflow=0
    )

    async def write(told: Told) -> int:
        async with AsyncSession(engine, expire_on_commit=False) as opened:
            row = Row(**_values(told))
            opened.add(row)
            await opened.commit()
            assert row.id
            return row.id

    return _fastapi(write)


def _fastapi(write: Callable[[Told], Awaitable[int]], life: Any = None) -> FastAPI:
    app = FastAPI(lifespan=life)

    @app.post("/v1/events", status_code=202)
    async def post(told: Told) -> dict[str, int]:
        return {"id": await write(told)}

    return app


APPS: Mapping[str, Callable[[str], Starlette]] = MappingProxyType(
    {"hello": hello, "validated": validated, "inserted": inserted, "session": session}
)


def main(task: dict[str, str]) -> None:
    """Serves one of them on a free port until it is ended."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    app = APPS[task["app"]](task["url"])
    config = uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="warning")
    part.tell({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"})
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(part.task())
