"""A day and a night: the office is told by day, whoever is on duty at any hour, and in the morning nobody asks why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.acceptance.story import NIGHT, OFFICE, Story
from tests.processes import BEIJING, until
from tests.receiver import Hit
from tests.town import Town

HALF_AN_HOUR_A_SECOND = 1800.0
AT_FOUR = timedelta(hours=4)
MOMENTS = timedelta(hours=2)  # of time that flies: a second of ours, or four


def office(build: Callable[..., Town]) -> Town:
    """The office hears in its hours, and whoever is on duty after three hours of any day or night."""
    return build(
        HALF_AN_HOUR_A_SECOND,
        AT_FOUR,
        deadlines={"default": {"overdue_after": "30m", "escalate_after": "60d"}, "grace": "0s"},
        alerts={
            "levels": [{"to": ["office"], "when": "working_hours"}, {"to": ["night"], "after": "3h"}],
            "gather": "1m",
            "remind_after": [],
            "hours": {"opens": "09:00", "closes": "18:00", "calendar": "every_day"},
        },
    )


@pytest.mark.timeout(300)  # a day and a half, in a minute
def test_the_office_is_told_by_day_and_whoever_is_on_duty_at_any_hour(build):
    town = office(build)
    story = Story(town, town.service().ready())

    until(lambda: 9 <= hour(town) < 15, "it is morning")
    by_day = story.invoice(account="solo")
    story.issue(by_day, upload="never")
    told = first(story, OFFICE, by_day)
    assert office_hours(told.at), "at once: it is a working hour"

    until(lambda: 19 <= hour(town) < 21, "night falls")
    by_night = story.invoice(account="slow")
    story.issue(by_night, upload="never")
    woken = first(story, NIGHT, by_night)
    assert not office_hours(woken.at)
    assert not heard(story, OFFICE, by_night), "the office sleeps"

    in_the_morning = first(story, OFFICE, by_night)
    assert office_hours(in_the_morning.at)
    assert in_the_morning.at > woken.at
    assert len(heard(story, OFFICE, by_night)) == 1
    assert all(office_hours(hit.at) for hit in town.receiver.hits(OFFICE))


def hour(town: Town) -> int:
    return town.tempo.now().astimezone(BEIJING).hour


def office_hours(at: datetime) -> bool:
    """Whether a message that left in time arrived `at` some moment of the working day."""
    local = at.astimezone(BEIJING)
    return 9 <= local.hour < 18 or (local - MOMENTS).hour < 18 <= local.hour


def heard(story: Story, room: str, invoice: dict) -> list[Hit]:
    return [hit for hit in story.town.receiver.hits(room) if invoice["number"] in hit.words]


def first(story: Story, room: str, invoice: dict) -> Hit:
    until(lambda: heard(story, room, invoice), f"{room} hears of it", within=90)
    return heard(story, room, invoice)[0]
