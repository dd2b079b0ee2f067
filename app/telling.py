"""Who is told what: the notifier with its channels, the alerter, webhooks, callbacks and the links in alerts, wired.

One rule: `main` hands in a service; what a destination may see and do is decided by the settings alone.
"""

import json
import secrets

from app.alerter import Alerter
from app.api.callbacks import Callbacks
from app.channels import channel
from app.channels.registry import CHANNELS
from app.channels.roster import Fixed, Joined, Served
from app.clock import Clock
from app.domain import links
from app.domain.acting import Act, People, Person
from app.domain.delivery import Ladder
from app.endpoints import EndpointRoster, Surroundings
from app.notifier import Notifier
from app.redelivery import Redelivery
from app.replica import TENANT, Service
from app.settings import Settings, secret_of
from app.settings.destinations import DestinationSettings
from app.store.database import Database
from app.store.deliveries import Subscription
from app.store.endpoints import Endpoints
from app.store.incident_log import IncidentLog
from app.store.seal import ENDPOINTS, Seal
from app.store.tokens import SharedTokens

ALL_EVENTS = ("invoice.synced", "invoice.overdue", "invoice.escalated", "invoice.voided", "invoice.changed")
"""What a webhook hears that names no events. Chats hear of incidents, by the policy, and of what they name."""

GATHER = 10.0  # real seconds that chat messages wait for company, so that a flood is one message


def alerter(service: Service) -> Alerter:
    config = service.settings.config
    return Alerter(
        tenant=TENANT,
        accounts=list(config.accounts),
        database=service.work,
        clock=service.clock,
        policy=config.alerts.value,
        tally=service.tally,
        rest=config.loops.notify_every.total_seconds(),
        told=lambda _incident, notice: service.metrics.alert(notice.reason),
    )


def redelivery(service: Service) -> Redelivery:
    return Redelivery(tenant=TENANT, database=service.work, clock=service.clock)


def notifier(service: Service) -> Notifier:
    config = service.settings.config
    return Notifier(
        tenant=TENANT,
        roster=Joined(
            Fixed({name: _served(service, name) for name in config.destinations}),
            EndpointRoster(TENANT, endpoints(service, service.work), surroundings(service)),
        ),
        database=service.work,
        clock=service.clock,
        ladder=Ladder(config.delivery.ladder, config.delivery.jitter),
        metrics=service.metrics,
        rest=config.loops.notify_every.total_seconds(),
        tracing=service.tracing,
    )


def endpoints(service: Service, database: Database) -> Endpoints:
    """Webhooks made over the API, which are sealed; without a secret there is nothing to seal them with."""
    secret = secret_of(service.settings)
    return Endpoints(database, Seal(secret, ENDPOINTS) if secret else None)


def surroundings(service: Service) -> Surroundings:
    """What webhooks made over the API share with those of piaoda.yaml."""
    settings, configured = service.settings, service.settings.config.destinations
    return Surroundings(
        tools=channel.Toolbox(service.egress, service.clock),
        configured={name: each.destination(name) for name, each in configured.items() if each.kind == "webhook"},
        allow=settings.config.egress.allow,
        options={"source": settings.public_url} if settings.public_url else {},
    )


def _served(service: Service, name: str) -> Served:
    """A configured destination. Its tokens are sealed with what its tool gives them for."""
    destination = service.settings.config.destinations[name].destination(name)
    secret = json.dumps(dict(destination.credentials), sort_keys=True).encode()
    tokens = SharedTokens(service.work, service.clock, TENANT, secret)
    toolbox = channel.Toolbox(service.egress, service.clock, tokens, link=_link(service, destination))
    return Served(CHANNELS[destination.kind].make(destination, toolbox), destination.kind, destination.timeout)


def _link(service: Service, to: channel.Destination) -> channel.Link | None:
    """Addresses of the pages where people act on what `to` tells them; without a secret they sign in there."""
    base, secret = service.settings.public_url.rstrip("/"), secret_of(service.settings)
    if not base or service.settings.console_access == "off":
        return None

    def link(action: str, incident: str) -> str:
        if secret is None or action not in list(Act):
            return f"{base}/incidents/{incident}"
        expires_at, nonce = service.clock.now() + links.LIFETIME, secrets.token_bytes(links.NONCE)
        claim = links.Claim(Act(action), incident, to.name, to.person, expires_at, nonce)
        return f"{base}/act/{links.sign(links.key_of(secret), claim)}"

    return link


def people(settings: Settings) -> People:
    tools = ("slack", "wecom", "email")
    return People(
        {
            name: Person(name, frozenset(map(Act, person.may)), {tool: getattr(person, tool) or "" for tool in tools})
            for name, person in settings.config.people.items()
        }
    )


def subscriptions(settings: Settings, clock: Clock) -> list[Subscription]:
    """What the configured destinations want to hear."""
    return [_subscription(name, destination, clock) for name, destination in settings.config.destinations.items()]


def _subscription(name: str, destination: DestinationSettings, clock: Clock) -> Subscription:
    """Chat hears of trouble, and of its end where it heard of the trouble; no faster than the tool takes it."""
    kind = CHANNELS[destination.kind]
    gather = destination.gather.total_seconds() or (GATHER if kind.chat else 0.0)
    rates = [rate for rate in (destination.rate, 1 / kind.gap if kind.gap else None) if rate]
    return Subscription(
        name=name,
        kind=destination.kind,
        events=destination.events or (() if kind.chat else ALL_EVENTS),
        accounts=destination.accounts,
        sellers=destination.sellers,
        kinds=destination.kinds,
        labels=destination.labels,
        minimum_amount=destination.minimum_amount,
        recovery_only=destination.recovery_only or kind.chat,
        gather=clock.real(gather).total_seconds(),
        ordered=destination.ordered,
        latest_only=destination.latest_only,
        rate=min(rates, default=None),
        concurrency=destination.concurrency,
        options={"form": destination.form, "fields": destination.fields},
    )


def callbacks(service: Service, incidents: IncidentLog) -> Callbacks:
    config = service.settings.config
    return Callbacks(
        incidents=incidents,
        destinations={name: each.destination(name) for name, each in config.destinations.items()},
        people=people(service.settings),
        policy=config.alerts.value,
        clock=service.clock,
        egress=service.egress,
        tenant=TENANT,
    )
