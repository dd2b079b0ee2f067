"""Seam 1: a tax system one can ask. An adapter asks once: it never sleeps, never retries, never decides.

`check` gives one Answer for each invoice, in the same order, whatever happens: a refused invoice, an unknown code,
HTML, a broken connection are all answers (`Outcome.TRANSIENT` where nothing was learnt). Exceptions are bugs. An
adapter says FOUND_MATCH when the tax system says "found, status normal"; the core compares `Answer.found` with the
invoice before it believes that.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from app.clock import Clock
from app.domain.identity import Kind
from app.domain.invoice import Answer, Family, Invoice, Outcome
from app.domain.token import Tokens
from app.egress import Egress


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tax system can be asked, and at what price. `rate` is calls a second, `batch` invoices a call.

    `needs`: the facts an invoice of a kind cannot be asked without (names of `face.INPUTS`); the keys are the kinds
    it knows, and None says any. `daily_limit`: checks an invoice and day (None: free). `same_day`: answers for
    invoices issued today. `minimum_age`: a question before this age has no chance. `maximum_age`: older ones are
    refused. `retention`: how long after the issue a channel remembers. `charged`: outcomes that cost money. `zone`:
    where its day begins, an IANA time zone.
    """

    family: Family
    needs: Mapping[Kind, tuple[str, ...]] | None = None
    batch: int = 1
    rate: float = 5.0
    concurrency: int = 4
    same_day: bool = True
    daily_limit: int | None = None
    minimum_age: timedelta = timedelta(0)
    maximum_age: timedelta | None = None
    retention: timedelta | None = None
    charged: frozenset[Outcome] = frozenset()
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a tax system. `credentials` are this adapter's own keys; never logged, never shown.

    `options`: what an adapter lets an operator choose beyond that (`connector` lives by them), checked at boot.
    """

    name: str
    url: str
    token_url: str
    credentials: Mapping[str, str] = field(repr=False)
    timeout: float = 15.0
    options: Any = None

    @property
    def token_key(self) -> str:
        """Under which the token of just these credentials is kept: new ones never use what old ones were granted."""
        return f"{self.name}#{hashlib.sha256(self.token_secret).hexdigest()[:12]}"

    @property
    def token_secret(self) -> bytes:
        """What a kept token is sealed with: the credentials themselves, which every replica has."""
        return "\0".join(f"{name}\0{self.credentials[name]}" for name in sorted(self.credentials)).encode()


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

    async def probe(self) -> Answer:
        """Asks what costs nothing and counts for nothing, to see whether the account works.

        AUTH: the credentials are refused. TRANSIENT: nobody understood anybody. Anything else: it works.
        """
        ...


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What an adapter is given to work with."""

    egress: Egress
    tokens: Tokens
    clock: Clock


Factory = Callable[[Account, Toolbox], TaxAdapter]

ANY_NAME = "*"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A kind of account. All `credentials` must be given, `optional` ones may be; both addresses are the provider's
    own, empty where only the operator knows them. ANY_NAME among the `optional`: whatever the operator calls them.
    `token_rest`: how old a refused token must be before another one is fetched, for some providers grant few.
    """

    factory: Factory
    capabilities: Capabilities
    credentials: tuple[str, ...]
    url: str
    token_url: str = ""
    token_rest: timedelta = timedelta(minutes=10)
    optional: tuple[str, ...] = ()
