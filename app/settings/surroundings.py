"""What a setting is judged against: the environment, the file's folder, the adapters, the other sections.

Its one rule: it is read from the raw document before anything is validated, so that a wrong section
never hides a fault in another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from app.channels.registry import CHANNELS
from app.domain.address import Allowed
from app.tax.adapter import Adapter
from app.tax.registry import ADAPTERS


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`accounts`: adapter by account, `families`: what their connectors say; as the file has it, right or wrong."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path = Path()
    adapters: Mapping[str, Adapter] = field(default_factory=lambda: ADAPTERS)
    channels: Sequence[str] = tuple(CHANNELS)
    accounts: Mapping[str, object] = field(default_factory=dict)
    families: Mapping[str, object] = field(default_factory=dict)
    allowed: Sequence[Allowed] = ()

    def adapter(self, name: object) -> Adapter | None:
        return self.adapters.get(str(name))

    def family(self, account: str) -> object:
        """Of an account: what its connector says, else its adapter's; None where neither is known."""
        adapter = self.adapter(self.accounts.get(account))
        return self.families.get(account) or (adapter.capabilities.family if adapter else None)


def surroundings(info: ValidationInfo) -> Surroundings:
    """The context of this validation; without one (a section built in code) the defaults."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


def accounts_in(tree: Any) -> dict[str, object]:
    """Adapter by account, as the raw document has it."""
    return {name: _section(body).get("adapter") for name, body in _section(_section(tree).get("accounts")).items()}


def families_in(tree: Any) -> dict[str, object]:
    """What connectors say of their family, by account, as the raw document has it."""
    bodies = _section(_section(tree).get("accounts")).items()
    return {name: _section(_section(body).get("connector")).get("family") for name, body in bodies}


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
