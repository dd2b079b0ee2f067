import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import links
from app.domain.acting import Act, People, Person, ends_at
from app.domain.hours import Hours
from app.domain.links import Claim, Unusable

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday noon in Beijing
KEY = links.key_of(b"a secret of this test, long enough")
CLAIM = Claim(
    Act.SILENCE, "019aa000-0000-7000-8000-000000000001", "财务群", "li", NOW + timedelta(days=3), b"\0\xff1234567"
)
TOKEN = links.sign(KEY, CLAIM)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("person", ["", "李"])
def test_what_was_signed_is_read_again(act, person):
    claim = replace(CLAIM, act=act, person=person)
    assert links.read(KEY, links.sign(KEY, claim), NOW) == claim


def test_a_link_is_short_and_fits_into_an_address():
    assert len(TOKEN) < 100
    assert TOKEN.replace("-", "").replace("_", "").isalnum()


def test_a_link_holds_until_it_expires():
    assert links.read(KEY, TOKEN, CLAIM.expires_at - timedelta(seconds=1)) == CLAIM
    assert links.read(KEY, TOKEN, CLAIM.expires_at) is Unusable.EXPIRED


def test_another_secret_reads_nothing():
    assert links.read(links.key_of(b"another"), TOKEN, NOW) is Unusable.FORGED


def test_no_bit_of_a_link_can_be_changed():
    raw = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))
    for place in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        forged = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert links.read(KEY, forged, NOW) is Unusable.FORGED, place


def test_one_link_has_one_spelling():
    for other in (TOKEN + "=", TOKEN + "==", TOKEN + "\n", " " + TOKEN, TOKEN[:-1]):
        assert links.read(KEY, other, NOW) is Unusable.FORGED


@given(st.text(max_size=300))
def test_whatever_is_sent_is_read_or_refused(token):
    assert links.read(KEY, token, NOW) is Unusable.FORGED


@given(st.binary(max_size=120))
def test_what_we_signed_without_meaning_it_is_refused(said):
    token = base64.urlsafe_b64encode(links._sealed(KEY, said)).decode().rstrip("=")
    assert isinstance(links.read(KEY, token, NOW), (Unusable, Claim))


def test_the_key_is_hkdf_of_the_secret():
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - only to compare with
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    assert HKDF(SHA256(), 32, salt=None, info=b"piaoda: links").derive(b"s3cret") == links.key_of(b"s3cret")


@pytest.mark.parametrize("change", [{"destination": "x" * 201}, {"person": "x" * 201}, {"nonce": b"short"}])
def test_what_does_not_fit_is_not_signed(change):
    with pytest.raises(ValueError, match="does not fit"):
        links.sign(KEY, replace(CLAIM, **change))


@pytest.mark.parametrize(("lasting", "hours"), [("1h", 1), ("4h", 4), ("morning", 2 * 24 + 21)])
def test_a_silence_lasts_as_its_button_says(lasting, hours):
    assert ends_at(lasting, NOW, Hours()) - NOW == timedelta(hours=hours)


def test_nobody_is_known_by_an_empty_name():
    people = People({"li": Person("li", known_as={"slack": "U1", "wecom": ""})})
    assert people.known_as("slack", "U1").name == "li"
    assert [people.known_as(*each) for each in (("slack", ""), ("wecom", ""), ("slack", "U2"), ("mail", "U1"))] == [
        None
    ] * 4
