"""Incidents for tests: rows as the alerter would write them, and the service's doors over one database."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from app.api import security
from app.api.alerting import Alerting
from app.api.app import create
from app.api.ports import Limits, Services
from app.store.database import Database
from app.store.events import accept
from app.store.incident_log import IncidentLog
from app.store.intake import Intake
from app.store.invoices import Invoices
from app.store.keys import ApiKeys
from app.store.maintenance import Maintenance
from app.store.moves import new_id
from app.store.silences import Silences
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, admission, issued

KEY = security.mint().text

_ADD = """
INSERT INTO incidents (tenant, id, cause, account, seller, region, endpoint, state, since, opened_at, members,
    remaining, level, notices, told_members, reminders, resolved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text, $9::timestamptz, $9, $10, $10, 1, 0, 0, 0,
    CASE WHEN $8 = 'resolved' THEN $9 END)"""
_JOIN = """
INSERT INTO incident_members (tenant, incident_id, invoice_id, joined_at, account, seller, region, kind, currency,
                              amount, issued_at, overdue_at)
SELECT $1, $2, i.id, $4, i.account, i.seller_tax_id, '', i.kind, i.currency, i.with_tax, i.issued_at, i.overdue_at
FROM invoices i WHERE i.tenant = $1 AND i.id = ANY ($3::uuid[])"""


async def add_incident(database, *members, cause="deadline", account="solo", state="open", at=NOON, **scope):
    """An incident with these invoices (ids) as members; its id."""
    known = new_id(at)
    where = [scope.get(each, "") for each in ("seller", "region", "endpoint")]
    async with database.transaction() as tx:
        await tx.execute(_ADD, TENANT, known, cause, account, *where, state, at, len(members))
        await tx.execute(_JOIN, TENANT, known, list(members), at)
    return known


async def tell(database, *told, now=NOON):
    return [each.id for each in await accept(database, TENANT, [issued(one) for one in told], now, admission)]


class Healthy:
    async def ready(self):
        return []


@dataclass
class Doors:
    """The API over one database."""

    database: Database
    clock: object

    def __post_init__(self):
        self.incidents, self.keys = IncidentLog(self.database), ApiKeys(self.database)
        self.invoices = Invoices(self.database, POLICY)
        alerting = Alerting(
            self.incidents, Silences(self.database), Maintenance(self.database), tuple(sorted(POLICY.plans))
        )
        services = Services(Intake(self.database, admission), self.keys, self.invoices, Healthy(), alerting=alerting)
        self.app = create(services, clock=self.clock, limits=Limits(), version="1.2.3")

    async def add_key(self, *scopes, text=KEY, name="ann", tenant=TENANT):
        return await self.keys.add(tenant, name, security.digest(text), list(scopes), self.clock.now())

    @asynccontextmanager
    async def client(self, key=KEY, **headers):
        transport = httpx2.ASGITransport(self.app)
        headers = ({"Authorization": f"Bearer {key}"} if key else {}) | headers
        async with httpx2.AsyncClient(transport=transport, base_url="http://piaoda", headers=headers) as client:
            yield client
