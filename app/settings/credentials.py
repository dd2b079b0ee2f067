"""The credentials of an account: one table, or two generations of them while they are changed, the newest first.

One rule: what a provider is never told (`expires_at`) never reaches an adapter, and a name it does not know stops the
start.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Discriminator, Field, Tag

from app.settings.fault import refusal, suggest
from app.settings.scalars import End, Secret
from app.settings.section import Section
from app.tax.adapter import ANY_NAME, Adapter

_MOST: Final = 2


class CredentialSettings(Section):
    """The adapter's own keys, and when they end, if the operator knows."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Secret] = Field(init=False)

    expires_at: End | None = None

    @property
    def end(self) -> datetime | None:
        """When they end: as written, else as the provider wrote it into a token that is among them (RFC 7519)."""
        told = filter(None, map(_end_of_token, self.revealed().values()))
        return self.expires_at or min(told, default=None)

    def revealed(self) -> dict[str, str]:
        """Out of their masks, for the adapter."""
        return {name: secret.get_secret_value() for name, secret in self.__pydantic_extra__.items()}


def _end_of_token(value: str) -> datetime | None:
    """`exp` of a JSON Web Token, believed without its signature: it only reminds somebody. None of anything else."""
    try:
        claims = value.split(".")[1]
        told = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return datetime.fromtimestamp(told["exp"], UTC)
    except (ValueError, LookupError, TypeError, OverflowError, OSError, RecursionError):
        return None


def _form(given: Any) -> str:
    return "[generations]" if isinstance(given, list | tuple) else "[one]"


Generations = Annotated[
    Annotated[CredentialSettings, Tag("[one]")] | Annotated[tuple[CredentialSettings, ...], Tag("[generations]")],
    Discriminator(_form),
]


def generations(given: Generations) -> Sequence[CredentialSettings]:
    """One or two, the newest first."""
    return given if isinstance(given, tuple) else (given,)


def fit(given: Generations, adapter: Adapter) -> None:
    """Refuses what `adapter` cannot use: a name too few, one too many, or more than two generations."""
    if not 1 <= len(generations(given)) <= _MOST:
        raise refusal("must be one table, or a list of two", "the newest first; take the oldest away")
    for index, each in enumerate(generations(given)):
        _fit_one(each, adapter, (index,) if isinstance(given, tuple) else ())


def _fit_one(given: CredentialSettings, adapter: Adapter, at: tuple[int, ...]) -> None:
    known = (*adapter.credentials, *adapter.optional, "expires_at")
    fit_names(given.__pydantic_extra__, adapter.credentials, known, "credential of this adapter", *at)


def fit_names(
    given: Collection[str], required: Collection[str], known: Collection[str], what: str, *at: str | int
) -> None:
    """Refuses a table whose names are not those that are understood: one too few, one that nobody reads."""
    missing = [name for name in required if name not in given]
    strange = [] if ANY_NAME in known else [name for name in given if name not in known]
    if missing:
        hint = suggest(strange[0], missing) if strange else f"add {missing[0]}: {{env: NAME}}"
        raise refusal(f"lacks {' and '.join(missing)}", hint, *at)
    if strange:
        raise refusal(f"is no {what}", suggest(strange[0], known), *at, strange[0])
