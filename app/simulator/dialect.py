"""Seam: one provider's protocol, spoken over the one register. One rule: a dialect translates; what is true stands in
the register, and what goes wrong in the behaviour.
"""

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from app.simulator.behaviour import Dialect


@dataclass(frozen=True, slots=True)
class Doorway:
    """Under which paths a dialect is spoken: those that ask about invoices, and `others` (tokens). Each is a path or
    the beginning of paths below it. Where one path serves both, `other_queries` are the parameters (`name=value`)
    that make a call one of the others.
    """

    dialect: Dialect
    questions: tuple[str, ...]
    others: tuple[str, ...] = ()
    other_queries: frozenset[str] = frozenset()

    def asks(self, path: str, query: str = "") -> bool:
        """Whether a call asks about invoices; `query` as it came, without the question mark."""
        return any(_under(path, each) for each in self.questions) and self.other_queries.isdisjoint(query.split("&"))

    def leads_to(self, path: str) -> bool:
        return any(_under(path, each) for each in (*self.questions, *self.others))


def _under(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith(beginning.rstrip("/") + "/")


class Speaker(Protocol):
    """Made of a World. Every dialect but the first two lives below `/<its name>/`."""

    doorway: Doorway

    def router(self) -> APIRouter: ...
