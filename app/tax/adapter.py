"""Seam 1: a tax system one can ask. An adapter asks once: it never sleeps, never retries, never decides.

`check` gives one Answer for each invoice, in the same order, whatever happens: a refused invoice, an unknown code,
HTML, a broken connection are all answers (`Outcome.TRANSIENT` where nothing was learnt). Exceptions are bugs. An
adapter says FOUND_MATCH when the tax system says "found, status normal"; the core compares `Answer.found` with the
invoice before it believes that.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from app.clock import Clock
from app.domain.identity import Kind
from app.domain.invoice import Answer, Family, Invoice
from app.domain.token import Token
from app.egress import Egress


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tax system can be asked, and at what price. `rate` is calls a second, `batch` invoices a call.

    `daily_limit`: checks an invoice and Beijing day (None: free). `same_day`: answers for invoices issued today.
    `minimum_age`: a question before this age has no chance. `maximum_age`: older ones are refused.
    """

    family: Family
    kinds: frozenset[Kind] | None = None
    batch: int = 1
    rate: float = 5.0
    concurrency: int = 4
    same_day: bool = True
    daily_limit: int | None = None
    minimum_age: timedelta = timedelta(0)
    maximum_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a tax system. `credentials` are this adapter's own keys; never logged, never shown."""

    name: str
    url: str
    token_url: str
    credentials: Mapping[str, str] = field(repr=False)
    timeout: float = 15.0


class Tokens(Protocol):
    """Tokens shared by all replicas: providers grant few of them (Nuonuo: 50 in 30 days)."""

    async def get(self, account: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        """The live token of `account`; when there is none, exactly one replica calls `fetch` and all share its result.

        `fetch` may raise TokenRefused, which passes through.
        """
        ...

    async def drop(self, account: str, value: str) -> None:
        """Forgets `value`: the provider refused it. A newer token, fetched meanwhile by someone else, stays."""
        ...


class TokenRefused(Exception):
    """The provider gave no token; `answer` says why (AUTH, TRANSIENT, …) for every invoice that waited for it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


class TaxAdapter(Protocol):
    @property
    def capabilities(self) -> Capabilities: ...

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        """One Answer an invoice, same order; at most `capabilities.batch` invoices."""
        ...


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What an adapter is given to work with."""

    egress: Egress
    tokens: Tokens
    clock: Clock


Factory = Callable[[Account, Toolbox], TaxAdapter]
