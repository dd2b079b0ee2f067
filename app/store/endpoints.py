"""Webhook endpoints in the table of destinations: made, changed and taken away over the API.

One rule: URL, headers and secrets lie sealed; every statement may be repeated.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from app.domain.endpoint import MOST_COUNTED, Backlog, Endpoint, Form, Health, Missed, SigningSecret, Wanted, live
from app.domain.identifiers import first_of
from app.store.database import Connection, Database, Row
from app.store.seal import Seal

_COLUMNS = """
name, origin, enabled, disabled_reason, disabled_at, events, accounts, sellers, kinds, labels, minimum_amount, ordered,
latest_only, concurrency, rate, failures, failing_since, open_until, last_success_at, options, sealed, created_at,
updated_at"""
_MINE = "tenant = $1 AND name = $2 AND kind = 'webhook'"

_GET = f"SELECT {_COLUMNS} FROM destinations WHERE {_MINE}"
_PAGE = f"""
SELECT {_COLUMNS} FROM destinations WHERE tenant = $1 AND kind = 'webhook' AND name > $2 ORDER BY name LIMIT $3"""
_VERSIONS = """
SELECT name, updated_at FROM destinations WHERE tenant = $1 AND kind = 'webhook' AND origin = 'api'"""
_NAMED = f"SELECT {_COLUMNS} FROM destinations WHERE tenant = $1 AND origin = 'api' AND name = ANY ($2::text[])"

_ADD = """
INSERT INTO destinations (tenant, name, kind, origin, enabled, events, accounts, sellers, kinds, labels, minimum_amount,
    ordered, latest_only, concurrency, rate, options, sealed, created_at, updated_at)
VALUES ($1, $2, 'webhook', 'api', true, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
ON CONFLICT (tenant, name) DO NOTHING"""
_CHANGE = """
UPDATE destinations SET events = $3, accounts = $4, sellers = $5, kinds = $6, labels = $7, minimum_amount = $8,
    ordered = $9, latest_only = $10, concurrency = $11, rate = $12, options = $13, sealed = $14, updated_at = $15
WHERE tenant = $1 AND name = $2 AND origin = 'api'"""

_ENABLE = f"""
UPDATE destinations SET enabled = true, disabled_reason = NULL, disabled_at = NULL, failures = 0, failing_since = NULL,
    open_until = NULL, updated_at = $3
WHERE {_MINE}"""
_DISABLE = f"""
UPDATE destinations SET enabled = false, disabled_reason = $4, disabled_at = $3, updated_at = $3
WHERE {_MINE} AND enabled"""
_REMOVE = f"DELETE FROM destinations WHERE {_MINE} AND origin = 'api'"
_DROP = """
UPDATE deliveries SET state = 'superseded', lease = NULL, lease_until = NULL
WHERE tenant = $1 AND destination = $2 AND message_id = ANY (ARRAY (
    SELECT message_id FROM deliveries WHERE tenant = $1 AND destination = $2 AND state = 'pending' LIMIT $3))"""
_STOP = """
UPDATE redeliveries SET state = 'cancelled', finished_at = $3
WHERE (tenant, destination, state) = ($1, $2, 'running')"""
_AT_ONCE = 5_000
_PLAIN = (
    "events", "accounts", "sellers", "kinds", "labels", "minimum_amount", "ordered", "latest_only", "rate",
    "concurrency",
)  # fmt: skip

_BACKLOG = """
SELECT name,
    (SELECT count(*) FROM (SELECT FROM deliveries
        WHERE tenant = $1 AND destination = name AND state = 'pending' LIMIT $3) AS p) AS pending,
    (SELECT count(*) FROM (SELECT FROM deliveries
        WHERE tenant = $1 AND destination = name AND state = 'dead' LIMIT $3) AS g) AS dead
FROM unnest($2::text[]) AS asked (name)"""

# The ids are in the order of time, so that the key finds where to begin.
_MISSED = """
SELECT count(*) FROM (
    SELECT FROM (SELECT * FROM messages WHERE tenant = $1 AND id >= $3::uuid ORDER BY id LIMIT 200000) AS m
    JOIN destinations d ON d.tenant = $1 AND d.name = $2
    LEFT JOIN invoices i ON i.tenant = $1 AND i.id = m.invoice_id
    WHERE m.type = ANY (d.events)
      AND (m.invoice_id IS NULL OR (
          (d.accounts = '{}' OR i.account = ANY (d.accounts))
          AND (d.sellers = '{}' OR i.seller_tax_id = ANY (d.sellers))
          AND (d.kinds = '{}' OR i.kind = ANY (d.kinds))
          AND i.labels @> d.labels
          AND (d.minimum_amount IS NULL OR abs(coalesce(i.with_tax, i.without_tax)) >= d.minimum_amount)))
      AND NOT EXISTS (SELECT FROM deliveries t WHERE t.tenant = $1 AND t.destination = $2 AND t.message_id = m.id
                      AND t.state <> 'dead')
    LIMIT $4) AS missed"""


class Endpoints:
    """The endpoints of all tenants. `seal` None: this process has no secret, so that nothing new can be kept."""

    def __init__(self, database: Database, seal: Seal | None) -> None:
        self._database, self._seal = database, seal

    @property
    def sealed(self) -> bool:
        """Whether this process can keep secrets."""
        return self._seal is not None

    async def get(self, tenant: str, name: str) -> Endpoint | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_GET, tenant, name)
        return self._endpoint(row) if row else None

    async def page(self, tenant: str, after: str, limit: int) -> list[Endpoint]:
        """By name, those behind `after`."""
        async with self._database.connection() as connection:
            return [self._endpoint(row) for row in await connection.fetch(_PAGE, tenant, after, limit)]

    async def add(
        self, tenant: str, name: str, wanted: Wanted, secrets: Sequence[SigningSecret], now: datetime
    ) -> tuple[Endpoint, bool]:
        """The endpoint under this name, and whether it was made just now. Needs the seal."""
        values = self._values(name, wanted, secrets)

        async def work(tx: Connection) -> tuple[Row | None, bool]:
            made = await tx.execute(_ADD, tenant, name, *values, now) == "INSERT 0 1"
            if made:  # what was still under way to a namesake of before is none of its business
                await tx.execute(_STOP, tenant, name, now)
                await tx.execute(_DROP, tenant, name, _AT_ONCE)
            return await tx.fetchrow(_GET, tenant, name), made

        row, made = await self._database.repeatably(work)
        if row is None:  # a destination of another kind, from piaoda.yaml
            return Endpoint(name, "configuration", Wanted("")), False
        return self._endpoint(row), made

    async def change(
        self, tenant: str, name: str, changed: Callable[[Endpoint], Endpoint | None], now: datetime
    ) -> Endpoint | None:
        """What `changed` makes of the endpoint, kept; it may be called more than once, and None keeps it as it is.

        None: there is no such endpoint, or `changed` gave none.
        """

        async def work(tx: Connection) -> Endpoint | None:
            row = await tx.fetchrow(f"{_GET} AND origin = 'api' FOR UPDATE", tenant, name)
            after = changed(self._endpoint(row)) if row else None
            if after:
                await tx.execute(
                    _CHANGE, tenant, name, *self._values(name, after.wanted, live(after.secrets, now)), now
                )
                return replace(after, updated_at=now)
            return None

        return await self._database.repeatably(work)

    async def remove(self, tenant: str, name: str, now: datetime) -> None:
        """Takes it away, and what waits for it; its history stays. Repeatable."""
        await self.disable(tenant, name, "deleted", now)
        dropped = _AT_ONCE
        while dropped == _AT_ONCE:  # a statement at a time, so that a great backlog holds up nobody
            dropped = await self._dropped(tenant, name)
        async with self._database.connection() as connection:
            await connection.execute(_REMOVE, tenant, name)

    async def _dropped(self, tenant: str, name: str) -> int:
        async with self._database.connection() as connection:
            done = await connection.execute(_DROP, tenant, name, _AT_ONCE)
        return int(done.rpartition(" ")[2])

    async def enable(self, tenant: str, name: str, now: datetime) -> Missed:
        """Opens it again, as if nothing had been; says what it missed since the trouble began. Repeatable."""

        async def work(tx: Connection) -> Missed:
            row = await tx.fetchrow(f"{_GET} FOR UPDATE", tenant, name)
            since = min(filter(None, (row["failing_since"], row["disabled_at"])), default=None) if row else None
            if since is None:
                return Missed(None)
            await tx.execute(_ENABLE, tenant, name, now)
            return Missed(since, await tx.fetchval(_MISSED, tenant, name, first_of(since), MOST_COUNTED))

        return await self._database.repeatably(work)

    async def disable(self, tenant: str, name: str, reason: str, now: datetime) -> None:
        """Stops it; what is due for it waits. Repeatable: the first reason stands."""
        async with self._database.connection() as connection:
            await connection.execute(_DISABLE, tenant, name, now, reason)

    async def backlogs(self, tenant: str, names: Sequence[str]) -> Mapping[str, Backlog]:
        async with self._database.connection() as connection:
            rows = await connection.fetch(_BACKLOG, tenant, list(names), MOST_COUNTED)
        return {row["name"]: Backlog(row["pending"], row["dead"]) for row in rows}

    async def versions(self, tenant: str) -> Mapping[str, datetime]:
        """When each endpoint made over the API was last changed: what is as before need not be read again."""
        async with self._database.connection() as connection:
            return {row["name"]: row["updated_at"] for row in await connection.fetch(_VERSIONS, tenant)}

    async def named(self, tenant: str, names: Sequence[str]) -> list[Endpoint]:
        """Those of `names` that were made over the API."""
        async with self._database.connection() as connection:
            return [self._endpoint(row) for row in await connection.fetch(_NAMED, tenant, list(names))]

    def _values(self, name: str, wanted: Wanted, secrets: Sequence[SigningSecret]) -> tuple[Any, ...]:
        """$3 to $14 of the statements that write."""
        assert self._seal is not None
        private = {
            "url": wanted.url,
            "headers": dict(wanted.headers),
            "secrets": [[each.text, each.until.isoformat() if each.until else None] for each in secrets],
        }
        options = {
            "description": wanted.description, "fields": list(wanted.fields), "form": wanted.form,
            "timeout": wanted.timeout,
        }  # fmt: skip
        return (
            list(wanted.events), list(wanted.accounts), list(wanted.sellers), list(wanted.kinds), dict(wanted.labels),
            wanted.minimum_amount, wanted.ordered, wanted.latest_only, wanted.concurrency, wanted.rate, options,
            self._seal.close(json.dumps(private), _place(name)),
        )  # fmt: skip

    def _endpoint(self, row: Row) -> Endpoint:
        private = self._private(row)
        return Endpoint(
            name=row["name"],
            origin=row["origin"],
            wanted=_wanted(row, private or {}),
            secrets=tuple(_secret(*each) for each in (private or {}).get("secrets", [])),
            health=Health(**{name: row[name] for name in Health.__slots__}),
            readable=private is not None or row["origin"] == "configuration",
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )

    def _private(self, row: Row) -> dict[str, Any] | None:
        """What lies sealed; None without the right secret, or where nothing does."""
        opened = self._seal.open(row["sealed"], _place(row["name"])) if self._seal and row["sealed"] else None
        return json.loads(opened) if opened else None


def _wanted(row: Row, private: Mapping[str, Any]) -> Wanted:
    options = row["options"]
    form: Form = options["form"] if options.get("form") in get_args(Form) else "standard"
    plain: dict[str, Any] = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in _PLAIN}
    return Wanted(
        url=private.get("url", ""),
        headers=private.get("headers", {}),
        description=options.get("description", ""),
        fields=tuple(options.get("fields", ())),
        form=form,
        timeout=options.get("timeout", 15.0),
        **plain,
    )


def _secret(text: str, until: str | None) -> SigningSecret:
    return SigningSecret(text, datetime.fromisoformat(until) if until else None)


def _place(name: str) -> str:
    return f"endpoint:{name}"
