"""What the gauges show. One rule: nothing here grows with the backlog: maintained counts, first index entries, capped
counts.
"""

from collections.abc import Sequence
from datetime import datetime

from app.domain.breaker import Breaker
from app.domain.invoice import State
from app.domain.lanes import LANES
from app.domain.reading import Reading
from app.store.database import Database

CAP = 10_000  # beyond this a backlog is "ten thousand or more"

_COUNTS = "SELECT state, account, sum(n)::bigint AS n FROM invoice_counts WHERE tenant = $1 GROUP BY state, account"

_BY_ACCOUNT = """
SELECT a.name,
    (SELECT i.issued_at FROM invoices i WHERE i.tenant = $1 AND i.account = a.name
        AND i.state IN ('pending', 'overdue', 'escalated') ORDER BY i.issued_at LIMIT 1) AS oldest,
    (SELECT count(*) FROM (SELECT FROM unnest($5::int2[]) AS its (lane) CROSS JOIN LATERAL (
        SELECT FROM schedule s WHERE s.tenant = $1 AND s.account = a.name AND s.lane = its.lane AND s.due_at <= $3
        LIMIT $4) AS head LIMIT $4) AS due) AS due,
    h.open_until, h.last_success_at, h.last_failure_at
FROM unnest($2::text[]) AS a (name) LEFT JOIN accounts h ON h.tenant = $1 AND h.name = a.name"""

_BY_KIND = """
SELECT d.kind, sum(backlog.n)::bigint AS pending, min(backlog.oldest) AS oldest
FROM destinations d CROSS JOIN LATERAL (
    SELECT count(*) AS n, min(due_at) AS oldest FROM (
        SELECT due_at FROM deliveries x WHERE x.tenant = $1 AND x.destination = d.name AND x.state = 'pending'
        ORDER BY due_at LIMIT $2) AS capped) AS backlog
WHERE d.tenant = $1 AND d.disabled_reason IS DISTINCT FROM 'no longer configured' GROUP BY d.kind"""

_INCIDENTS = "SELECT account, count(*) AS n FROM incidents WHERE tenant = $1 AND state <> 'resolved' GROUP BY account"


async def take(database: Database, tenant: str, accounts: Sequence[str], now: datetime) -> Reading:
    """One reading for `tenant`; `accounts` are the configured ones."""
    async with database.connection() as connection:
        counts = await connection.fetch(_COUNTS, tenant)
        names = sorted({*accounts, *(row["account"] for row in counts)})
        by_account = await connection.fetch(_BY_ACCOUNT, tenant, names, now, CAP, LANES)
        by_kind = await connection.fetch(_BY_KIND, tenant, CAP)
        incidents = await connection.fetch(_INCIDENTS, tenant)
    known = [row for row in by_account if row["last_success_at"] or row["last_failure_at"]]
    return Reading(
        at=now,
        invoices={(State(row["state"]), row["account"]): row["n"] for row in counts},
        oldest_unsynced_issued_at={row["name"]: row["oldest"] for row in by_account if row["oldest"]},
        checks_due={row["name"]: row["due"] for row in by_account},
        accounts_up={row["name"]: row["open_until"] is None for row in known},
        last_success_at={row["name"]: row["last_success_at"] for row in known if row["last_success_at"]},
        breakers_open={row["name"]: Breaker(open_until=row["open_until"]).is_open(now) for row in known},
        incidents_open={row["account"]: row["n"] for row in incidents if row["account"]},
        deliveries_pending={row["kind"]: row["pending"] for row in by_kind},
        oldest_delivery_due_at={row["kind"]: row["oldest"] for row in by_kind if row["oldest"]},
    )
