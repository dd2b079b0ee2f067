"""What the gauges show. One rule: nothing here grows with the backlog: maintained counts, first index entries, capped
counts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from app.domain.breaker import Breaker
from app.domain.invoice import State
from app.domain.meter import Daily
from app.domain.reading import Reading
from app.store.accounts import CAP, look
from app.store.database import Database

_COUNTS = "SELECT state, account, sum(n)::bigint AS n FROM invoice_counts WHERE tenant = $1 GROUP BY state, account"

_BY_KIND = """
SELECT d.kind, sum(backlog.n)::bigint AS pending, min(backlog.oldest) AS oldest
FROM destinations d CROSS JOIN LATERAL (
    SELECT count(*) AS n, min(due_at) AS oldest FROM (
        SELECT due_at FROM deliveries x WHERE x.tenant = $1 AND x.destination = d.name AND x.state = 'pending'
        ORDER BY due_at LIMIT $2) AS capped) AS backlog
WHERE d.tenant = $1 AND d.disabled_reason IS DISTINCT FROM 'no longer configured' GROUP BY d.kind"""

_INCIDENTS = "SELECT account, count(*) AS n FROM incidents WHERE tenant = $1 AND state <> 'resolved' GROUP BY account"


async def take(
    database: Database,
    tenant: str,
    accounts: Iterable[str],
    now: datetime,
    daily: Mapping[str, Daily] = MappingProxyType({}),
) -> Reading:
    """One reading for `tenant`; `accounts` are the configured ones, `daily` what they may be asked on a day."""
    async with database.connection() as connection:
        counts = await connection.fetch(_COUNTS, tenant)
        names = sorted({*accounts, *(row["account"] for row in counts)})
        days = {name: daily.get(name, Daily()).day(now) for name in names}
        by_account = await look(connection, tenant, days, now)
        by_kind = await connection.fetch(_BY_KIND, tenant, CAP)
        incidents = await connection.fetch(_INCIDENTS, tenant)
    limits = {name: each.limit for name, each in daily.items() if each.limit is not None}
    # An account that was taken out of the settings is asked no more: whether it works is nobody's concern.
    known = [
        row for row in by_account if row["name"] in accounts and (row["last_success_at"] or row["last_failure_at"])
    ]
    return Reading(
        at=now,
        invoices={(State(row["state"]), row["account"]): row["n"] for row in counts},
        oldest_unsynced_issued_at={row["name"]: row["oldest"] for row in by_account if row["oldest"]},
        checks_due={row["name"]: row["due"] for row in by_account},
        accounts_up={row["name"]: row["open_until"] is None for row in known},
        last_success_at={row["name"]: row["last_success_at"] for row in known if row["last_success_at"]},
        breakers_open={row["name"]: Breaker(open_until=row["open_until"]).is_open(now) for row in known},
        calls_used={row["name"]: row["used"] for row in by_account if row["name"] in limits},
        calls_limit=limits,
        incidents_open={row["account"]: row["n"] for row in incidents if row["account"]},
        deliveries_pending={row["kind"]: row["pending"] for row in by_kind},
        oldest_delivery_due_at={row["kind"]: row["oldest"] for row in by_kind if row["oldest"]},
    )
