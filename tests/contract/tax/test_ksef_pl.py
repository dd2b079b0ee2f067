"""KSeF's own dialect: four steps to a token, and metadata without which no status is believed."""

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.domain.comparison import compare, missing
from app.domain.invoice import Amount, Found, Handle, Outcome, Party
from app.tax.ksef_pl import CAPABILITIES, Ksef
from tests.contract.tax.conftest import Said
from tests.contract.tax.speakers.ksef_pl import (
    EARLIER,
    NUMBER,
    POLISH,
    REFERENCE,
    SESSION,
    OfKsef,
    certificate,
    login,
    metadata,
    ministry,
    published,
    status,
)

METADATA, KEYS = "/invoices/query/metadata", "/security/public-key-certificates"
ACCEPTED = status(200, "Sukces", ksefNumber=NUMBER)


@pytest.fixture
def ksef(account, toolbox):
    return Ksef(account(OfKsef.credentials), toolbox)


@pytest.fixture
def ask(ksef, provider):
    """The answer to a status, with these metadata or other bodies beside it."""
    provider.aside = OfKsef().aside([POLISH])

    async def about(body=ACCEPTED, invoice=POLISH, **aside):
        provider.forget()
        provider.says(body)
        provider.aside |= {METADATA: aside["metadata"]} if "metadata" in aside else {}
        (answer,) = await ksef.check([invoice])
        return answer

    return about


def paths(provider):
    return [heard.target for heard in provider.heard]


def sent(provider, end):
    (heard,) = [heard for heard in provider.heard if heard.target.partition("?")[0].endswith(end)]
    return json.loads(heard.body)


async def test_a_question_follows_the_four_steps_to_a_token(ask, provider):
    await ask()
    assert paths(provider) == [
        f"/ask{KEYS}", "/token/challenge", "/token/ksef-token", "/token/20250302-AU-1", "/token/token/redeem",
        f"/ask/sessions/{SESSION}/invoices/{REFERENCE}", f"/ask{METADATA}?pageSize=10&pageOffset=0",
    ]  # fmt: skip
    bearers = [heard.headers.get("authorization") for heard in provider.heard]
    assert bearers == [None, None, None, "Bearer operation", "Bearer operation", "Bearer access", "Bearer access"]


async def test_the_token_travels_encrypted_for_the_ministry_with_the_challenges_instant(ask, provider):
    await ask()
    asked = sent(provider, "/ksef-token")
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    opened = ministry().decrypt(base64.b64decode(asked.pop("encryptedToken")), oaep).decode()
    assert opened == f"{OfKsef.credentials['token']}|1740888000000"
    assert asked == {
        "challenge": "20250302-CR-1", "contextIdentifier": {"type": "Nip", "value": "5265877635"},
    }  # fmt: skip
    assert not [heard for heard in provider.heard if "0123456789abcdef" in heard.body]


async def test_a_token_is_used_until_it_says_that_it_ends(ask, tokens, now):
    await ask()
    (token,) = tokens.live.values()
    assert (token.value, token.expires_at) == ("access", now + timedelta(minutes=15))


async def test_a_token_that_does_not_say_when_it_ends_is_kept_for_ten_minutes(ask, provider, tokens, now):
    provider.aside["/token/token/redeem"] = {"accessToken": {"token": "access", "validUntil": "soon"}}
    await ask()
    (token,) = tokens.live.values()
    assert token.expires_at == now + timedelta(minutes=10)


async def test_the_second_question_needs_no_new_token(ask, provider):
    await ask()
    await ask()
    assert paths(provider).count("/token/challenge") == 1


async def test_a_dead_token_is_replaced_within_the_question(ksef, provider):
    provider.aside = OfKsef().aside([POLISH])
    redeemed = provider.aside.pop("/token/token/redeem")
    provider.says_of_tokens(redeemed)
    provider.says_of_tokens({"accessToken": redeemed["accessToken"] | {"token": "newer"}})
    provider.says(b"", status=401)
    provider.says(ACCEPTED)
    (answer,) = await ksef.check([POLISH])
    assert answer.outcome is Outcome.FOUND_MATCH
    assert paths(provider).count("/token/challenge") == 2


async def test_an_authentication_under_way_is_taken_up_by_the_next_question(ask, provider):
    provider.aside |= login("100")
    answer = await ask()
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "100")
    provider.aside |= login("200")
    assert (await ask()).outcome is Outcome.FOUND_MATCH
    assert paths(provider).count("/token/challenge") == 1
    assert paths(provider).count("/token/20250302-AU-1") == 2


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("400", Outcome.AUTH), ("415", Outcome.AUTH), ("425", Outcome.AUTH), ("450", Outcome.AUTH), ("460", Outcome.AUTH),
     ("470", Outcome.AUTH), ("500", Outcome.TRANSIENT), ("550", Outcome.TRANSIENT), ("999", Outcome.TRANSIENT)],
)  # fmt: skip
async def test_an_authentication_that_failed_says_why_and_is_begun_anew(code, outcome, ask, provider):
    provider.aside |= login(code)
    assert (await ask()).outcome is outcome
    provider.aside |= login("200")
    assert (await ask()).outcome is Outcome.FOUND_MATCH
    assert paths(provider).count("/token/challenge") == 2


STEPS = [KEYS, "/token/challenge", "/token/ksef-token", "/token/20250302-AU-1", "/token/token/redeem"]
ODD = [b"", b"<html>", {}, [], [[]], {"accessToken": {"token": "a\r\nx: y"}}, {"challenge": "c", "timestampMs": "now"}]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("step", STEPS)
async def test_no_step_that_goes_wrong_is_more_than_transient(step, odd, ask, provider):
    accepted = 202 if step == "/token/ksef-token" else 200
    provider.aside[step] = Said(odd if isinstance(odd, bytes) else json.dumps(odd).encode(), accepted)
    answer = await ask()
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)
    assert provider.asked == []


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_is_refused_is_a_matter_of_the_credentials(step, ask, provider):
    provider.aside[step] = Said(b"", 401)
    assert (await ask()).outcome is Outcome.AUTH


async def test_a_token_that_was_redeemed_before_is_no_matter_of_the_credentials(ask, provider):
    provider.aside["/token/token/redeem"] = Said(b"", 400)
    assert (await ask()).outcome is Outcome.TRANSIENT


@pytest.mark.parametrize(
    "keys",
    [
        [published("SymmetricKeyEncryption")], [published(start="2025-04-01")], [published(end="2025-03-01")],
        [published(told="AAAA")], [published(told="é")], [published(told=7)], [published(start="x")], {"keys": []},
    ],
)  # fmt: skip
async def test_a_key_of_another_use_or_time_is_not_used(keys, ask, provider):
    provider.aside[KEYS] = keys
    answer = await ask()
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "no_public_key")


@pytest.mark.parametrize("form", ["{0}", "-----BEGIN CERTIFICATE-----\n{0}\n-----END CERTIFICATE-----\n"])
async def test_a_certificate_that_was_given_is_used_instead_of_the_list(form, account, toolbox, provider):
    provider.aside = OfKsef().aside([POLISH])
    provider.says(ACCEPTED)
    given = {**OfKsef.credentials, "certificate": form.format(certificate())}
    (answer,) = await Ksef(account(given), toolbox).check([POLISH])
    assert answer.outcome is Outcome.FOUND_MATCH
    assert f"/ask{KEYS}" not in paths(provider)


async def test_a_find_tells_the_metadata_that_ksef_keeps(ask, provider):
    answer = await ask()
    assert answer.found == Found(
        number=POLISH.number,
        issued_on=date(2025, 3, 1),
        seller_tax_id="5265877635",
        buyer_tax_id="1111111111",
        amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00"), "PLN"),
        zone="Europe/Warsaw",
    )
    assert sent(provider, METADATA) == {
        "subjectType": "Subject1", "ksefNumber": NUMBER,
        "dateRange": {
            "dateType": "Invoicing", "from": "2025-02-28T00:00:00+00:00", "to": "2025-03-03T00:00:00+00:00",
        },
    }  # fmt: skip


@pytest.mark.parametrize("ours", ["5265877635", "PL5265877635"])
async def test_a_nip_is_one_number_with_its_prefix_or_without(ours, ask):
    invoice = replace(POLISH, seller=Party(ours))
    answer = await ask(invoice=invoice)
    assert (compare(invoice, answer.found), missing(invoice, answer.found)) == ((), ())


async def test_the_tax_in_zloty_of_an_invoice_in_euro_is_not_told(ask):
    answer = await ask(metadata=metadata(POLISH, currency="EUR", vatAmount=25.53))
    assert answer.found.amount == Amount(Decimal("100.00"), None, Decimal("106.00"), "EUR")


async def test_a_duplicate_is_proved_by_the_invoice_that_was_there_first(ask, provider):
    extensions = {"originalKsefNumber": EARLIER, "originalSessionReferenceNumber": SESSION}
    body = status(440)
    body["status"]["extensions"] = extensions
    answer = await ask(body, metadata=metadata(POLISH, EARLIER))
    assert (answer.outcome, compare(POLISH, answer.found)) == (Outcome.DUPLICATE_ACCEPTED, ())
    assert sent(provider, METADATA)["ksefNumber"] == EARLIER


@pytest.mark.parametrize(
    "told",
    [
        b"", {}, {"invoices": []}, {"invoices": "x"}, {"invoices": [None, 1]}, metadata(POLISH, EARLIER),
        {"invoices": metadata(POLISH)["invoices"] * 2}, metadata(POLISH, invoiceNumber=""),
        metadata(POLISH, invoiceNumber=None),
    ],
    ids=range(9),
)  # fmt: skip
async def test_an_accepted_invoice_without_its_metadata_proves_nothing(told, ask):
    answer = await ask(metadata=told)
    assert (answer.outcome, answer.found) == (Outcome.TRANSIENT, None)


async def test_metadata_that_may_not_be_read_are_told_as_such(ask):
    assert (await ask(metadata=Said(b"", 403))).outcome is Outcome.AUTH


async def test_a_wait_that_ksef_asks_for_is_passed_on(ask):
    answer = await ask(metadata=Said(b"", 429, {"retry-after": "1800"}))
    assert (answer.outcome, answer.retry_after) == (Outcome.RATE_LIMITED, 1800)


@pytest.mark.parametrize(
    "number", ["", "x", NUMBER[:-1], NUMBER.replace("20250301", "20251301"), NUMBER.replace("20250301", "00010101")]
)
async def test_a_number_that_is_none_proves_nothing(number, ask, provider):
    answer = await ask(status(200, ksefNumber=number))
    assert (answer.outcome, answer.code) == (Outcome.TRANSIENT, "no_ksef_number")
    assert not [path for path in paths(provider) if METADATA in path]


async def test_a_status_of_another_invoice_teaches_nothing(ask):
    assert (await ask(ACCEPTED | {"referenceNumber": SESSION})).code == "foreign_item"


async def test_a_status_that_contradicts_the_metadata_teaches_nothing(ask):
    assert (await ask(ACCEPTED | {"invoiceNumber": "FV/1"})).code == "contradiction"


async def test_a_rejection_says_why(ask):
    body = status(450, "Błąd weryfikacji")
    body["status"]["details"] = ["P_13_1"]
    answer = await ask(body)
    assert (answer.outcome, answer.code, answer.message) == (Outcome.REJECTED, "450", "Błąd weryfikacji P_13_1")


@pytest.mark.parametrize("reference", ["../../x", "a b?c#d", "\ud800", "é"])
async def test_no_handle_leaves_its_place_in_the_address(reference, ask, provider):
    await ask(invoice=replace(POLISH, handle=Handle(reference, REFERENCE)))
    (heard,) = provider.asked
    assert heard.target.startswith("/ask/sessions/")
    assert heard.target.endswith(f"/invoices/{REFERENCE}")
    assert heard.target.count("/") == 5


def test_it_keeps_within_the_statuses_of_an_hour():
    assert CAPABILITIES.rate * 3600 <= 1_200
    assert (CAPABILITIES.batch, CAPABILITIES.zone) == (1, "Europe/Warsaw")
