"""ANAF's own dialect: two steps to a proof, the token's refresh, and archives that nobody should open."""

import base64
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.comparison import compare, missing
from app.domain.invoice import Amount, Found, Outcome, Party
from app.tax.anaf_ro import CAPABILITIES, Anaf
from tests.contract.tax.speakers.anaf_ro import ROMANIAN, SIGNATURE, OfAnaf, archive, header, state, ubl

CII = """<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:ram" xmlns:udt="urn:udt"><rsm:ExchangedDocument><ram:ID>25112000000000000001</ram:ID>
<ram:TypeCode>{type}</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20250301</udt:DateTimeString>
</ram:IssueDateTime></rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">J40/1/1998</ram:ID>
</ram:SpecifiedTaxRegistration><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">RO12345678</ram:ID>
</ram:SpecifiedTaxRegistration></ram:SellerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>RON</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="RON">6.00</ram:TaxTotalAmount><ram:GrandTotalAmount>106.00</ram:GrandTotalAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""


@pytest.fixture
def anaf(account, toolbox):
    return Anaf(account(OfAnaf.credentials), toolbox)


@pytest.fixture
def ask(anaf, provider):
    """The answer about an invoice whose download is this."""

    async def about(download, invoice=ROMANIAN):
        provider.aside = {"/descarcare": download}
        provider.says(state("ok", "3006372781"))
        (answer,) = await anaf.check([invoice])
        return answer

    return about


async def test_the_state_is_asked_by_the_index_and_the_download_by_its_own(ask, provider):
    await ask(archive(ubl(ROMANIAN)))
    status, download = [heard for heard in provider.heard if not heard.target.startswith("/token")]
    assert (urlsplit(status.target).path, urlsplit(download.target).path) == ("/ask/stareMesaj", "/ask/descarcare")
    assert parse_qs(urlsplit(status.target).query) == {"id_incarcare": ["5001120362"]}
    assert parse_qs(urlsplit(download.target).query) == {"id": ["3006372781"]}
    assert {heard.headers["authorization"] for heard in (status, download)} == {"Bearer token-1"}


async def test_a_token_is_refreshed_without_a_person(ask, provider):
    await ask(archive(ubl(ROMANIAN)))
    (heard,) = provider.asked_for_tokens
    assert parse_qs(heard.body) == {"grant_type": ["refresh_token"], "refresh_token": ["refresh"]}
    assert heard.headers["authorization"] == f"Basic {base64.b64encode(b'client:secret').decode()}"


async def test_a_find_tells_the_invoice_that_anaf_signed(ask):
    answer = await ask(archive(SIGNATURE, ubl(ROMANIAN)))
    assert answer.found == Found(
        number=ROMANIAN.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="RO12345678",
        buyer_tax_id="87654321",
        amount=Amount(without_tax=Decimal("100.00"), with_tax=Decimal("106.00"), currency="RON"),
        zone="Europe/Bucharest",
    )


async def test_the_other_syntax_tells_the_same(ask):
    answer = await ask(archive(CII.format(type="380")))
    assert (answer.outcome, compare(ROMANIAN, answer.found)) == (Outcome.FOUND_MATCH, ())
    assert missing(ROMANIAN, answer.found) == ()


@pytest.mark.parametrize("note", [ubl(ROMANIAN, root="CreditNote"), CII.format(type="381")], ids=["UBL", "CII"])
async def test_a_credit_note_is_negative_as_ours_is(note, ask):
    answer = await ask(archive(note))
    assert answer.found.amount == Amount(Decimal("-100.00"), None, Decimal("-106.00"), "RON")


@pytest.mark.parametrize("told", ["RO12345678", "12345678", "ro 12345678"])
@pytest.mark.parametrize("ours", ["RO12345678", "12345678"])
async def test_a_vat_number_is_one_number_with_its_prefix_or_without(told, ours, ask):
    invoice = replace(ROMANIAN, seller=Party(ours))
    answer = await ask(archive(ubl(ROMANIAN, seller=told)), invoice)
    assert (compare(invoice, answer.found), missing(invoice, answer.found)) == ((), ())


@pytest.mark.parametrize("ours", ["RO12345679", "2345678", "BG12345678"])
async def test_another_vat_number_is_another(ours, ask):
    invoice = replace(ROMANIAN, seller=Party(ours))
    answer = await ask(archive(ubl(ROMANIAN)), invoice)
    assert [each.field for each in compare(invoice, answer.found)] == ["seller/tax_id"]


async def test_a_party_with_two_registrations_is_known_by_either(ask):
    more = "<cac:PartyTaxScheme><cbc:CompanyID>RO11112222</cbc:CompanyID></cac:PartyTaxScheme>"
    for ours in ("12345678", "11112222"):
        invoice = replace(ROMANIAN, seller=Party(ours))
        assert compare(invoice, (await ask(archive(ubl(ROMANIAN, more=more)), invoice)).found) == ()


def encrypted(packed):
    """The same archive, whose directory says that its member is encrypted."""
    at = packed.rindex(b"PK\x01\x02") + 8
    return packed[:at] + b"\x01" + packed[at + 1 :]


GOOD = archive(ubl(ROMANIAN))
UNUSABLE = {
    "nothing": b"",
    "a page": b"<html><head><title>Request Rejected</title></head></html>",
    "half": GOOD[: len(GOOD) // 2],
    "a wrong checksum": GOOD.replace(GOOD[60:64], b"\x00\x00\x00\x00", 1),
    "no member": archive(),
    "no invoice": archive(SIGNATURE, "<Errors/>", "no xml"),
    "two invoices": archive(ubl(ROMANIAN), ubl(ROMANIAN)),
    "encrypted": encrypted(GOOD),
    "a method nobody knows": GOOD.replace(b"\x08\x00", b"\x63\x00"),
    "a member of gigabytes": archive(ubl(ROMANIAN), b"\x00" * 20_000_000),
    "many members": archive(*[ubl(ROMANIAN)] + [SIGNATURE] * 20),
    "a document type": archive(ubl(ROMANIAN).replace("?><", '?><!DOCTYPE a [<!ENTITY a "b">]><', 1)),
    "an invoice without a number": archive(ubl(replace(ROMANIAN, number=""))),
    "an empty invoice": archive("<Invoice/>"),
    "an object": b"{}",
    "an unknown error": b'{"eroare":"altceva","titlu":"Descarcare mesaj"}',
    "no right": b'{"eroare":"Nu aveti dreptul sa descarcati acesta factura","titlu":"Descarcare mesaj"}',
}


@pytest.mark.parametrize("case", UNUSABLE)
async def test_ok_without_the_invoice_proves_nothing(case, ask):
    answer = await ask(UNUSABLE[case])
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


async def test_a_stored_member_is_read_as_a_deflated_one(ask):
    assert (await ask(archive(ubl(ROMANIAN), how=zipfile.ZIP_STORED))).outcome is Outcome.FOUND_MATCH


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("S-au facut deja 10 descarcari de mesaj in cursul zilei", Outcome.QUOTA_INVOICE_DAY),
        ("Pentru id=21 nu exista inregistrata nici o factura", Outcome.PROCESSING),
        ("Id descarcare introdus= 123a nu este un numar intreg", Outcome.TRANSIENT),
    ],
)
async def test_why_a_download_cannot_be_had_is_told(words, outcome, ask):
    answer = await ask({"eroare": words, "titlu": "Descarcare mesaj"})
    assert (answer.outcome, answer.message, answer.found) == (outcome, words, None)


async def test_a_firewalls_page_is_no_word_about_the_message(anaf, provider):
    provider.says("<html><head><title>Request Rejected</title></head><body>No</body></html>")
    (answer,) = await anaf.check([ROMANIAN])
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "not_xml")


async def test_errors_beside_a_state_change_nothing(anaf, provider):
    provider.says(header(' stare="in prelucrare"', ["Nu exista factura cu id_incarcare= 1"]))
    (answer,) = await anaf.check([ROMANIAN])
    assert answer.outcome is Outcome.PROCESSING


async def test_the_first_of_several_errors_is_told(anaf, provider):
    provider.says(header(errors=["Nu aveti dreptul de inteorgare", "altceva"]))
    (answer,) = await anaf.check([ROMANIAN])
    assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, "Nu aveti dreptul")


def test_it_remembers_sixty_days_and_answers_a_hundred_times_a_day():
    assert (CAPABILITIES.retention.days, CAPABILITIES.daily_limit, CAPABILITIES.batch) == (60, 100, 1)
    assert CAPABILITIES.zone == "Europe/Bucharest"
