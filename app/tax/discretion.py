"""What a provider repeats of our credentials goes no further: not into evidence, a log, a label or a screen.

One rule: it looks at every answer, for some provider will put the key it refuses into its message.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import quote, quote_plus

from app.domain.invoice import Answer, Invoice
from app.domain.secret import MASK
from app.domain.token import Token, Tokens
from app.tax.adapter import Account, Capabilities, Factory, TaxAdapter, Toolbox

_KNOWN_TO_ALL = frozenset({"method", "nip", "project_id", "tax_id", "tax_number"})
"""Credentials that are none: who is asked for stands in every answer, and explains it."""
_SHORTEST = 6
"""What is shorter is no secret, and would hide half of every message."""


def discreet(factory: Factory, account: Account, toolbox: Toolbox, generations: Iterable[Account]) -> TaxAdapter:
    """The adapter that `factory` makes of `account`, whose answers hold neither its token nor a secret of any of the
    account's `generations`.
    """
    told = {item for each in generations for item in each.credentials.items()}
    tokens = _Overheard(toolbox.tokens)
    secrets = sorted(value for name, value in told if name not in _KNOWN_TO_ALL)
    return _Discreet(factory(account, replace(toolbox, tokens=tokens)), secrets, tokens)


class _Overheard:
    """Tokens; the forms of the last one are remembered."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._last = ""
        self.forms: Sequence[str] = ()

    async def get(self, key: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        token = await self._tokens.get(key, fetch)
        if token != self._last:
            self._last, self.forms = token, _forms(token)
        return token

    async def drop(self, key: str, value: str) -> None:
        await self._tokens.drop(key, value)


class _Discreet:
    def __init__(self, adapter: TaxAdapter, secrets: Iterable[str], tokens: _Overheard) -> None:
        self._adapter, self._tokens = adapter, tokens
        self._secrets = tuple(form for secret in secrets for form in _forms(secret))

    @property
    def capabilities(self) -> Capabilities:
        return self._adapter.capabilities

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [self._cleaned(answer) for answer in await self._adapter.check(invoices)]

    async def probe(self) -> Answer:
        return self._cleaned(await self._adapter.probe())

    def _cleaned(self, answer: Answer) -> Answer:
        forms = (*self._secrets, *self._tokens.forms)
        return replace(
            answer,
            code=_without(forms, answer.code),
            message=_without(forms, answer.message),
            request_id=_without(forms, answer.request_id),
            raw=answer.raw and partial(_made_without, forms, answer.raw),
        )


def _made_without(forms: Sequence[str], raw: Callable[[], str]) -> str:
    return _without(forms, raw())


def _without(forms: Sequence[str], text: str) -> str:
    for form in forms:
        text = _without_beginning(text.replace(form, MASK), form)
    return text


def _without_beginning(text: str, form: str) -> str:
    """A text that was cut may end in the middle of a secret."""
    start = text.rfind(form[:_SHORTEST])
    return f"{text[:start]}{MASK}" if start >= 0 and form.startswith(text[start:]) else text


def _forms(secret: str) -> Sequence[str]:
    """The ways in which `secret` comes back: as it is, as part of an address, in JSON, by its ends (see `masking`)."""
    if len(secret) < _SHORTEST:
        return ()
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
    ends = f"{secret[:4]}…{secret[-4:]}"
    return tuple(dict.fromkeys((secret, quote(secret), quote(secret, safe=""), quote_plus(secret), quoted, ends)))
