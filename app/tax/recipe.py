"""How a gateway wants its questions signed: a digest over a text, by a recipe that configuration names.

One rule: what is signed is what is sent. `{body}` and `{sorted_query}` are the very texts of this call.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.tax.template import Template, Values

Recipe = Callable[[bytes, bytes], bytes]
"""Key and text to digest."""

SENT = frozenset({"body", "sorted_query"})
"""Placeholders of a signature alone. `sorted_query`: `name=value` by name, joined by `&`, nothing encoded."""

KEYED = "hmac_"


def _plain(name: str) -> Recipe:
    return lambda _, text: hashlib.new(name, text, usedforsecurity=False).digest()


def _keyed(name: str) -> Recipe:
    return lambda key, text: hmac.new(key, text, name).digest()


RECIPES: Mapping[str, Recipe] = MappingProxyType({
    name: made(digest)
    for digest in ("md5", "sha1", "sha256", "sm3")
    if digest in hashlib.algorithms_available  # SM3 is not in every OpenSSL
    for name, made in ((digest, _plain), (f"{KEYED}{digest}", _keyed))
})  # fmt: skip

ENCODINGS: Mapping[str, Callable[[bytes], str]] = MappingProxyType({
    "hex": bytes.hex,
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """`over` is signed by `recipe`, with `key` where it takes one; the result goes into one `header` or `query` name,
    whichever is not empty.
    """

    recipe: str
    over: Template
    key: Template
    encoding: str
    header: str = ""
    query: str = ""

    def of(self, values: Values, body: str, query: Mapping[str, str]) -> str:
        """The signature of a call; `query` as it is before encoding."""
        sent = {"body": body, "sorted_query": "&".join(f"{name}={query[name]}" for name in sorted(query))}
        text = self.over.filled({**values, **sent})
        key = self.key.filled(values)
        digest = RECIPES[self.recipe](key.encode(errors="replace"), text.encode(errors="replace"))
        return ENCODINGS[self.encoding](digest)
