"""A foreign channel (Poland's KSeF), over real HTTP: the login with a token, an invoice of a session, its metadata."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.simulator.ksef_words import crc8

READY = {"upload_after": 0, "visible_after": 0}
ROOT = "/ksef_pl/v2"
SECRET = "demo-secret-not-real"
SESSION, REFERENCE, NUMBER = "20261123-SO-0000000001-0000000001-01", "20261123-EE-0000000001-0000000001-01", "FV-2026-1"


def faktura(tax, **asked):
    return tax.register(
        **{
            "number": NUMBER,
            "kind": "foreign",
            "issued_at": "2026-11-22T23:30:00+00:00",
            "seller": {"tax_id": "1000000009", "name": "Przykład Sp. z o.o."},
            "buyer": {"tax_id": "1000000015", "name": "Wzór S.A."},
            "amount": {"without_tax": "100.00", "tax": "23.00", "with_tax": "123.00", "currency": "PLN"},
            "handle": {"serial_no": SESSION, "order_no": REFERENCE},
        }
        | asked
    )


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def encrypted(tax, text):
    (published,) = tax.http.get(f"{ROOT}/security/public-key-certificates").json()
    assert "KsefTokenEncryption" in published["usage"]
    key = x509.load_der_x509_certificate(base64.b64decode(published["certificate"])).public_key()
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return base64.b64encode(key.encrypt(text.encode(), oaep)).decode()


def begin(tax, *, nip="demo-app", token=SECRET, later=0, **told):
    """Asks for a challenge and answers it `later` seconds after; `told` replaces fields of the answer."""
    challenge = tax.http.post(f"{ROOT}/auth/challenge").json()
    tax.clock.advance(seconds=later)
    answer = {
        "challenge": challenge["challenge"],
        "contextIdentifier": {"type": "Nip", "value": nip},
        "encryptedToken": encrypted(tax, f"{token}|{challenge['timestampMs']}"),
    }
    return tax.http.post(f"{ROOT}/auth/ksef-token", json=answer | told)


def outcome(tax, begun):
    reply = tax.http.get(
        f"{ROOT}/auth/{begun['referenceNumber']}", headers=bearer(begun["authenticationToken"]["token"])
    )
    return reply.json()["status"]["code"]


def redeem(tax, begun):
    return tax.http.post(f"{ROOT}/auth/token/redeem", headers=bearer(begun["authenticationToken"]["token"]))


@pytest.fixture
def token(tax):
    return redeem(tax, begin(tax).json()).raise_for_status().json()["accessToken"]["token"]


def ask(tax, token, reference=REFERENCE, session=SESSION):
    return tax.http.get(f"{ROOT}/sessions/{session}/invoices/{reference}", headers=bearer(token))


def code(reply):
    """The status of an invoice, the code of an exception, or that of HTTP."""
    body = reply.json()
    if "exception" in body:
        assert reply.status_code == 400
        return body["exception"]["exceptionDetailList"][0]["exceptionCode"]
    return body["status"] if isinstance(body["status"], int) else body["status"]["code"]


def query(tax, token, kind="Issue", since="2026-11-01", **asked):
    told = {"subjectType": "Subject1", "dateRange": {"dateType": kind, "from": since}} | asked
    return tax.http.post(f"{ROOT}/invoices/query/metadata", json=told, headers=bearer(token))


def test_a_login_is_a_challenge_an_encrypted_token_and_a_redemption(tax):
    reply = begin(tax)
    begun = reply.json()
    assert (reply.status_code, outcome(tax, begun)) == (202, 200)
    tokens = redeem(tax, begun).json()
    assert tokens["accessToken"]["validUntil"].startswith("2026-11-23T01:45")
    assert code(redeem(tax, begun)) == 21301
    refreshed = tax.http.post(f"{ROOT}/auth/token/refresh", headers=bearer(tokens["refreshToken"]["token"]))
    faktura(tax, **READY)
    assert code(ask(tax, refreshed.json()["accessToken"]["token"])) == 200


@pytest.mark.parametrize("told", [{"token": "wrong"}, {"nip": "nobody"}, {"encryptedToken": "AAAA"}])
def test_wrong_credentials_fail_the_login(tax, told):
    begun = begin(tax, **told).json()
    assert outcome(tax, begun) == 450
    assert code(redeem(tax, begun)) == 21301


def test_credentials_can_be_refused(tax):
    tax.behave(credentials_refused={"ksef_pl": 1})
    assert outcome(tax, begin(tax).json()) == 450


def test_a_challenge_is_ours_serves_once_and_lasts_ten_minutes(tax):
    assert code(begin(tax, challenge="nobody")) == 21111
    assert begin(tax, later=599).status_code == 202
    assert code(begin(tax, later=600)) == 21111
    challenge = tax.http.post(f"{ROOT}/auth/challenge").json()["challenge"]
    assert [begin(tax, challenge=challenge).status_code for _ in range(2)] == [202, 400]


def test_a_timestamp_of_another_challenge_fails_the_login(tax):
    stale = encrypted(tax, f"{SECRET}|1")
    assert outcome(tax, begin(tax, encryptedToken=stale).json()) == 450


@pytest.mark.parametrize("content", [b"", b"[]", b'{"contextIdentifier": 7}'])
def test_nonsense_at_the_login_is_an_unknown_challenge(tax, content):
    assert code(tax.http.post(f"{ROOT}/auth/ksef-token", content=content)) == 21111


def test_a_strangers_token_opens_no_login(tax):
    reference = begin(tax).json()["referenceNumber"]
    assert tax.http.get(f"{ROOT}/auth/{reference}", headers=bearer("nobody")).status_code == 401
    assert tax.http.post(f"{ROOT}/auth/token/redeem", headers=bearer("nobody")).status_code == 401
    assert tax.http.post(f"{ROOT}/auth/token/refresh", headers=bearer("nobody")).status_code == 401


def test_an_access_token_lasts_fifteen_minutes(tax, token):
    faktura(tax, **READY)
    tax.clock.advance(seconds=899)
    assert code(ask(tax, token)) == 200
    tax.clock.advance(seconds=1)
    assert ask(tax, token).status_code == 401


def test_an_invoice_is_processed_and_then_has_its_number(tax, token):
    faktura(tax, upload_after=60, visible_after=90)
    before = ask(tax, token).json()
    assert (before["status"]["code"], "ksefNumber" in before) == (150, False)
    tax.clock.advance(seconds=60)
    after = ask(tax, token).json()
    assert (after["status"]["code"], after["invoiceNumber"], after["referenceNumber"]) == (200, NUMBER, REFERENCE)
    nip, day, technical, check = after["ksefNumber"].split("-")
    assert (nip, day, len(technical), len(check)) == ("1000000009", "20261123", 12, 2)
    assert "permanentStorageDate" not in after
    tax.clock.advance(seconds=30)
    assert ask(tax, token).json()["permanentStorageDate"].startswith("2026-11-23")


def test_the_check_of_a_number_is_the_officials(tax):
    assert crc8(b"5555555555-20250828-010080615740") == 0xE4


@pytest.mark.parametrize(("upload", "told"), [("stuck", 150), ("fail", 450), ("unsigned", 430), ("ok", 200)])
def test_an_upload_ends_as_it_was_told_to(tax, token, upload, told):
    faktura(tax, upload=upload, upload_after=0)
    assert code(ask(tax, token)) == told


def test_a_later_status_of_ours_shows_nowhere(tax, token):
    faktura(tax, **READY)
    tax.change(NUMBER, status="void")
    assert code(ask(tax, token)) == 200


@pytest.mark.parametrize(
    ("asked", "told"), [({"reference": "nobody"}, 21164), ({"session": "nobody"}, 21173), ({}, 200)]
)
def test_unknown_sessions_and_invoices_have_their_own_codes(tax, token, asked, told):
    faktura(tax, **READY)
    assert code(ask(tax, token, **asked)) == told


def test_a_session_has_many_invoices(tax, token):
    faktura(tax, **READY)
    faktura(tax, number="FV-2026-2", handle={"serial_no": SESSION, "order_no": "second"}, **READY)
    assert ask(tax, token).json()["invoiceNumber"] == NUMBER
    assert ask(tax, token, "second").json()["invoiceNumber"] == "FV-2026-2"


@pytest.mark.parametrize("by", ["invoiceNumber", "ksefNumber"])
def test_metadata_are_the_face_of_an_accepted_invoice(tax, token, by):
    faktura(tax, **READY)
    number = {"invoiceNumber": NUMBER, "ksefNumber": ask(tax, token).json()["ksefNumber"]}[by]
    (told,) = query(tax, token, **{by: number}).json()["invoices"]
    assert (told["invoiceNumber"], told["issueDate"]) == (NUMBER, "2026-11-23")
    assert (told["netAmount"], told["vatAmount"], told["grossAmount"]) == (100.0, 23.0, 123.0)
    assert (told["seller"]["nip"], told["buyer"]["identifier"]) == (
        "1000000009",
        {"type": "Nip", "value": "1000000015"},
    )


@pytest.mark.parametrize("asked", [{}, {"invoiceNumber": "nobody"}, {"since": "2026-12-01", "invoiceNumber": NUMBER}])
def test_metadata_list_only_what_was_asked_for(tax, token, asked):
    faktura(tax, **READY)
    assert query(tax, token, **asked).json()["invoices"] == []


def test_metadata_do_not_list_what_is_not_accepted_or_stored_yet(tax, token):
    faktura(tax, upload_after=60, visible_after=90)
    assert query(tax, token, invoiceNumber=NUMBER).json()["invoices"] == []
    tax.clock.advance(seconds=60)
    assert len(query(tax, token, invoiceNumber=NUMBER).json()["invoices"]) == 1
    assert query(tax, token, "PermanentStorage", invoiceNumber=NUMBER).json()["invoices"] == []


@pytest.mark.parametrize("asked", [{"subjectType": ["Subject1"]}, {"dateRange": None}, {"kind": "Never"}, {"since": 7}])
def test_a_query_without_subject_or_dates_is_21405(tax, token, asked):
    assert code(query(tax, token, **asked)) == 21405


def test_a_mismatch_gives_other_amounts(tax, token):
    faktura(tax, **READY)
    tax.behave(mismatch={"ksef_pl": 1})
    assert query(tax, token, invoiceNumber=NUMBER).json()["invoices"][0]["grossAmount"] == 124.0


def test_a_liar_gives_the_right_status_with_another_invoices_face(tax, token):
    faktura(tax, **READY)
    faktura(tax, number="FV-2026-2", handle={"serial_no": SESSION, "order_no": "second"}, **READY)
    tax.behave(lying={"ksef_pl": 1})
    reply = ask(tax, token)
    assert (code(reply), reply.json()["invoiceNumber"]) == (200, "FV-2026-2")
    (told,) = query(tax, token, ksefNumber=reply.json()["ksefNumber"]).json()["invoices"]
    assert told["invoiceNumber"] == "FV-2026-2"


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"maintenance": {"ksef_pl": 1}}, 503),
        ({"credentials_refused": 1}, 401),
        ({"token_expired": 1}, 401),
        ({"no_permission": 1}, 403),
        ({"balance_used_up": 1}, 429),
        ({"forced": {"ksef_pl": 1, "code": "440"}}, 440),
        ({"forced": {"ksef_pl": 1, "code": "21164"}}, 21164),
        ({"forced": {"ksef_pl": 1, "code": "9999"}}, 9999),
    ],
)
def test_each_refusal_and_status_can_be_switched_on(tax, token, patch, told):
    faktura(tax, **READY)
    tax.behave(**patch)
    assert code(ask(tax, token)) == told


def test_a_duplicate_names_the_first(tax, token):
    faktura(tax, **READY)
    number = ask(tax, token).json()["ksefNumber"]
    tax.behave(forced={"ksef_pl": 1, "code": "440"})
    first = {"originalSessionReferenceNumber": SESSION, "originalKsefNumber": number}
    assert ask(tax, token).json()["status"]["extensions"] == first
    assert len(query(tax, token, ksefNumber=number).json()["invoices"]) == 1


def test_a_forced_status_needs_no_invoice(tax, token):
    tax.behave(forced={"ksef_pl": 1, "code": "500"})
    assert code(ask(tax, token)) == 500


def test_too_many_calls_say_when_to_come_back(tax, token):
    faktura(tax, **READY)
    tax.behave(qps={"ksef_pl": 1})
    first, second = ask(tax, token), ask(tax, token)
    assert (first.status_code, second.status_code, second.headers["Retry-After"]) == (200, 429, "30")


def test_every_question_is_noted_and_none_is_counted(tax, token):
    faktura(tax, **READY)
    ask(tax, token)
    ask(tax, token, "nobody")
    query(tax, token, invoiceNumber=NUMBER)
    ledger = tax.ledger(dialect="ksef_pl")
    assert [(record["account"], record["number"], record["code"]) for record in ledger["records"]] == [
        ("demo-app", NUMBER, "200"),
        ("demo-app", "nobody", "21164"),
        ("demo-app", NUMBER, "200"),
    ]
    assert (ledger["billed"], ledger["checks_by_day"], ledger["totals"]["tokens"]) == (0, {}, 1)
