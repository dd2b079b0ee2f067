"""Two generations of credentials: whoever works is asked, the other only when that one is refused."""

import logging

import pytest

from app.domain.invoice import Answer, Family, Outcome
from app.tax.adapter import Capabilities
from app.tax.generations import as_one
from tests.integration.store.conftest import invoice

AUTH, FOUND, DOWN = Answer(Outcome.AUTH, code="110"), Answer(Outcome.NOT_FOUND), Answer(Outcome.TRANSIENT, code="reset")
UNASKED = Answer(Outcome.BAD_REQUEST, code="missing_handle")
ONE, TWO = invoice(1), invoice(2)


class Generation:
    """Answers as it is told, and counts its questions; at first it is refused."""

    capabilities = Capabilities(Family.PROOF)

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def check(self, invoices):
        self.asked.append(list(invoices))
        return (self.answers * len(invoices))[: len(invoices)]

    async def probe(self):
        return (await self.check([ONE]))[0]


@pytest.fixture
def changes(caplog):
    caplog.set_level(logging.DEBUG, logger="app.tax.generations")
    return lambda: [record.generation for record in caplog.records]


def test_an_only_generation_is_the_adapter_itself():
    only = Generation(FOUND)
    assert as_one("a", [only]) is only


async def test_the_older_one_is_not_asked_while_the_newest_works(changes):
    new, old = Generation(FOUND), Generation(FOUND)

    assert await as_one("a", [new, old]).check([ONE]) == [FOUND]
    assert (old.asked, changes()) == ([], [])


async def test_a_refused_newest_is_answered_for_by_the_older_within_the_call_which_then_stays(changes):
    new, old = Generation(AUTH), Generation(FOUND)
    adapter = as_one("a", [new, old])
    answers = [await adapter.check([ONE, TWO]) for _ in range(3)]

    assert answers == [[FOUND, FOUND]] * 3
    assert (new.asked, old.asked) == ([[ONE, TWO]], [[ONE, TWO]] * 3)
    assert changes() == ["older"]


async def test_the_newest_takes_over_when_the_older_is_withdrawn(changes):
    new, old = Generation(AUTH), Generation(FOUND)
    adapter = as_one("a", [new, old])
    await adapter.check([ONE])
    new.answers, old.answers = [FOUND], [AUTH]

    assert await adapter.check([ONE]) == [FOUND]
    assert changes() == ["older", "newest"]


async def test_both_refused_is_refused_and_each_was_asked_once(changes):
    new, old = Generation(AUTH), Generation(Answer(Outcome.AUTH, code="older"))

    assert await as_one("a", [new, old]).check([ONE, TWO]) == [AUTH, AUTH]
    assert (len(new.asked), len(old.asked), changes()) == (1, 1, [])


@pytest.mark.parametrize("answers", [(AUTH, FOUND), (DOWN,), (UNASKED,), (AUTH, DOWN)])
async def test_anything_but_a_refusal_of_all_is_the_answer(answers):
    new, old = Generation(*answers), Generation(FOUND)

    assert await as_one("a", [new, old]).check([ONE, TWO]) == (list(answers) * 2)[:2]
    assert old.asked == []


async def test_an_invoice_that_we_would_not_ask_about_hides_no_refusal(changes):
    new, old = Generation(UNASKED, AUTH), Generation(UNASKED, FOUND)

    assert await as_one("a", [new, old]).check([ONE, TWO]) == [UNASKED, FOUND]
    assert changes() == ["older"]


async def test_a_second_one_that_nobody_understood_answers_but_is_not_taken_for_working(changes):
    new, old = Generation(AUTH), Generation(DOWN)
    adapter = as_one("a", [new, old])

    assert await adapter.check([ONE]) == [DOWN]
    assert await adapter.check([ONE]) == [DOWN]
    assert (len(new.asked), changes()) == (2, [])


async def test_a_probe_finds_the_one_that_works_too():
    adapter = as_one("a", [Generation(AUTH), Generation(FOUND)])

    assert await adapter.probe() == FOUND
    assert adapter.capabilities == Generation.capabilities
