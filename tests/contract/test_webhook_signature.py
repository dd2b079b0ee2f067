"""Our signer and verifier against the published rules, a fixed vector and the reference library."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from app.channels.webhook import sign, verify

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
ID, TIMESTAMP = "msg_01", 1767323045
BODY = '{"type":"invoice.overdue","timestamp":"2026-01-02T03:04:05Z","data":{"id":"inv_1","note":"发票"}}'
SIGNATURE = "v1,fMfjQhtv8sjMTMGaNuI+DdUC2pq1OQHIP78Omel9xIc="
NOW = datetime.fromtimestamp(TIMESTAMP, UTC)


def headers(signature=SIGNATURE, timestamp=TIMESTAMP, msg_id=ID):
    return {"webhook-id": msg_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_the_signature_is_that_of_the_vector():
    assert sign(SECRET, ID, TIMESTAMP, BODY) == SIGNATURE


def test_the_verifier_takes_the_vector():
    assert verify([SECRET], headers(), BODY.encode(), NOW)


@given(
    key=st.binary(min_size=24, max_size=64),
    msg_id=st.text(alphabet="abc-0189_", min_size=1),
    body=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_the_reference_library_agrees(key, msg_id, body):
    secret = "whsec_" + base64.b64encode(key).decode()
    signature = sign(secret, msg_id, TIMESTAMP, body)
    assert signature == standardwebhooks.Webhook(secret).sign(msg_id, NOW, body)
    assert verify([secret], headers(signature, msg_id=msg_id), body.encode(), NOW)


def test_while_a_secret_is_being_changed_a_holder_of_either_is_satisfied():
    both = " ".join(sign(secret, ID, TIMESTAMP, BODY) for secret in (OTHER, SECRET))
    assert verify([SECRET], headers(both), BODY.encode(), NOW)
    assert verify([OTHER], headers(both), BODY.encode(), NOW)
    assert verify([OTHER, SECRET], headers(), BODY.encode(), NOW)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        (headers(), BODY + " "),
        (headers(msg_id="msg_02"), BODY),
        (headers(timestamp=TIMESTAMP + 1), BODY),
        (headers(sign(OTHER, ID, TIMESTAMP, BODY)), BODY),
    ],
)
def test_one_changed_byte_anywhere_is_noticed(changed, body):
    assert not verify([SECRET], changed, body.encode(), NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_early_request_is_refused(seconds):
    assert not verify([SECRET], headers(), BODY.encode(), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_tolerated(seconds):
    assert verify([SECRET], headers(), BODY.encode(), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        "v1",
        "v1,",
        "v1,???",
        "no comma at all",
        "v1,发票",
        "v1a,abc",
        SIGNATURE[3:],
        "v2," + SIGNATURE[3:],
    ],
)
def test_a_malformed_signature_is_false_and_no_error(signature):
    assert not verify([SECRET], headers(signature), BODY.encode(), NOW)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "１７６７３２３０４５", "9" * 5000, "1767323045.0"])
def test_a_malformed_timestamp_is_false_and_no_error(timestamp):
    assert not verify([SECRET], headers(timestamp=timestamp), BODY.encode(), NOW)


def test_missing_headers_and_a_body_that_is_no_text_are_false_and_no_error():
    assert not verify([SECRET], {}, b"\xff\xfe", NOW)


def test_an_unknown_scheme_beside_ours_does_no_harm():
    assert verify([SECRET], headers(f"v1a,abc {SIGNATURE}"), BODY.encode(), NOW)


def test_an_id_with_a_dot_is_never_signed_nor_accepted():
    with pytest.raises(ValueError, match="dot"):
        sign(SECRET, "msg.01", TIMESTAMP, BODY)
    shifted = {"webhook-id": f"{ID}.{TIMESTAMP}", "webhook-timestamp": str(TIMESTAMP)}
    forged = sign(SECRET, ID, TIMESTAMP, f"{TIMESTAMP}.{BODY}")
    assert not verify([SECRET], shifted | {"webhook-signature": forged}, BODY.encode(), NOW)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        SECRET.removeprefix("whsec_"),
        "whsec_not base64!",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        SECRET + "\n",
        "whsec_发票",
    ],
)
def test_an_unusable_secret_is_refused_without_being_shown(secret):
    with pytest.raises(ValueError, match="24 to 64 bytes") as refusal:
        sign(secret, ID, TIMESTAMP, BODY)
    assert not secret.removeprefix("whsec_") or secret not in str(refusal.value)
