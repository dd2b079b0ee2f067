"""What a setting is judged against: the environment, the file's folder, the adapters, the other sections.

Its one rule: it is read from the raw document before anything is validated, so that a wrong section
never hides a fault in another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationInfo

from app.channels.registry import CHANNELS
from app.domain.address import Allowed
from app.domain.invoice import Family
from app.tax.adapter import Capabilities

ADAPTERS: Final[Mapping[str, Sequence[str]]] = {
    "nuonuo": ("app_key", "app_secret"),
    "baidu": ("api_key", "secret_key"),
}
CAPABILITIES: Final[Mapping[str, Capabilities]] = {
    "nuonuo": Capabilities(Family.CHANNEL, batch=50),
    "baidu": Capabilities(Family.PROOF, batch=1, daily_limit=5),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`adapters`: needed credentials by adapter. `accounts`: adapter by account, as written, right or not."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path = Path()
    adapters: Mapping[str, Sequence[str]] = field(default_factory=lambda: ADAPTERS)
    capabilities: Mapping[str, Capabilities] = field(default_factory=lambda: CAPABILITIES)
    channels: Sequence[str] = tuple(CHANNELS)
    accounts: Mapping[str, object] = field(default_factory=dict)
    allowed: Sequence[Allowed] = ()

    def capabilities_of(self, adapter: object) -> Capabilities | None:
        return self.capabilities.get(str(adapter))


def surroundings(info: ValidationInfo) -> Surroundings:
    """The context of this validation; without one (a section built in code) the defaults."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


def accounts_in(tree: Any) -> dict[str, object]:
    """Adapter by account, as the raw document has it."""
    return {
        name: _section(body).get("adapter") for name, body in _section(_section(tree).get("accounts")).items()
    }


def allowed_in(tree: Any) -> tuple[Allowed, ...]:
    """The openings of `egress.allow` that can be read; the others are the field's own fault."""
    entries = _section(_section(tree).get("egress")).get("allow")
    return tuple(_readable(entries if isinstance(entries, list) else []))


def _readable(entries: Sequence[Any]) -> Iterator[Allowed]:
    for entry in entries:
        try:
            yield Allowed.parse(str(entry))
        except ValueError:
            continue


def _section(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
