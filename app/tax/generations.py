"""Two generations of an account's credentials, so that changing them leaves no gap.

One rule: the generation that last worked is asked; only when it is refused is the other one asked, once, the same
question, within the same call. Which one works is found out by each process for itself: nobody has to be told.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from app.domain.invoice import Answer, Invoice, Outcome
from app.tax.adapter import Capabilities, TaxAdapter

log = logging.getLogger(__name__)

NAMES = ("newest", "older")

_SAYS_NOTHING = frozenset({Outcome.AUTH, Outcome.BAD_REQUEST})
"""A question that we ourselves would not send (BAD_REQUEST) says nothing about the credentials of the others."""

_Question = Callable[[TaxAdapter], Awaitable[list[Answer]]]


def as_one(account: str, adapters: Sequence[TaxAdapter]) -> TaxAdapter:
    """The adapters of an account's one or two generations, the newest first, as one; an only one is itself."""
    return adapters[0] if len(adapters) == 1 else _Generations(account, adapters)


class _Generations:
    def __init__(self, account: str, adapters: Sequence[TaxAdapter]) -> None:
        self._account, self._adapters = account, adapters
        self._current = 0

    @property
    def capabilities(self) -> Capabilities:
        return self._adapters[self._current].capabilities

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return await self._ask(lambda adapter: adapter.check(invoices))

    async def probe(self) -> Answer:
        async def probed(adapter: TaxAdapter) -> list[Answer]:
            return [await adapter.probe()]

        return (await self._ask(probed))[0]

    async def _ask(self, question: _Question) -> list[Answer]:
        """Refused by both: the refusal of the first. One that nobody understood (TRANSIENT) has not worked yet, but
        may: it is the answer, and asked first again is the one that did work once.
        """
        current = self._current
        answers = await question(self._adapters[current])
        if not _refused(answers):
            return answers
        other = 1 - current
        others = await question(self._adapters[other])
        if _refused(others):
            return answers
        if any(answer.outcome not in {*_SAYS_NOTHING, Outcome.TRANSIENT} for answer in others):
            self._change(other, answers)
        return others

    def _change(self, to: int, answers: Sequence[Answer]) -> None:
        if to == self._current:
            return
        self._current = to
        code = next(answer.code for answer in answers if answer.outcome is Outcome.AUTH)
        log.warning(
            "credentials changed",
            extra={"account": self._account, "generation": NAMES[to], "other_refused_with": code},
        )


def _refused(answers: Sequence[Answer]) -> bool:
    outcomes = {answer.outcome for answer in answers}
    return Outcome.AUTH in outcomes and outcomes <= _SAYS_NOTHING
