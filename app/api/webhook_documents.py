"""Webhooks as JSON. One rule: of a secret the last four characters, of a URL no query, of a header's value four."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.channels.channel import Exchange
from app.channels.record import Trial, tail
from app.channels.signature import public_key
from app.domain.endpoint import PRIVATE, Backlog, Endpoint, Missed, SigningSecret, Wanted, live
from app.domain.message import instant


def webhook(endpoint: Endpoint, backlog: Backlog, now: datetime) -> dict[str, Any]:
    """The JSON object of GET /v1/webhooks/{name}."""
    secrets = live(endpoint.secrets, now)
    health = endpoint.health
    return {
        "name": endpoint.name,
        "origin": endpoint.origin,
        **_wanted(endpoint.wanted),
        "secrets": [_secret(each) for each in secrets],
        "public_keys": [public_key(each.text) for each in secrets if each.text.startswith(PRIVATE)],
        "enabled": health.enabled,
        "disabled_reason": health.disabled_reason,
        "disabled_at": instant(health.disabled_at),
        "failing_since": instant(health.failing_since),
        "failures": health.failures,
        "open_until": instant(health.open_until),
        "last_success_at": instant(health.last_success_at),
        "pending": backlog.pending,
        "dead": backlog.dead,
        "created_at": instant(endpoint.created_at),
        "updated_at": instant(endpoint.updated_at),
        "links": {"self": f"/v1/webhooks/{endpoint.name}"},
    }


def private(endpoint: Endpoint) -> bool:
    """Whether it signs with a key that only we hold."""
    return any(secret.text.startswith(PRIVATE) for secret in endpoint.secrets)


def missed(name: str, lost: Missed) -> dict[str, Any] | None:
    if lost.since is None:
        return None
    body = {"since": instant(lost.since)}
    call = {"method": "POST", "path": f"/v1/webhooks/{name}/redeliver", "body": body}
    return {**body, "messages": lost.messages, "redeliver": call}


def tested(trial: Trial) -> dict[str, Any]:
    receipt, exchange = trial.receipt, trial.receipt.exchange or Exchange()
    return {
        "message_id": trial.message_id,
        "result": receipt.result.value,
        "failure": receipt.failure.value if receipt.failure else None,
        "status": receipt.status,
        "code": receipt.code,
        "detail": receipt.detail,
        "took": round(trial.took, 3),
        "request": _said(exchange.request_headers, exchange.request_body),
        "reply": _said(exchange.reply_headers, exchange.reply_body),
    }


def _said(headers: Mapping[str, str], body: str) -> dict[str, Any]:
    return {"headers": dict(headers), "body": body}


def _wanted(wanted: Wanted) -> dict[str, Any]:
    path, query, _ = wanted.url.partition("?")
    return {
        "url": f"{path}?***" if query else path or None,
        "description": wanted.description,
        "events": list(wanted.events),
        "accounts": list(wanted.accounts),
        "sellers": list(wanted.sellers),
        "kinds": list(wanted.kinds),
        "labels": dict(wanted.labels),
        "minimum_amount": None if wanted.minimum_amount is None else f"{wanted.minimum_amount:.2f}",
        "fields": list(wanted.fields),
        "form": wanted.form,
        "ordered": wanted.ordered,
        "latest_only": wanted.latest_only,
        "rate": wanted.rate,
        "concurrency": wanted.concurrency,
        "timeout": wanted.timeout,
        "headers": {name: tail(value) for name, value in wanted.headers.items()},
    }


def _secret(secret: SigningSecret) -> dict[str, Any]:
    scheme = "v1a" if secret.text.startswith(PRIVATE) else "v1"
    return {"scheme": scheme, "shown": tail(secret.text), "until": instant(secret.until)}
