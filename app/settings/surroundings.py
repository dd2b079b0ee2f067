"""What a setting is judged against: the environment, the file's folder, the adapters, the other sections.

Its one rule: it is read from the raw document before anything is validated, so that a wrong section
never hides a fault in another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from app.channels.channel import Kind
from app.channels.registry import CHANNELS
from app.domain.address import Allowed
from app.tax.adapter import Adapter
from app.tax.registry import ADAPTERS


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`accounts`: adapter by account, `families`: what their connectors say, `destinations`: their kinds, `mentioning`:
    those that call somebody by name; as the file has it, right or wrong.
    """

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path = Path()
    adapters: Mapping[str, Adapter] = field(default_factory=lambda: ADAPTERS)
    channels: Mapping[str, Kind] = field(default_factory=lambda: CHANNELS)
    accounts: Mapping[str, object] = field(default_factory=dict)
    destinations: Mapping[str, object] = field(default_factory=dict)
    mentioning: Collection[str] = ()
    people: Collection[str] = ()
    families: Mapping[str, object] = field(default_factory=dict)
    allowed: Sequence[Allowed] = ()

    def adapter(self, name: object) -> Adapter | None:
        return self.adapters.get(str(name))

    def kind(self, destination: str) -> Kind | None:
        """What the kind of a destination declares; None where it is not known."""
        return self.channels.get(str(self.destinations.get(destination)))

    @property
    def chats(self) -> list[str]:
        """The destinations that hear of incidents, in the order of the file."""
        return [name for name in self.destinations if (kind := self.kind(name)) and kind.chat]

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


def destinations_in(tree: Any) -> dict[str, object]:
    """Kind by destination, as the raw document has it."""
    return {name: _section(body).get("kind") for name, body in _section(_section(tree).get("destinations")).items()}


def mentioning_in(tree: Any) -> Collection[str]:
    """The destinations that name somebody under `mentions`, as the raw document has it."""
    bodies = _section(_section(tree).get("destinations")).items()
    return tuple(name for name, body in bodies if _section(body).get("mentions"))


def people_in(tree: Any) -> Collection[str]:
    """Who is named under `people`, as the raw document has it."""
    return tuple(map(str, _section(_section(tree).get("people"))))


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
