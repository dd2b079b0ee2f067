"""The SAT's own dialect: what a voucher is asked with, and what its few words confirm."""

from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest

from app.domain.comparison import compare, missing
from app.domain.invoice import Amount, Found, Outcome
from app.tax.sat_mx import CAPABILITIES, Sat, total
from tests.contract.tax.speakers.sat_mx import ABSENT, MEXICAN, OBTAINED, OfSat, said


@pytest.fixture
def sat(account, toolbox):
    return Sat(account({}), toolbox)


@pytest.fixture
def ask(sat, provider):
    async def about(invoice, body):
        provider.says(body)
        (answer,) = await sat.check([invoice])
        return answer

    return about


async def test_a_voucher_is_asked_with_what_its_qr_code_says(ask, provider):
    await ask(MEXICAN, said(ABSENT, "No Encontrado"))
    (heard,) = provider.asked
    assert heard.headers["soapaction"] == '"http://tempuri.org/IConsultaCFDIService/Consulta"'
    assert heard.headers["content-type"] == "text/xml; charset=utf-8"
    (expression,) = fromstring(heard.body).iter("{http://tempuri.org/}expresionImpresa")
    assert expression.text == "?re=ÑA&amp;010101AAA&rr=XEXX010101000&tt=116.0&id=5E2D6AFF-2DD7-43D1-83D3-14C1ACA396D9"


@pytest.mark.parametrize(
    ("amount", "text"),
    [("116.00", "116.0"), ("0.00", "0.0"), ("1234.50", "1234.5"), ("1.234567", "1.234567"), ("100", "100.0"),
     ("9999999999999.99", "9999999999999.99")],
)  # fmt: skip
def test_a_total_has_no_zeros_that_say_nothing_but_one_decimal(amount, text):
    assert total(Decimal(amount)) == text


async def test_a_find_tells_the_four_facts_that_were_asked_and_no_day(ask):
    answer = await ask(MEXICAN, said(OBTAINED, "Vigente"))
    assert answer.found == Found(
        number=MEXICAN.number,
        seller_tax_id="ÑA&010101AAA",
        buyer_tax_id="XEXX010101000",
        amount=Amount(with_tax=Decimal("116.00"), currency="MXN"),
        zone="America/Mexico_City",
        tells_day=False,
    )
    assert (compare(MEXICAN, answer.found), missing(MEXICAN, answer.found)) == ((), ())


async def test_a_cancellation_that_was_only_requested_is_told_and_changes_nothing(ask):
    answer = await ask(MEXICAN, said(OBTAINED, "Vigente", cancellation="En proceso"))
    assert (answer.outcome, answer.message) == (Outcome.FOUND_MATCH, f"{OBTAINED} En proceso")


async def test_the_black_list_decides_nothing_and_is_kept(ask):
    answer = await ask(MEXICAN, said(OBTAINED, "Vigente").replace(">200<", ">100<"))
    assert answer.outcome is Outcome.FOUND_MATCH
    assert '"ValidacionEFOS":"100"' in answer.raw()


@pytest.mark.parametrize("status", ["", "S", "Sí", "N", "N - ", "S - X S - Y"])
async def test_a_status_is_a_letter_or_a_number_at_its_beginning(status, ask):
    answer = await ask(MEXICAN, said(status, "Vigente"))
    expected = Outcome.FOUND_MATCH if status.startswith("S") and status != "Sí" else Outcome.TRANSIENT
    assert answer.outcome is expected


async def test_two_results_in_one_answer_teach_nothing(ask):
    body = said(OBTAINED, "Vigente")
    result = body[body.index("<ConsultaResult") : body.index("</ConsultaResponse")]
    assert (await ask(MEXICAN, body.replace(result, result + result))).outcome is Outcome.TRANSIENT


async def test_a_state_told_twice_teaches_nothing(ask):
    body = said(OBTAINED, "Vigente").replace("<a:EsCancelable>", "<a:Estado>Cancelado</a:Estado><a:EsCancelable>")
    assert (await ask(MEXICAN, body)).outcome is Outcome.TRANSIENT


async def test_a_fault_teaches_nothing(ask):
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>"
    body = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{fault}</s:Body></s:Envelope>'
    answer = await ask(MEXICAN, body)
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "no_result")


@pytest.mark.parametrize("tax_id", ["<&>\"'", "\x00\x01", "\ud800", "]]>"])
async def test_no_tax_id_breaks_the_question(tax_id, ask, provider):
    await ask(replace(MEXICAN, seller=replace(MEXICAN.seller, tax_id=tax_id)), OfSat().absent())
    (heard,) = provider.asked
    (expression,) = fromstring(heard.body).iter("{http://tempuri.org/}expresionImpresa")
    assert expression.text.endswith("&id=5E2D6AFF-2DD7-43D1-83D3-14C1ACA396D9")


def test_it_is_free_and_has_its_own_day():
    assert (CAPABILITIES.daily_limit, CAPABILITIES.batch, CAPABILITIES.zone) == (None, 1, "America/Mexico_City")
