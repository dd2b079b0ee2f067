"""docs/channels: what each kind of destination needs, and how much its tool takes, for those who write piaoda.yaml.

One rule: every word is what the kind says of itself, every figure that of `app/channels/limits.py`.
"""

from collections.abc import Iterator, Mapping

from app.channels.channel import Kind
from app.channels.limits import LIMITS, Limit, Limits
from app.channels.registry import CHANNELS

_HEAD = """\
# Kinds of destinations

Made from `app/channels` by `make generate`; a test compares them.

What each kind needs under `destinations` in `piaoda.yaml`, and how much its tool takes; what all kinds share stands in
[examples/piaoda.yaml](../examples/piaoda.yaml). How to set them up: [alerts](how-to/alert-setup.md),
[webhooks](how-to/webhooks.md). Piaoda keeps each message within these figures and waits between two sends: it gathers
what comes meanwhile, and cuts what does not fit, the least important first. *Advised*: more is not refused, but cut on
display or by us.
"""
_URLS = {"required": "required", "optional": "the tool's own, unless given", "none": "none"}


def page() -> str:
    return "\n".join([_HEAD, *(line for name in CHANNELS for line in _section(name, CHANNELS[name]))])


def _section(name: str, kind: Kind) -> Iterator[str]:
    yield f"## `{name}`\n"
    yield from _table(("key", "what"), _keys(kind))
    if kind.gap:
        yield f"At least {kind.gap:g} s between two sends."
    if not kind.confirms:
        yield "A good answer does not mean that anybody sees the message: never the only destination of a level."
    if kind.gap or not kind.confirms:
        yield ""
    if name in LIMITS:
        yield from _limits(LIMITS[name])


def _keys(kind: Kind) -> Iterator[tuple[str, str]]:
    yield "`url`", ", at ".join(filter(None, (_URLS[kind.url], " or ".join(f"`{host}`" for host in kind.hosts))))
    if kind.to:
        yield "`to`", kind.to
    yield from _named("credentials", kind.credentials)
    yield from ((key, f"not required: {what}") for key, what in _named("credentials", kind.optional))
    yield from _named("options", kind.options)


def _named(table: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f"`{table}.{name}`", what) for name, what in names.items())


def _limits(of: Limits) -> Iterator[str]:
    yield from _table(("part", "at most"), ((part.replace("_", " "), _most(each)) for part, each in of.limits.items()))
    yield f"Source: {of.source}; read {of.checked}.\n"


def _most(limit: Limit) -> str:
    return f"{limit.most:,} {limit.unit}{', advised' if limit.advised else ''}"


def _table(head: tuple[str, str], rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---|---|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
