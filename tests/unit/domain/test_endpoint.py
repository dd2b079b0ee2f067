"""The secrets of an endpoint over time."""

from datetime import timedelta

from app.domain.endpoint import LIVE_SECRETS, OVERLAP, SigningSecret, live, rotated
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def texts(secrets):
    return [secret.text for secret in secrets]


def test_the_newest_comes_first_and_the_old_one_ends_after_the_overlap():
    after = rotated([SigningSecret("old")], ["new"], NOON, OVERLAP)
    assert after == (SigningSecret("new"), SigningSecret("old", NOON + OVERLAP))
    assert texts(live(after, NOON + OVERLAP - HOUR)) == ["new", "old"]
    assert texts(live(after, NOON + OVERLAP)) == ["new"]


def test_a_later_rotation_never_gives_an_ending_secret_more_time():
    first = rotated([SigningSecret("a")], ["b"], NOON, HOUR)
    second = rotated(first, ["c"], NOON, OVERLAP)
    assert {secret.text: secret.until for secret in second} == {"c": None, "b": NOON + OVERLAP, "a": NOON + HOUR}


def test_without_an_overlap_the_old_ones_end_at_once():
    assert texts(rotated([SigningSecret("a"), SigningSecret("b", NOON + HOUR)], ["c"], NOON, timedelta(0))) == ["c"]


def test_what_has_ended_is_dropped_and_makes_room():
    ended = [SigningSecret(str(n), NOON) for n in range(LIVE_SECRETS)]
    assert texts(rotated(ended, ["new"], NOON, OVERLAP)) == ["new"]


def test_nobody_is_ended_early_to_make_room():
    full = [SigningSecret(str(n), NOON + HOUR) for n in range(LIVE_SECRETS)]
    assert rotated(full, ["new"], NOON, OVERLAP) is None
    assert len(rotated(full[1:], ["new"], NOON, OVERLAP)) == LIVE_SECRETS


def test_a_secret_is_not_shown_by_accident():
    assert "whsec" not in repr(SigningSecret("whsec_x"))
