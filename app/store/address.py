"""Where the database is, and what stands before it. One rule: what is meant for us in its URL never reaches the server.

`pooler=transaction` says that a bouncer hands out a connection for one transaction at a time, as PgBouncer does with
`pool_mode = transaction`. Nothing may be left on such a connection then: no prepared statement, no setting.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from asyncpg.connect_utils import SessionAttribute

from app.domain.errors import ConfigurationError

_OURS = "pooler"
_KNOWN = "transaction"
_HOST = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*)(?::[0-9]*)?")
_UNREADABLE = (
    "PIAODA_DATABASE_URL cannot be read. Is there one of / ? # @ % in the password? Write it as %2F %3F %23 %40 %25."
)


@dataclass(frozen=True, slots=True)
class Address:
    """`dsn`: what asyncpg reads, one host or several; `pooled`: a bouncer in transaction mode answers there."""

    dsn: str = field(repr=False)
    pooled: bool = False

    @classmethod
    def of(cls, url: str) -> Self:
        """Reads PIAODA_DATABASE_URL; raises ConfigurationError where `pooler` says something else than we know."""
        base, _, query = url.partition("?")
        parameters = [each.partition("=") for each in query.split("&") if each]
        hosts = urlsplit(base).netloc.rpartition("@")[2].split(",")
        # The driver would quote what it stumbles over, which is the beginning or the end of a password.
        if (
            "#" in url
            or not all(map(_HOST.fullmatch, hosts))
            or not all(sign or name == _OURS for name, sign, _ in parameters)
        ):
            raise ConfigurationError(_UNREADABLE)
        said = [value for name, _, value in parameters if name == _OURS]
        if any(value != _KNOWN for value in said):
            raise ConfigurationError(
                f"PIAODA_DATABASE_URL: this {_OURS} is unknown; write {_OURS}={_KNOWN}, or leave it out where "
                "connections are kept for a session or no bouncer is in between."
            )
        rest = "&".join("".join(each) for each in parameters if each[0] != _OURS)
        return cls(f"{base}?{rest}" if rest else base, pooled=bool(said))

    def options(self, settings: dict[str, str]) -> dict[str, Any]:
        """What asyncpg needs beside the DSN. `settings`: what a session is to begin with; a bouncer passes none on.

        Of several hosts the one that takes writes is wanted. Behind a bouncer that is the bouncer's choice.
        """
        if self.pooled:
            return {"statement_cache_size": 0}
        return {"target_session_attrs": SessionAttribute.read_write, "server_settings": settings}
