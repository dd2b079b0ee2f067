"""What came back from an outbound call: decoded without trust, never larger than its cap."""

import gzip
import tracemalloc
import zlib

import pytest

from app.domain.address import Target
from app.domain.exchange import Reply, headers_to_send, inflated, joined

GATEWAY = Target.parse("https://gateway.example:8443/check")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=GBK", "发票".encode("gbk"), "发票"),
        ('text/html; charset="gb2312"', "发票".encode("gb2312"), "发票"),
        ("text/plain; charset=big5", "發票".encode("big5"), "發票"),
        ("text/plain; charset=ISO-8859-1", b"\xe9", "é"),
        ("application/json", "\ufeff票".encode(), "票"),
        ("application/json; charset=undefined", "票".encode(), "票"),
        ("application/json; charset=unicode_escape", b"\\q", "\\q"),
        ("application/json", b"\xff", "\ufffd"),
    ],
)
def test_text_is_read_by_its_charset_and_never_raises(content_type, body, text):
    assert Reply(200, {"content-type": content_type}, body).text() == text


def test_a_reply_without_content_type_is_utf8():
    assert Reply(200, {}, "票达".encode()).text() == "票达"


def test_repeated_headers_are_joined_under_a_lower_case_name():
    assert joined([(b"X-A", b"1"), (b"x-a", b"2"), (b"B", b"\xe9")]) == {"x-a": "1, 2", "b": "é"}


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_a_compressed_body_is_inflated_although_nobody_asked_for_it(encoding):
    packed = zlib.compress(b"yes") if encoding == "deflate" else gzip.compress(b"yes")
    assert inflated(packed, encoding, 100) == b"yes"


def test_a_bomb_is_never_unpacked_beyond_the_cap():
    bomb = gzip.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    try:
        assert len(inflated(bomb, "gzip", 100_000)) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip", "gzip"),
        (gzip.compress(b"x" * 100)[:-9], "gzip"),
        (gzip.compress(b"a") + b"rest", "gzip"),
        (b"\x8b\x02\x80yes\x03", "br"),
    ],
    ids=["not gzip", "cut short", "with a tail", "brotli"],
)
def test_a_body_that_cannot_be_unpacked_whole_is_an_error(body, encoding):
    with pytest.raises(ValueError, match="body"):
        inflated(body, encoding, 1000)


def test_an_empty_body_needs_no_unpacking():
    assert inflated(b"", "gzip", 10) == b""


def test_host_framing_and_encoding_are_ours_whatever_the_caller_says():
    given = {
        "Host": "evil",
        "Content-Length": "9",
        "Transfer-Encoding": "chunked",
        "ACCEPT-ENCODING": "gzip",
        "X": "1",
    }
    assert dict(headers_to_send(GATEWAY, "POST", given, b"ab")) == {
        "host": "gateway.example:8443",
        "accept-encoding": "identity",
        "user-agent": "piaoda",
        "content-length": "2",
        "x": "1",
    }


def test_a_question_without_body_announces_no_length():
    assert "content-length" not in dict(headers_to_send(GATEWAY, "GET", {}, b""))
