"""NAV's own dialect: how a question is signed, whose result counts, and what proves an invoice."""

import base64
import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest

from app.domain.comparison import compare, missing
from app.domain.invoice import Amount, Found, Handle, Outcome, Party
from app.tax.nav_hu import CAPABILITIES, Nav, sign
from tests.contract.tax.speakers.nav_hu import (
    HUNGARIAN,
    NOT_UNIQUE,
    OfNav,
    data,
    encoded,
    held,
    item,
    message,
    reply,
    results,
)

API, COMMON = "{http://schemas.nav.gov.hu/OSA/3.0/api}", "{http://schemas.nav.gov.hu/NTCA/1.0/common}"
DONE = results(item("DONE", encoded(data(HUNGARIAN))))


@pytest.fixture
def nav(account, toolbox):
    return Nav(account(OfNav.credentials), toolbox)


@pytest.fixture
def ask(nav, provider):
    async def about(body, invoice=HUNGARIAN):
        provider.says(body)
        (answer,) = await nav.check([invoice])
        return answer

    return about


def test_the_signature_is_that_of_the_official_sample():
    at = datetime(2019, 9, 11, 10, 55, 34, 63_000, tzinfo=UTC)
    assert sign("ac-ac3a-7f661bff7d342N43CYX4U9FG", "RID603063244730", at) == (
        "3461426EDF923610281B5B24562F2EBA44A3118FEB7CCDD299B7ACAA6E7A5EA8"
        "89B1965F1E3372F7F34064AC16C867958704089C9354F150248754D45C9A36F5"
    )


async def test_a_question_names_user_software_and_transaction(ask, provider, now):
    await ask(DONE)
    (heard,) = provider.asked
    root = fromstring(heard.body)
    said = {element.tag.split("}")[1]: element.text for element in root.iter()}
    assert heard.target.endswith("/queryTransactionStatus")
    assert root.tag == f"{API}QueryTransactionStatusRequest"
    assert [child.tag for child in root] == [
        f"{COMMON}header", f"{COMMON}user", f"{API}software", f"{API}transactionId", f"{API}returnOriginalRequest",
    ]  # fmt: skip
    assert (said["transactionId"], said["returnOriginalRequest"]) == ("4BP9PKL71AK1JSGN", "true")
    assert (said["login"], said["taxNumber"]) == ("technical", "99999999")
    assert said["timestamp"] == "2025-03-02T04:00:00.000Z"
    assert said["passwordHash"] == hashlib.sha512(b"secret").hexdigest().upper()
    assert said["requestSignature"] == sign("ac-ac3a", said["requestId"], now)
    assert len(said["softwareId"]) == 18
    assert "secret" not in heard.body


async def test_no_two_questions_have_one_id(ask, provider):
    await ask(DONE)
    await ask(DONE)
    ids = {fromstring(heard.body).findtext(f".//{COMMON}requestId") for heard in provider.asked}
    assert len(ids) == 2
    assert all(len(each) <= 30 for each in ids)


async def test_a_find_tells_what_nav_took(ask):
    answer = await ask(DONE)
    assert answer.found == Found(
        number=HUNGARIAN.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="99999999-2-41",
        buyer_tax_id="99887764",
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00"), "HUF"),
        zone="Europe/Budapest",
    )


@pytest.mark.parametrize("ours", ["99999999", "HU99999999", "99999999-2-41", "99999999241"])
async def test_a_tax_number_is_one_number_however_it_is_written(ours, ask):
    invoice = replace(HUNGARIAN, seller=Party(ours))
    answer = await ask(DONE, invoice)
    assert (compare(invoice, answer.found), missing(invoice, answer.found)) == ((), ())


@pytest.mark.parametrize("ours", ["99999998", "99999999-1-41", "9999999", "RO99999999"])
async def test_another_tax_number_is_another(ours, ask):
    invoice = replace(HUNGARIAN, seller=Party(ours))
    assert [each.field for each in compare(invoice, (await ask(DONE, invoice)).found)] == ["seller/tax_id"]


async def test_a_storno_names_the_invoice_it_reverses(ask):
    reference = "<invoiceReference><originalInvoiceNumber>ZZZ000001</originalInvoiceNumber></invoiceReference>"
    answer = await ask(results(item("DONE", encoded(data(HUNGARIAN, reference)))))
    assert answer.found.original_number == "ZZZ000001"


async def test_a_packed_report_is_unpacked(ask):
    packed = base64.b64encode(gzip.compress(data(HUNGARIAN).encode())).decode()
    assert (await ask(results(item("DONE", packed, packed="true")))).outcome is Outcome.FOUND_MATCH


@pytest.mark.parametrize(
    "original",
    [
        "", "****", "*" + encoded(data(HUNGARIAN)), encoded("<a/>"), encoded("no xml"),
        encoded("<!DOCTYPE a><InvoiceData/>"),
        encoded("<InvoiceData/>"),
        base64.b64encode(gzip.compress(b"<a>" + b" " * 20_000_000 + b"</a>")).decode(),
        base64.b64encode(gzip.compress(data(HUNGARIAN).encode())[:-9]).decode(),
    ],
    ids=["none", "no base64", "base64 and more", "other", "no xml", "dtd", "empty", "bomb", "half"],
)  # fmt: skip
@pytest.mark.parametrize("packed", ["true", "false"])
async def test_done_without_the_report_proves_nothing(original, packed, ask):
    answer = await ask(results(item("DONE", original, packed=packed)))
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


async def test_warnings_are_kept_and_change_nothing(ask):
    warned = message("WARN", "INCORRECT_VAT", "Figyelem")
    answer = await ask(results(item("DONE", encoded(data(HUNGARIAN)), warned)))
    assert (answer.outcome, answer.message) == (Outcome.FOUND_MATCH, "INCORRECT_VAT: Figyelem")


async def test_a_refusal_says_its_first_objection_and_not_a_warning(ask):
    said = (
        message("WARN", "W", "figyelem"),
        message("ERROR", "SCHEMA_VIOLATION", "hibás", kind="technical"),
        message("ERROR", "E", "rossz"),
    )
    answer = await ask(results(item("ABORTED", messages="".join(said))))
    assert (answer.outcome, answer.message) == (Outcome.REJECTED, "SCHEMA_VIOLATION: hibás")


async def test_a_number_that_nav_has_is_proved_by_what_nav_holds(ask, provider):
    provider.aside = {"/queryInvoiceData": held(HUNGARIAN)}
    answer = await ask(results(item("ABORTED", encoded(data(HUNGARIAN)), NOT_UNIQUE)))
    assert (answer.outcome, answer.code) == (Outcome.DUPLICATE_ACCEPTED, "INVOICE_NUMBER_NOT_UNIQUE")
    assert compare(HUNGARIAN, answer.found) == ()
    (_, second) = provider.heard
    root = fromstring(second.body)
    assert root.tag == f"{API}QueryInvoiceDataRequest"
    assert root.findtext(f".//{API}invoiceNumber") == HUNGARIAN.number
    assert root.findtext(f".//{API}invoiceDirection") == "OUTBOUND"


@pytest.mark.parametrize("told", [held(None), b"", b"<a/>", held(HUNGARIAN)[:-9]])
async def test_a_number_that_nav_has_and_does_not_show_proves_nothing_yet(told, ask, provider):
    provider.aside = {"/queryInvoiceData": told}
    answer = await ask(results(item("ABORTED", encoded(data(HUNGARIAN)), NOT_UNIQUE)))
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


async def test_the_index_names_the_invoice_in_its_batch(ask):
    second = replace(HUNGARIAN, handle=Handle("4BP9PKL71AK1JSGN", "2"))
    both = results(item("ABORTED"), item("DONE", encoded(data(second)), index=2))
    assert (await ask(both)).outcome is Outcome.REJECTED
    assert (await ask(both, second)).outcome is Outcome.FOUND_MATCH


SOUND = item("DONE", encoded(data(HUNGARIAN)))


@pytest.mark.parametrize("items", [[item("DONE", index=2)], [SOUND, item("ABORTED")], [SOUND, SOUND]])
async def test_no_result_or_two_of_one_index_teach_nothing(items, ask):
    assert (await ask(results(*items))).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize("function", ["", "<funcCode>ERROR</funcCode>", "<errorCode>FORBIDDEN</errorCode>"])
async def test_an_answer_that_does_not_say_ok_teaches_nothing(function, ask):
    answer = await ask(reply("", result=function))
    assert answer.outcome is Outcome.TRANSIENT


@pytest.mark.parametrize("serial", ["<&>", "\x00", "\ud800", "a" * 5_000])
async def test_no_handle_breaks_the_question(serial, ask, provider):
    await ask(DONE, replace(HUNGARIAN, handle=Handle(serial)))
    fromstring(provider.asked[0].body)


def test_it_is_asked_once_a_second():
    assert (CAPABILITIES.rate, CAPABILITIES.concurrency, CAPABILITIES.batch) == (1.0, 1, 1)
    assert CAPABILITIES.zone == "Europe/Budapest"
