"""What the configured destinations want to hear, made known to the statements that write the outbox.

One rule: piaoda.yaml decides about its own destinations alone; those made over the API are not its business.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.store.database import Connection, Database, columns

_WIDTH = 15

_DECLARE = """
INSERT INTO destinations (tenant, name, kind, origin, enabled, events, accounts, sellers, kinds, labels, minimum_amount,
    recovery_only, gather, ordered, latest_only, rate, concurrency, options)
SELECT $1, name, kind, 'configuration', true, string_to_array(events, ','), string_to_array(accounts, ','),
    string_to_array(sellers, ','), string_to_array(kinds, ','), labels::jsonb, minimum_amount, recovery_only, gather,
    ordered, latest_only, rate, concurrency, options::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[],
            $10::bool[], $11::float8[], $12::bool[], $13::bool[], $14::float8[], $15::int[], $16::text[])
    AS d (name, kind, events, accounts, sellers, kinds, labels, minimum_amount, recovery_only, gather, ordered,
          latest_only, rate, concurrency, options)
ORDER BY name
ON CONFLICT (tenant, name) DO UPDATE SET
    kind = excluded.kind, origin = excluded.origin, events = excluded.events, accounts = excluded.accounts,
    sellers = excluded.sellers, kinds = excluded.kinds, labels = excluded.labels,
    minimum_amount = excluded.minimum_amount, recovery_only = excluded.recovery_only, gather = excluded.gather,
    ordered = excluded.ordered, latest_only = excluded.latest_only, rate = excluded.rate,
    concurrency = excluded.concurrency, options = excluded.options, sealed = NULL"""

_RETIRE = """
UPDATE destinations SET enabled = false, disabled_reason = 'no longer configured', disabled_at = NULL
WHERE tenant = $1 AND enabled AND origin = 'configuration' AND name <> ALL ($2::text[])"""

_RETURN = """
UPDATE destinations SET enabled = true, disabled_reason = NULL, disabled_at = NULL
WHERE tenant = $1 AND disabled_reason = 'no longer configured' AND name = ANY ($2::text[])"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a configured destination wants to hear, and how it wants to be told.

    `gather`: seconds that messages wait for company before they are due. `rate`: sends a second, None for no bound.
    `options`: what else a page about the destination may show; no secrets.
    """

    name: str
    kind: str
    events: Sequence[str]
    accounts: Sequence[str] = ()
    sellers: Sequence[str] = ()
    kinds: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    minimum_amount: Decimal | None = None
    recovery_only: bool = False
    gather: float = 0.0
    ordered: bool = False
    latest_only: bool = False
    rate: float | None = None
    concurrency: int = 8
    options: Mapping[str, Any] = field(default_factory=dict)


async def declare(database: Database, tenant: str, subscriptions: Sequence[Subscription]) -> None:
    """Makes the configured destinations known to the outbox; those no longer configured hear of nothing new.
    Repeatable.
    """
    rows = [_values(one) for one in subscriptions]
    names = [one.name for one in subscriptions]

    async def work(tx: Connection) -> None:
        await tx.execute(_DECLARE, tenant, *columns(rows, _WIDTH))
        await tx.execute(_RETIRE, tenant, names)
        await tx.execute(_RETURN, tenant, names)

    await database.repeatably(work)


def _values(one: Subscription) -> tuple[Any, ...]:
    return (
        one.name, one.kind, ",".join(one.events), ",".join(one.accounts), ",".join(one.sellers), ",".join(one.kinds),
        json.dumps(dict(one.labels)), one.minimum_amount, one.recovery_only, one.gather, one.ordered, one.latest_only,
        one.rate, one.concurrency, json.dumps(dict(one.options)),
    )  # fmt: skip
