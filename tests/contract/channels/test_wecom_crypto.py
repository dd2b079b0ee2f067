"""The envelope around WeCom's callbacks, against a published vector and whatever a stranger may send."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from app.channels.wecom_crypto import decrypt, encrypt, signature, verified

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
SEALED = "4j/AuRx71kQlxVlzbpsMWKjnisysjvhnsfTMgwdWhF8PzWGna3O3jBfIRxhT7wI+WgvzNN3ZhSVQUn462f02OA=="
SIGNED = "0cada7f643a13943c4b8dedd0bd832e875663d63"
WORDS = "<xml>发票</xml>".encode()


def test_the_vector_is_opened_sealed_and_signed():
    assert decrypt(KEY, "wwtestcorp", SEALED) == WORDS
    assert encrypt(KEY, "wwtestcorp", WORDS, b"0123456789abcdef") == SEALED
    assert signature("tokentest", "1767323045", "nonce1", SEALED) == SIGNED
    assert verified("tokentest", "1767323045", "nonce1", SEALED, SIGNED)


def test_another_company_s_message_is_not_ours():
    assert decrypt(KEY, "wwtestcorp2", SEALED) is None
    assert decrypt(KEY, "", SEALED) is None


@given(st.binary(max_size=300))
def test_what_is_sealed_is_opened(message):
    assert decrypt(KEY, "ww", encrypt(KEY, "ww", message)) == message


def test_two_seals_of_one_message_differ():
    assert encrypt(KEY, "ww", b"x") != encrypt(KEY, "ww", b"x")


@given(st.text(max_size=200) | st.binary(max_size=300).map(lambda raw: b64encode(raw).decode()))
def test_whatever_a_stranger_sends_is_no_message(text):
    assert decrypt(KEY, "wwtestcorp", text) is None


@given(st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_never_passes_for_the_message(place, change):
    raw = bytearray(b64decode(SEALED))
    raw[place] ^= change
    opened = decrypt(KEY, "wwtestcorp", b64encode(bytes(raw)).decode())
    assert opened is None or (place < 32 and opened != WORDS) or place < 16


@pytest.mark.parametrize("claimed", ["", SIGNED.upper(), SIGNED[:-1], "é" * 40, "\ud800"])
def test_a_wrong_signature_is_refused(claimed):
    assert not verified("tokentest", "1767323045", "nonce1", SEALED, claimed)


def test_an_empty_token_verifies_nothing():
    assert not verified("", "1", "n", "e", signature("", "1", "n", "e"))


@pytest.mark.parametrize("key", ["", "x", KEY + "A", KEY[:-1] + "!", "é" * 43])
def test_an_unusable_key_is_named_without_being_shown(key):
    with pytest.raises(ValueError, match="43 characters") as refused:
        decrypt(key, "ww", SEALED)
    assert not key or key not in str(refused.value).removeprefix("an EncodingAESKey")


def sealed(plain, padding):
    """Whatever a holder of the key may have put together."""
    key = b64decode(KEY + "=")
    sealing = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(sealing.update(plain + padding) + sealing.finalize()).decode()


HEAD = b"0123456789abcdef"
WHOLE = HEAD + (5).to_bytes(4, "big") + b"hello" + b"ww"


def test_padding_that_says_two_things_is_refused():
    assert decrypt(KEY, "ww", sealed(WHOLE, bytes([5]) * 5)) == b"hello"
    assert decrypt(KEY, "ww", sealed(WHOLE, bytes([1, 1, 1, 1, 5]))) is None
    assert decrypt(KEY, "ww", sealed(WHOLE, bytes([37]) * 37)) is None


SHORT = [HEAD + (6).to_bytes(4, "big") + b"hello", HEAD + b"\xff\xff\xff\xffhello", HEAD, b""]


@pytest.mark.parametrize("plain", SHORT)
def test_a_length_beyond_the_message_is_refused_even_where_no_company_is_named(plain):
    count = 32 - len(plain) % 32
    assert decrypt(KEY, "", sealed(plain, bytes([count]) * count)) is None
