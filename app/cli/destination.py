"""What `piaoda doctor` says of one destination: what it hears, and the way there. One rule: no message is sent."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from types import MappingProxyType

from app.channels.registry import CHANNELS
from app.cli.finding import Finding
from app.domain.address import Target
from app.domain.errors import EgressError, EgressReason
from app.egress import Egress
from app.settings.destinations import DestinationSettings

IMPLICIT_TLS = 465
_DO: Mapping[EgressReason, str] = MappingProxyType({
    "refused": "if the address is meant, open it under egress: allow: in piaoda.yaml; else correct it",
    "dns": "check the spelling in piaoda.yaml, and this machine's DNS",
    "connect": "let this machine out to that host and port: look at the firewall, and at egress: proxy:",
    "tls": "the certificate is not one we trust: look for a proxy that opens TLS, old root certificates, a wrong host",
    "timeout": "a firewall may swallow the connection: let this machine out to that host and port",
    "reset": "the other side hung up: look at the firewall, and at egress: proxy:",
})  # fmt: skip


async def findings(name: str, settings: DestinationSettings, egress: Egress) -> list[Finding]:
    """Never raises for what is wrong with the destination; the settings themselves were judged at the start."""
    what = f"destination {name}"
    return [Finding(f"{what}, configuration", True, _words(settings)), await _way(f"{what}, way", settings, egress)]


def _words(settings: DestinationSettings) -> str:
    incidents = ["incidents"] if CHANNELS[settings.kind].chat else []
    heard = [*incidents, *settings.events] or ["every event"]
    to = f", to {len(settings.to)} receiver{'s' * (len(settings.to) > 1)}" if settings.to else ""
    return f"{settings.kind}, {settings.language}{to}, hears {' '.join(heard)}"


async def _way(what: str, settings: DestinationSettings, egress: Egress) -> Finding:
    deadline = settings.timeout.total_seconds()
    try:
        if "host" in settings.options:
            return await _mail(what, settings.options, egress, deadline)
        if (url := _url(settings)) is None:
            return Finding(what, None, "not looked at: only the channel knows where it calls")
        await egress.reach(url, deadline=deadline)
    except EgressError as error:
        return Finding(what, False, error.detail, _DO.get(error.reason, ""))
    target = Target.parse(url)
    secured = "the certificate is good" if target.scheme == "https" else "without TLS"
    return Finding(what, True, f"{target.host} takes connections at port {target.port}, {secured}")


def _url(settings: DestinationSettings) -> str | None:
    """As written, else the tool's own."""
    if settings.url:
        return settings.url.get_secret_value()
    home = next(iter(CHANNELS[settings.kind].hosts), "*")
    return None if "*" in home else f"https://{home}/"


async def _mail(what: str, options: Mapping[str, str], egress: Egress, deadline: float) -> Finding:
    host, port = options["host"], int(options.get("port") or IMPLICIT_TLS)
    plain, tls = await egress.connect(host, port, deadline=deadline)
    with contextlib.closing(plain):
        if port != IMPLICIT_TLS:
            return Finding(what, True, f"{host} takes connections at port {port}; STARTTLS is not tried")
        try:
            async with asyncio.timeout(deadline):
                _, writer = await asyncio.open_connection(sock=plain, ssl=tls, server_hostname=host)
        except (ssl.SSLError, OSError) as error:  # the timeout's too
            return Finding(what, False, f"{host}: {str(error) or 'no answer in time'}", _DO["tls"])
        writer.transport.abort()
    return Finding(what, True, f"{host} takes connections at port {port}, the certificate is good")
