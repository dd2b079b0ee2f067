"""What a provider's codes, kinds and fields mean: data with a source and a date, one TOML file a provider.

One rule: a code that stands in no table teaches nothing. It is TRANSIENT and `unlisted`, never "not found", never
"found": somebody has to read the provider's page and add a line.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import FOUND, Answer, Found, Outcome
from app.tax.masking import Mask


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a table. `zh`: the provider's own word for it; `en`: what it means; `billed`: it costs money; `text`:
    the code itself.
    """

    outcome: Outcome
    billed: bool = False
    zh: str = ""
    en: str = ""
    listed: bool = True
    text: str = ""


LONGEST_CODE = 64
UNLISTED = Code(Outcome.TRANSIENT, listed=False)


@dataclass(frozen=True, slots=True)
class AskedBy:
    """How a provider names a kind, and the facts it must be told (names of `face.INPUTS`)."""

    type: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """All that one file says. `codes`: table by name, each code by its text; `source` and `read_on`: where it is from
    and when somebody looked.
    """

    provider: str
    source: str
    read_on: date
    codes: Mapping[str, Mapping[str, Code]]
    kinds: Mapping[Kind, AskedBy]
    mask: Mask

    @property
    def needs(self) -> Mapping[Kind, tuple[str, ...]]:
        return {kind: asked.needs for kind, asked in self.kinds.items()}

    @property
    def charged(self) -> frozenset[Outcome]:
        """Outcomes that cost money with at least one code."""
        return frozenset(code.outcome for table in self.codes.values() for code in table.values() if code.billed)

    def meaning(self, table: str, code: str) -> Code:
        """The line of this code, else that of its nearest family: `AuthFailure.*` is AuthFailure and all below it."""
        lines = self.codes[table]
        if line := lines.get(code):
            return line
        family = next((lines[name] for name in _families(code) if name in lines), None)
        return family or replace(UNLISTED, text=code)

    def answer(
        self,
        table: str,
        code: str,
        message: str = "",
        *,
        told: Mapping[str, Any],
        found: Found | None = None,
        request_id: str = "",
        status: Code | None = None,
    ) -> Answer:
        """The answer that `code` is. `told` is the object it came in, kept masked; `status` is what another field says
        more exactly of a find (void, red). A find that names no invoice is none.
        """
        meaning = self.meaning(table, code)
        if status and not status.listed:
            code = f"{code}.{status.text}"[:LONGEST_CODE]
        outcome = (status or meaning).outcome
        if outcome in FOUND and (found is None or found.number is None):
            outcome = Outcome.TRANSIENT
        return Answer(
            outcome,
            code=code,
            message=message,
            found=found if outcome in FOUND else None,
            billed=meaning.billed,
            request_id=request_id,
            raw=self.mask.later(told),
            unlisted=not (meaning.listed and (status or meaning).listed),
        )

    def absent(self, told: Mapping[str, Any], request_id: str = "") -> Answer:
        """The answer of a reply that is sound and knows nothing of what was asked."""
        return self._of(Outcome.NOT_FOUND, "absent", told, request_id)

    def unsound(self, code: str, told: Mapping[str, Any], request_id: str = "") -> Answer:
        """The answer of a reply that contradicts itself, or lacks what it must have: `code` is our word for it."""
        return self._of(Outcome.TRANSIENT, code, told, request_id)

    def _of(self, outcome: Outcome, code: str, told: Mapping[str, Any], request_id: str) -> Answer:
        return Answer(outcome, code=code, request_id=request_id, raw=self.mask.later(told))


@cache
def load(provider: str) -> Tables:
    """The tables of `data/<provider>.toml`; raises ValueError where the file is wrong, which a test finds."""
    written = tomllib.loads(files("app.tax").joinpath("data", f"{provider}.toml").read_text(encoding="utf-8"))
    return Tables(
        provider=provider,
        source=written["source"],
        read_on=written["read_on"],
        codes={name: _table(table) for name, table in written.get("codes", {}).items()},
        kinds={Kind(kind): AskedBy(by["type"], tuple(by["needs"])) for kind, by in written.get("kinds", {}).items()},
        mask=Mask.showing(**written.get("evidence", {})),
    )


def _families(code: str) -> Iterator[str]:
    """`A.B` belongs to `A.B.*` and to `A.*`."""
    names = code.split(".")
    return (".".join((*names[:depth], "*")) for depth in range(len(names), 0, -1))


def _table(written: Mapping[str, Any]) -> dict[str, Code]:
    return {code: Code(**{**line, "outcome": Outcome(line["outcome"])}) for code, line in written.items()}
