"""The HTTP API put together. One rule: it is made of what it is handed; nothing is read from elsewhere."""

from fastapi import FastAPI

from app.api import (
    accounts,
    deliveries,
    events,
    feed,
    health,
    incidents,
    invoices,
    openapi,
    problems,
    quiet,
    reference,
    webhooks,
)
from app.api.doorstep import Application, Straight
from app.api.events import EventDoor
from app.api.ports import Limits, Services
from app.api.security import Guard
from app.clock import Clock

DESCRIPTION = """Piaoda 票达 watches each invoice until the tax administration's system has it,
and says why when it has not. Errors are RFC 9457 problems; programs branch on `code`."""


def create(services: Services, *, clock: Clock, limits: Limits, version: str) -> FastAPI:
    """The application. Routers included later guard their calls with `Security(API_KEY, scopes=[...])`."""
    app = Application(
        title="Piaoda 票达",
        version=version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},  # we count ourselves
    )
    guard = app.state.guard = Guard(services.keys, clock)
    problems.install(app)
    openapi.install(app)
    reference.install(app)
    door = EventDoor(services, clock, limits)
    app.straight = Straight(door, guard, app)
    events.install(app, door)
    app.include_router(invoices.router(services.invoices, clock, limits))
    if services.accounts:
        app.include_router(accounts.router(services.accounts, clock))
    if services.webhooks:
        app.include_router(webhooks.router(services.webhooks, clock, limits))
    if services.alerting:
        app.include_router(incidents.router(services.alerting, clock, limits))
        app.include_router(quiet.router(services.alerting, clock, limits))
    if retelling := services.retelling:
        app.include_router(deliveries.router(retelling.deliveries, retelling.redeliveries, clock, limits))
        app.include_router(feed.router(retelling.feed, services.readiness, clock))
    app.include_router(health.router(services.readiness))
    return app
