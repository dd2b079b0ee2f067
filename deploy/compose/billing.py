"""A billing system for `docker compose --profile demo up`: two invoices a second, at a tax system in a hurry.

One rule: it is `piaoda demo`'s own billing system and tax system, called over the network of the containers.
"""  # noqa: INP001 - a script that is mounted into the image

import asyncio
import sys
from pathlib import Path

from app.clock import DatabaseClock
from app.demo.authority import Authority
from app.demo.billing import Billing
from app.demo.peer import Peer
from app.demo.seen import Seen
from app.domain.address import Allowed
from app.egress import Egress

HURRY = {"visibility": {"scale": 0.01}, "uploading": {"scale": 0.1}, "changing": {"after": 60}, "daily_limit": None}
SEED = 1


async def main(service: str, simulator: str, key: str) -> None:
    """Plays until it is ended; `key` is an API key of the service."""
    egress, seen = Egress(allow=[Allowed.parse("0.0.0.0/0")]), Seen()
    authority = Authority(Peer(egress, simulator))
    await authority.begin()
    await authority.simulator.ask("PATCH", "/admin/behaviour", HURRY)
    billing = Billing(Peer(egress, service, key), authority, DatabaseClock(), seen, SEED)
    await asyncio.gather(billing.run(), authority.play(seen))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_text().strip()))
