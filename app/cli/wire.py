"""The way to a provider, step by step: name, connection, TLS, HTTP, clock. One rule: it asks for nothing.

One HEAD of the host's root, through the same guard as every call: what it cannot do, no question can.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from app.cli.finding import Finding
from app.clock import Clock, Scale
from app.domain.address import Target
from app.domain.errors import EgressError, EgressReason
from app.egress import Egress, Reply

STEPS = ("dns", "tcp", "tls", "http")
MOST_SKEW = 60.0  # seconds; providers that sign with the time refuse what is five minutes old

_FAILED_AT: Mapping[EgressReason, str] = MappingProxyType({
    "refused": "guard", "dns": "dns", "connect": "tcp", "tls": "tls",
    "timeout": "http", "reset": "http", "protocol": "http", "too_large": "http",
})  # fmt: skip
_DO = MappingProxyType({
    "guard": "if the address is meant, open it under egress: allow: in piaoda.yaml; else correct url or token_url",
    "dns": "check the spelling of url and token_url in piaoda.yaml, and this machine's DNS",
    "tcp": "let this machine out to that host and port: look at the firewall and at the provider's list of addresses",
    "tls": "the certificate is not one we trust: look for a proxy that opens TLS, old root certificates, a wrong host",
    "timeout": "a firewall may swallow the connection: let this machine out to that host and port; if others get "
    "through, ask the provider whether the service is down",
    "http": "try again in some minutes; if it stays, ask the provider whether the service is down",
})  # fmt: skip


async def look(what: str, url: str, egress: Egress, clock: Clock, *, deadline: float, scale: Scale) -> list[Finding]:
    """A finding for each step to the host of `url`; after the first that fails the others are not tried."""
    target = Target.parse(url)
    try:
        reply = await egress.request("HEAD", f"{target.origin}/", deadline=deadline)
    except EgressError as error:
        return _broken(what, target, error)
    steps = [_passed(what, target, step) for step in STEPS[:-1]]
    http = Finding(f"{what}, http", True, f"answers (status {reply.status})")
    return [*steps, http, _clock(f"{what}, clock", reply, clock.now(), scale)]


def passable(findings: list[Finding]) -> bool:
    """Whether a question may come through: a server may dislike our HEAD and take a question all the same."""
    return all(finding.ok is not False for finding in findings if not finding.what.endswith((", http", ", clock")))


def _passed(what: str, target: Target, step: str) -> Finding:
    if step == "tls" and target.scheme == "http":
        return Finding(
            f"{what}, tls", True, "not used: the address begins with http://", "use https:// outside of tests"
        )
    says = {
        "dns": f"{target.host} is an address" if target.literal else f"{target.host} is known",
        "tcp": f"port {target.port} takes connections",
        "tls": "the certificate is good",
    }
    return Finding(f"{what}, {step}", True, says[step])


def _broken(what: str, target: Target, error: EgressError) -> list[Finding]:
    failed = _FAILED_AT[error.reason]
    if failed == "guard":
        rest = [Finding(f"{what}, {step}", None, "not tried") for step in STEPS]
        return [Finding(f"{what}, guard", False, error.detail, _DO[failed]), *rest]
    at = STEPS.index(failed)
    # A deadline may have passed anywhere.
    before = [
        Finding(f"{what}, {step}", None, "not known: no answer in time")
        if error.reason == "timeout"
        else _passed(what, target, step)
        for step in STEPS[:at]
    ]
    after = [Finding(f"{what}, {step}", None, "not tried") for step in (*STEPS[at + 1 :], "clock")]
    do = _DO["timeout" if error.reason == "timeout" else failed]
    return [*before, Finding(f"{what}, {failed}", False, error.detail, do), *after]


def _clock(what: str, reply: Reply, now: datetime, scale: Scale) -> Finding:
    if scale.factor != 1:
        return Finding(what, None, "not compared: our time runs fast here (PIAODA_CLOCK_SCALE)")
    try:
        told = parsedate_to_datetime(reply.headers.get("date", ""))
        skew = ((told if told.tzinfo else told.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return Finding(what, None, "the answer carries no date")
    if abs(skew) <= MOST_SKEW:
        return Finding(what, True, f"{abs(skew):.0f} s from the provider's")
    do = "synchronise this machine and the database's (NTP): signatures with a wrong time are refused"
    return Finding(what, False, f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the provider's", do)
