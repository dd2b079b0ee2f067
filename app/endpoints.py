"""Webhook endpoints at work: made with fresh secrets, tried out, and as channels for whoever delivers.

One rule: a secret leaves this file twice, sealed for the database and in a channel that signs with it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.channels.channel import Destination, Parcel, Toolbox
from app.channels.record import Trial
from app.channels.roster import Served
from app.channels.signature import mint, mint_private
from app.channels.webhook import Webhook
from app.domain import message
from app.domain.address import Allowed, Target, permitted, worth_resolving
from app.domain.endpoint import PRIVATE, Backlog, Endpoint, Missed, SigningSecret, Wanted, live, rotated
from app.store import endpoints as store
from app.store.moves import new_id

log = logging.getLogger(__name__)

PING, WEBHOOK = "test.ping", "webhook"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What endpoints need besides the database. `configured`: the webhooks of piaoda.yaml by name; `options`: those of
    CloudEvents; `allow`: what the operator has opened.
    """

    tools: Toolbox
    configured: Mapping[str, Destination]
    allow: Sequence[Allowed] = ()
    options: Mapping[str, str] | None = None


class Endpoints:
    """What the API does with endpoints; see the port `Webhooks`."""

    def __init__(self, kept: store.Endpoints, around: Surroundings) -> None:
        self._kept, self._around = kept, around

    @property
    def sealed(self) -> bool:
        return self._kept.sealed

    def refusal(self, url: str) -> str:
        """Why this URL will never be called, in a sentence; empty when it may be. A name is judged at each attempt."""
        try:
            target = Target.parse(url)
        except ValueError as error:
            return f"This URL cannot be used: {error}."
        if not worth_resolving(target, self._around.allow):
            return "Write https and port 443, 80 or 8443; anything else the operator must open under egress.allow."
        if (literal := target.literal) and not permitted(target, literal, self._around.allow):
            return "This address is not on the open internet; the operator must open it under egress.allow."
        return ""

    async def get(self, tenant: str, name: str) -> Endpoint | None:
        found = await self._kept.get(tenant, name)
        return self._whole(found) if found else None

    async def page(self, tenant: str, after: str, limit: int) -> list[Endpoint]:
        return [self._whole(each) for each in await self._kept.page(tenant, after, limit)]

    async def backlogs(self, tenant: str, names: Sequence[str]) -> Mapping[str, Backlog]:
        return await self._kept.backlogs(tenant, names)

    async def create(
        self, tenant: str, name: str, wanted: Wanted, now: datetime, *, asymmetric: bool
    ) -> tuple[Endpoint, bool]:
        """The endpoint of this name, and whether it was made just now."""
        secrets = [SigningSecret(text) for text in _fresh(asymmetric)]
        made, fresh = await self._kept.add(tenant, name, wanted, secrets, now)
        return self._whole(made), fresh

    async def change(
        self, tenant: str, name: str, changed: Callable[[Wanted], Wanted], now: datetime
    ) -> Endpoint | None:
        def work(before: Endpoint) -> Endpoint:
            return replace(before, wanted=changed(before.wanted))

        return await self._kept.change(tenant, name, work, now)

    async def rotate(self, tenant: str, name: str, now: datetime, overlap: timedelta) -> Endpoint | None:
        """With a new secret that signs beside the older ones; None where too many of those are live."""

        def work(before: Endpoint) -> Endpoint | None:
            fresh = _fresh(any(secret.text.startswith(PRIVATE) for secret in before.secrets))
            secrets = rotated(before.secrets, fresh, now, overlap)
            return replace(before, secrets=secrets) if secrets else None

        return await self._kept.change(tenant, name, work, now)

    async def remove(self, tenant: str, name: str, now: datetime) -> None:
        await self._kept.remove(tenant, name, now)

    async def enable(self, tenant: str, name: str, now: datetime) -> Missed:
        return await self._kept.enable(tenant, name, now)

    async def disable(self, tenant: str, name: str, reason: str, now: datetime) -> None:
        await self._kept.disable(tenant, name, reason, now)

    async def test(self, endpoint: Endpoint) -> Trial:
        """Sends a `test.ping` now, once, past the outbox. Raises ValueError where the endpoint cannot sign."""
        clock = self._around.tools.clock
        began = clock.now()
        channel = Webhook(self._destination(endpoint, began), self._around.tools)
        payload = {"type": PING, "timestamp": message.instant(began), "data": {"webhook": {"name": endpoint.name}}}
        parcel = Parcel(new_id(began), message.encode(payload), began, payload)
        receipt = await channel.send([parcel])
        return Trial(parcel.id, receipt, (clock.now() - began) / clock.real(1.0))

    def _destination(self, endpoint: Endpoint, now: datetime) -> Destination:
        known = self._around.configured.get(endpoint.name) if endpoint.origin == "configuration" else None
        return known or destination(endpoint, now, self._around.options)

    def _whole(self, endpoint: Endpoint) -> Endpoint:
        """With what a configured endpoint keeps in piaoda.yaml."""
        known = self._around.configured.get(endpoint.name)
        if endpoint.origin != "configuration" or known is None:
            return endpoint
        wanted = replace(
            endpoint.wanted, url=known.url, headers=known.headers, fields=known.fields, form=known.form,
            timeout=known.timeout,
        )  # fmt: skip
        return replace(endpoint, wanted=wanted, secrets=tuple(SigningSecret(text) for text in known.secrets))


def destination(endpoint: Endpoint, now: datetime, options: Mapping[str, str] | None = None) -> Destination:
    """The endpoint as a channel wants it, with the secrets that are live."""
    wanted = endpoint.wanted
    return Destination(
        name=endpoint.name,
        kind=WEBHOOK,
        url=wanted.url,
        secrets=tuple(secret.text for secret in live(endpoint.secrets, now)),
        timeout=wanted.timeout,
        headers=wanted.headers,
        fields=wanted.fields,
        form=wanted.form,
        options=options or {},
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """What stands for one endpoint. `served` None: it cannot sign. `until`: when the first of its secrets ends."""

    served: Served | None
    version: datetime | None
    until: datetime | None


class EndpointRoster:
    """All endpoints that were made over the API, as they are now for every replica; a `Roster`."""

    def __init__(self, tenant: str, kept: store.Endpoints, around: Surroundings) -> None:
        self._tenant, self._kept, self._around = tenant, kept, around
        self._listed: dict[str, _Listed] = {}

    @property
    def served(self) -> Mapping[str, Served]:
        """Those that can sign, by name."""
        return {name: each.served for name, each in self._listed.items() if each.served}

    async def refresh(self) -> None:
        """Reads again what has changed, and what signs with a secret that has ended."""
        now, versions = self._around.tools.clock.now(), await self._kept.versions(self._tenant)
        stale = [name for name, version in versions.items() if self._is_stale(name, version, now)]
        read = await self._kept.named(self._tenant, stale) if stale else []
        listed = self._listed | {each.name: self._made(each, now) for each in read}
        self._listed = {name: each for name, each in listed.items() if name in versions}

    def _is_stale(self, name: str, version: datetime, now: datetime) -> bool:
        listed = self._listed.get(name)
        return listed is None or listed.version != version or (listed.until is not None and listed.until <= now)

    def _made(self, endpoint: Endpoint, now: datetime) -> _Listed:
        ends = [secret.until for secret in live(endpoint.secrets, now) if secret.until]
        return _Listed(self._served(endpoint, now), endpoint.updated_at, min(ends, default=None))

    def _served(self, endpoint: Endpoint, now: datetime) -> Served | None:
        if not endpoint.readable:
            log.error("endpoint sealed under another PIAODA_SECRET", extra={"destination": endpoint.name})
            return None
        try:
            channel = Webhook(destination(endpoint, now, self._around.options), self._around.tools)
        except ValueError:
            log.exception("endpoint cannot be used", extra={"destination": endpoint.name})
            return None
        return Served(channel, WEBHOOK, endpoint.wanted.timeout)


def _fresh(asymmetric: bool) -> tuple[str, ...]:
    return (mint(), mint_private()) if asymmetric else (mint(),)
