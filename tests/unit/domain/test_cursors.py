"""Bookmarks of the feed, and the identifiers they are made of."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.cursors import Bookmark, Mark, decode, decode_bookmark, encode, encode_bookmark
from app.domain.identifiers import ZERO, earlier, first_of, made_at, uuid7
from app.domain.search import Position

NOON = datetime(2026, 11, 22, 4, 0, 0, 123_000, tzinfo=UTC)
ID = uuid7(NOON, 2**80 - 1)


def forged(**changes):
    said = {"v": 1, "feed": 3, "position": 7, "id": ID} | changes
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def test_a_bookmark_survives_the_round_trip():
    bookmark = Bookmark(29_000_000, Mark(2**62, ID))

    assert decode_bookmark(encode_bookmark(bookmark)) == bookmark
    assert decode_bookmark(forged()) == Bookmark(3, Mark(7, ID))


@pytest.mark.parametrize(
    "text",
    [
        "", "=", "abc", "é", "[]", forged(v=2), forged(feed="3"), forged(feed=True), forged(position=-1),
        forged(position=2**63), forged(position=1.5), forged(id="7"), forged(id=None),
        encode(Position(NOON, ID), "-issued_at"),
    ],
)  # fmt: skip
def test_a_forged_bookmark_is_none(text):
    assert decode_bookmark(text) is None


def test_a_bookmark_is_no_cursor_of_another_list():
    assert decode(encode_bookmark(Bookmark(0, Mark())), "-issued_at") is None


def test_marks_are_in_the_order_of_positions_then_ids():
    assert sorted([Mark(2, ZERO), Mark(1, ID), Mark(), Mark(1, ZERO)]) == [Mark(), Mark(1, ZERO), Mark(1, ID), Mark(2)]


def test_an_identifier_tells_when_it_was_made():
    assert made_at(ID) == NOON


def test_the_first_identifier_of_an_instant_comes_before_all_of_it():
    assert uuid7(NOON - timedelta(milliseconds=1), 2**80 - 1) < first_of(NOON) <= uuid7(NOON, 0) < ID


def test_an_earlier_identifier_is_the_first_of_its_instant_and_never_before_the_beginning():
    assert earlier(ID, timedelta(minutes=10)) == first_of(NOON - timedelta(minutes=10))
    assert ZERO < earlier(ZERO, timedelta(minutes=10)) < first_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
