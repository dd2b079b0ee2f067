"""The long tail (ntfy, Telegram, Matrix, Pushover …) by Apprise, an optional extra: `pip install piaoda[apprise]`.

Its one rule: it is a convenience, never the only way a person is told. Apprise speaks by itself, past our egress: no
guard judges its addresses, so an operator must write `unguarded: yes`. Its word is no proof either (2.2.0 reads few
replies): `unconfirmed`. It runs in a thread of its own; one that hangs delays its own destination alone, and what it
sends after the deadline may come twice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from app.channels.channel import Destination, Failure, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.chat import told
from app.channels.limits import LIMITS
from app.channels.prose import plain
from app.domain.alert import Alert, Tone

BODY = LIMITS["apprise"]["body"]
TYPES: Mapping[Tone, str] = {"trouble": "failure", "warning": "warning", "good": "success", "news": "info"}


class Apprise:
    """One service. Making it raises ValueError where the operator has not agreed, or the service cannot be set up."""

    batch = 100

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        if destination.options.get("unguarded") != "yes":
            raise ValueError(f"{destination.name}: Apprise calls past the guard of addresses; write unguarded: yes")
        self._destination, self._tools = destination, tools
        self._services = _services(destination)
        self._thread = ThreadPoolExecutor(1, f"apprise-{destination.name}")

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        alert = told(parcels, self._destination, self._tools)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._destination.timeout):
                sent = await loop.run_in_executor(self._thread, self._notify, alert)
        except TimeoutError:
            return Receipt(Result.RETRY, code="timeout", failure=Failure.TIMEOUT)
        if not sent:
            return Receipt(Result.UNKNOWN, code="not_sent", failure=Failure.UNCLEAR)
        return Receipt(Result.DELIVERED, code="unconfirmed")

    def _notify(self, alert: Alert) -> bool:
        title, _, body = plain(alert, BODY, len).partition("\n")
        return bool(
            self._services.notify(
                body=body or title,
                title=title,
                notify_type=TYPES[alert.tone],
                body_format="text",
                timeout=self._destination.timeout,
            )
        )


def _services(destination: Destination) -> Any:
    """Redirects are off, whatever the address itself says."""
    try:
        apprise = import_module("apprise")
    except ImportError:
        raise ValueError(f"{destination.name}: install the extra, pip install piaoda[apprise]") from None
    services = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False, service_timeout=destination.timeout))
    if not services.add(destination.credentials["service"]):
        raise ValueError(f"{destination.name}: Apprise cannot read the service's address")
    for service in services:
        service.redirects = False
    return services


APPRISE = Kind(
    Apprise,
    url="none",
    credentials={"service": "the service's Apprise URL, such as ntfys://… or tgram://…"},
    options={"unguarded": "yes: agrees that Apprise calls past our guard of addresses"},
    gap=5.0,
    confirms=False,
)
