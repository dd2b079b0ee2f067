"""Our signer and verifier against the published rules, fixed vectors and the reference libraries of both makers."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from app.channels.channel import Destination, Toolbox
from app.channels.signature import mint, mint_private, public_key
from app.channels.webhook import Webhook, sign, verify
from app.clock import DatabaseClock
from app.domain.endpoint import LIVE_SECRETS
from app.egress import Allowed, Egress
from tests.contract.receiving import FixedClock, parcel, receiving

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
ID, TIMESTAMP = "msg_01", 1767323045
BODY = '{"type":"invoice.overdue","timestamp":"2026-01-02T03:04:05Z","data":{"id":"inv_1","note":"发票"}}'
SIGNATURE = "v1,fMfjQhtv8sjMTMGaNuI+DdUC2pq1OQHIP78Omel9xIc="
NOW = datetime.fromtimestamp(TIMESTAMP, UTC)

# The pair, message and signature that Svix's server is tested with: the one published vector of v1a.
PUBLISHED = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
SEED_ALONE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
PUBLISHED_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
PUBLISHED_ID, PUBLISHED_AT, PUBLISHED_BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
PUBLISHED_SIGNATURE = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="


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


@pytest.mark.parametrize("key", [PUBLISHED, SEED_ALONE])
def test_the_asymmetric_signature_is_that_of_the_published_vector(key):
    assert sign(key, PUBLISHED_ID, PUBLISHED_AT, PUBLISHED_BODY) == PUBLISHED_SIGNATURE
    assert public_key(key) == PUBLISHED_PUBLIC


@pytest.mark.parametrize("key", [PUBLISHED, SEED_ALONE, PUBLISHED_PUBLIC])
def test_who_holds_the_public_key_alone_can_verify(key):
    sent = headers(PUBLISHED_SIGNATURE, PUBLISHED_AT, PUBLISHED_ID)
    now = datetime.fromtimestamp(PUBLISHED_AT, UTC)
    assert verify([key], sent, PUBLISHED_BODY.encode(), now)
    assert not verify([key], sent, PUBLISHED_BODY.encode() + b" ", now)
    assert not verify([public_key(mint_private())], sent, PUBLISHED_BODY.encode(), now)
    under_another_tag = sent | {"webhook-signature": PUBLISHED_SIGNATURE.replace("v1a", "v1")}
    assert not verify([key], under_another_tag, PUBLISHED_BODY.encode(), now)


def test_who_holds_the_public_key_alone_cannot_sign():
    with pytest.raises(ValueError, match="whsec_"):
        sign(PUBLISHED_PUBLIC, ID, TIMESTAMP, BODY)


@pytest.mark.parametrize("entry", ["v1a", "v1a,", "v1a,???", "v1a,发票", "v1a," + "A" * 88, "v1," + "A" * 86 + "=="])
def test_a_malformed_asymmetric_signature_is_false_and_no_error(entry):
    assert not verify([PUBLISHED_PUBLIC], headers(entry), BODY.encode(), NOW)


@pytest.mark.parametrize(
    "key",
    [
        "whsk_",
        "whsk_not base64!",
        "whsk_" + base64.b64encode(bytes(31)).decode(),
        "whsk_" + base64.b64encode(bytes(64)).decode(),
        PUBLISHED + "=",
    ],
)
def test_an_unusable_private_key_is_refused_without_being_shown(key):
    with pytest.raises(ValueError, match="whsk_") as refusal:
        sign(key, ID, TIMESTAMP, BODY)
    assert not key.removeprefix("whsk_") or key not in str(refusal.value)


@pytest.fixture
async def egress():
    egress = Egress(allow=[Allowed.parse("127.0.0.1")])
    yield egress
    await egress.close()


async def sent_with(egress, *secrets, clock=None):
    """The request that a receiver gets from an endpoint that signs with all of `secrets`."""
    async with receiving() as receiver:
        destination = Destination(name="erp", kind="webhook", url=receiver.url, secrets=secrets)
        receipt = await Webhook(destination, Toolbox(egress, clock or FixedClock())).send([parcel()])
        assert receipt.failure is None
    [call] = receiver.calls
    return call


@pytest.mark.parametrize("library", [standardwebhooks.Webhook, svix.Webhook])
async def test_receivers_with_the_official_packages_take_what_we_send(egress, library):
    call = await sent_with(egress, OTHER, SECRET, PUBLISHED, clock=DatabaseClock())  # they look at the wall's clock
    for secret in (OTHER, SECRET):
        library(secret).verify(call.body, dict(call.headers))  # raises where it does not
    with pytest.raises(Exception, match="No matching signature"):
        library(mint()).verify(call.body, dict(call.headers))


async def test_the_header_has_one_entry_a_secret_and_each_scheme_is_verified_by_its_own(egress):
    secrets = (mint(), SECRET, OTHER, PUBLISHED, mint_private())
    call = await sent_with(egress, *secrets)
    tags = [entry.partition(",")[0] for entry in call.headers["webhook-signature"].split(" ")]
    assert tags == ["v1", "v1", "v1", "v1a", "v1a"]
    for secret in (*secrets[:3], *map(public_key, secrets[3:])):
        assert verify([secret], call.headers, call.body, FixedClock().now())


def test_a_sixth_secret_is_one_too_many():
    destination = Destination(name="erp", kind="webhook", secrets=tuple(mint() for _ in range(LIVE_SECRETS + 1)))
    with pytest.raises(ValueError, match="more than 5"):
        Webhook(destination, Toolbox(None, FixedClock()))
