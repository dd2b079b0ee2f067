"""The composition root: settings become objects, objects become a running service. The only file that knows everything.

One rule: every replica is equal. API and workers may run in one process or apart; nothing here elects anybody.
"""

import contextlib
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from app import telling
from app.api import app as api
from app.api import callbacks
from app.api import metrics as exposition
from app.api.alerting import Alerting
from app.api.counting import Counting
from app.api.ports import Limits, Retelling, Services
from app.api.traces import Traced
from app.clock import Clock, DatabaseClock
from app.console import pages as console
from app.console.desk import Desk
from app.domain import links
from app.domain.invoice import Invoice
from app.domain.policy import Admission, Policy, admit
from app.domain.tally import Tally
from app.egress import Egress
from app.endpoints import Endpoints
from app.loop import Loop
from app.observability.metrics import Metrics
from app.observability.tracing import configured
from app.poller import CALL_LIMIT, Pace, Poller
from app.replica import TENANT, UPKEEP_EVERY, Service, configured_accounts, credential_ends
from app.settings import Settings, secret_of
from app.store import embedded
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.delivery_log import DeliveryLog
from app.store.feed import Feed
from app.store.incident_log import IncidentLog
from app.store.intake import Intake
from app.store.invoices import Invoices
from app.store.keys import ApiKeys
from app.store.maintenance import Maintenance
from app.store.moves import new_id
from app.store.redeliveries import Redeliveries
from app.store.silences import Silences
from app.store.tokens import FETCH_LEASE, SharedTokens, Thrift
from app.tax.adapter import TaxAdapter, Toolbox
from app.tax.discretion import discreet
from app.tax.expiry import Reminder
from app.tax.generations import as_one
from app.tax.registry import ADAPTERS
from app.turns import Turns
from app.watchdog import Watchdog

NOBODY = "unassigned"  # the account of invoices when none is configured


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL of the database: the configured one, else the embedded one, joined for as long as the block runs."""
    if url := settings.database_url.get_secret_value():
        yield url.replace("+asyncpg", "", 1)
        return
    joined = embedded.start(settings.data_dir)
    try:
        yield joined.url
    finally:
        joined.leave()


def policy_of(settings: Settings) -> Policy:
    config = settings.config
    plans = {
        name: account.schedule(name, ADAPTERS[account.adapter].capabilities)
        for name, account in config.accounts.items()
    }
    return Policy(
        plans=plans,
        default_account=config.default_account or NOBODY,
        budget=config.budget.value,
        rechecks=config.rechecks.value,
        deadlines=config.deadlines.value,
        tolerance=config.amount_tolerance,
    )


def adapters(settings: Settings, name: str, egress: Egress, database: Database, clock: Clock) -> list[TaxAdapter]:
    """One for each generation of the account's credentials, the newest first."""
    account = settings.config.accounts[name]
    factory = ADAPTERS[account.adapter].factory
    generations = [each for each, _ in account.generations(name)]
    fetching = max(FETCH_LEASE, account.limits.timeout.total_seconds() * CALL_LIMIT)
    thrift = Thrift(fetching, ADAPTERS[account.adapter].token_rest.total_seconds())
    toolboxes = [
        Toolbox(egress, SharedTokens(database, clock, TENANT, each.token_secret, thrift), clock) for each in generations
    ]
    return [discreet(factory, *one, generations) for one in zip(generations, toolboxes, strict=True)]


def build(settings: Settings, url: str) -> Service:
    """Wires a service; connects to nothing yet."""
    config = settings.config
    metrics = Metrics(version("piaoda"), list(config.accounts), sorted({d.kind for d in config.destinations.values()}))
    pool = partial(Database, url, size=settings.database_connections)
    service = Service(
        settings=settings,
        url=url,
        clock=DatabaseClock(scale=settings.scale),
        database=pool(waited=partial(metrics.waited, "api")),
        work=pool(waited=partial(metrics.waited, "worker")),  # the workers' own pool: events never wait behind them
        egress=Egress(allow=config.egress.allow, proxy=config.egress.proxy),
        metrics=metrics,
        policy=policy_of(settings),
        reminder=Reminder(credential_ends(settings)),
        tally=Tally(config.alerts.region_label),
        tracing=configured(os.environ, version("piaoda")),
    )
    service.turns = Turns(
        tenant=TENANT,
        worker=new_id(service.clock.now()),
        database=service.work,
        clock=service.clock,
        limits={name: _pace(service, name).limits for name in config.accounts},
    )
    service.pollers = [_poller(service, name) for name in config.accounts]
    service.notifier = telling.notifier(service)
    service.loops = [
        _loop(service, "turns", service.turns.step),
        _loop(service, "clock", service.follow),
        _loop(service, "upkeep", service.upkeep),
        _loop(service, "statistics", service.statistics),
        _loop(service, "watchdog", _watchdog(service).step),
        *(_loop(service, "poller", poller.step) for poller in service.pollers),
        _loop(service, "notifier", service.notifier.step),
        _loop(service, "alerter", telling.alerter(service).step),
        _loop(service, "redelivery", telling.redelivery(service).step),
    ]
    metrics.present(service.present)
    return service


def _loop(service: Service, name: str, step: Callable[[], Awaitable[float]]) -> Loop:
    metrics = service.metrics
    return Loop(
        name, step, clock=service.clock, on_success=metrics.loop_succeeded, on_step=metrics.loop_stepped,
        longest_rest=UPKEEP_EVERY,
    )  # fmt: skip


def _pace(service: Service, name: str) -> Pace:
    account = service.settings.config.accounts[name]
    limits = account.capabilities(ADAPTERS[account.adapter].capabilities)
    return Pace(
        rate=limits.rate,
        concurrency=limits.concurrency,
        batch=limits.batch,
        timeout=account.limits.timeout.total_seconds(),
        rest=service.settings.config.loops.poll_every.total_seconds(),
        daily=account.daily(limits),
    )


def _poller(service: Service, name: str) -> Poller:
    generations = adapters(service.settings, name, service.egress, service.work, service.clock)
    return Poller(
        tenant=TENANT,
        account=name,
        adapter=as_one(name, generations),
        database=service.work,
        clock=service.clock,
        policy=service.policy,
        pace=_pace(service, name),
        share=service.turns.shares[name],
        tally=service.tally,
        breaker_policy=service.settings.config.breaker.value,
        metrics=service.metrics,
        tracing=service.tracing,
        provider=service.settings.config.accounts[name].adapter,
    )


def _watchdog(service: Service) -> Watchdog:
    loops = service.settings.config.loops
    return Watchdog(
        tenant=TENANT,
        database=service.work,
        clock=service.clock,
        metrics=service.metrics,
        rest=loops.watch_every.total_seconds(),
        chunk=loops.batch,
    )


def application(service: Service) -> FastAPI:
    """The API and the console over a service."""
    settings, requests = service.settings, service.settings.config.limits

    def admission(invoice: Invoice, now: datetime) -> Admission:
        return admit(invoice, now, service.policy, random.random())  # noqa: S311 - spreads due times, guards nothing

    invoices, keys = Invoices(service.database, service.policy, service.moved_by_hand), ApiKeys(service.database)
    incidents, policy = IncidentLog(service.database), settings.config.alerts.value
    service.intake = Intake(service.database, admission, moved=service.moved)
    services = Services(
        intake=service.intake,
        keys=keys,
        invoices=invoices,
        readiness=service,
        accounts=Accounts(service.database, configured_accounts(settings)),
        counted=service.metrics.events,
        retelling=Retelling(Feed(service.database), DeliveryLog(service.database), Redeliveries(service.database)),
        webhooks=Endpoints(telling.endpoints(service, service.database), telling.surroundings(service)),
        alerting=Alerting(
            incidents,
            Silences(service.database),
            Maintenance(service.database),
            tuple(settings.config.accounts),
            policy,
        ),
    )
    limits = Limits(
        body=requests.body_bytes,
        line=requests.bulk_line_bytes,
        batch_items=requests.batch_items,
        requests=requests.requests,
        uploads=requests.uploads,
    )
    app = api.create(services, clock=service.clock, limits=limits, version=version("piaoda"))
    app.add_middleware(Counting, answered=service.metrics.request)
    if service.tracing.records:
        app.add_middleware(Traced, tracing=service.tracing)
    app.include_router(exposition.router(service.metrics, service.readout))
    app.include_router(callbacks.router(telling.callbacks(service, incidents)))
    if settings.console_access != "off":
        secret = secret_of(settings)
        key = links.key_of(secret) if secret else None
        console.install(
            app, invoices=invoices, keys=keys, clock=service.clock, open_to_all=settings.console_access == "open",
            language=settings.language, tenant=TENANT,
            desk=Desk(incidents, TENANT, policy, telling.people(settings), key),
        )  # fmt: skip
    return app
