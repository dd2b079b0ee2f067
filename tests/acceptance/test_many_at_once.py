"""Load, replicas, SIGTERM, days: what one invoice at a time does not show. Everything is held against the invariants."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from tests.acceptance.story import ERP, Document, Story, baidu, nuonuo, rows
from tests.billing import Billing
from tests.invariants import Inside, Outside, read, violations
from tests.processes import PATIENCE, Service, Town, until

ERP_ONLY = ("erp",)
LEASED = """
SELECT (SELECT count(*) FROM schedule WHERE lease IS NOT NULL) + (SELECT count(*) FROM deliveries WHERE lease IS NOT NULL) AS n"""
UNDONE = """
SELECT (SELECT count(*) FROM invoices WHERE state = 'pending')
     + (SELECT count(*) FROM deliveries WHERE state = 'pending') AS n"""


def finished(town: Town) -> bool:
    return rows(town.database_url, UNDONE)[0]["n"] == 0


def outside(town: Town, billing: Billing, invoices: list[Document]) -> Outside:
    """What everybody else has seen of these invoices."""
    register = {(one["number"], one["code"] or ""): town.simulator.view(one) for one in invoices}
    return Outside(billing.told, town.receiver.hits(), town.simulator.ledger()["records"], register, frozenset(billing.voided))


def settled(town: Town, billing: Billing, invoices: list[Document]) -> Inside:
    """The database once everything has come to its end, all invariants checked; each with its message, none twice."""
    until(lambda: finished(town), "every invoice is decided and every message delivered")
    inside = read(town.database_url)
    assert not violations(inside, outside(town, billing, invoices))
    return inside
