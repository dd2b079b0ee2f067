"""What one receiver may see of a payload. One rule: what is not allowed is absent, not null.

A path is dotted and begins below `data`: `invoice.number` allows one value, `invoice.seller` all of the seller. In a
list the rest of the path counts for each entry. What tells messages apart always stays: type, timestamp, the ids and
the sequence numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

ALWAYS = ("invoice.id", "transition.sequence", "incident.id", "notice.sequence")
"""Without them a receiver could neither file a message nor tell an old state from a new one."""


def select(payload: Mapping[str, Any], fields: Sequence[str]) -> Mapping[str, Any]:
    """`payload` with only the allowed part of its `data`, in its order; all of it where `fields` is empty."""
    if not fields:
        return payload
    return {**payload, "data": _allowed(payload.get("data") or {}, (*fields, *ALWAYS))}


def _allowed(value: Any, paths: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: kept for name, inner in value.items() for kept in _member(name, inner, paths)}
    return [_allowed(entry, paths) for entry in value if isinstance(entry, Mapping)]


def _member(name: str, value: Any, paths: Sequence[str]) -> Sequence[Any]:
    """The member as it may be seen, or nothing. A null stays where something below it is allowed."""
    if name in paths:
        return [value]
    below = [path.removeprefix(f"{name}.") for path in paths if path.startswith(f"{name}.")]
    if not below or not (value is None or isinstance(value, Mapping | list | tuple)):
        return []
    return [None if value is None else _allowed(value, below)]
