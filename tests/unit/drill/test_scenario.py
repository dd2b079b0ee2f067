"""A scenario file: refused with its place, or played as it says."""

from datetime import timedelta

import pytest

from app.domain.errors import ConfigurationError
from app.drill import scenario as scenarios
from app.drill.accounts import PLAYABLE

GOOD = """
title: {zh: 试, en: a try}
lasts: 1d
issue: [{account: nuonuo-main, end: 2h, per_hour: 5}]
"""


@pytest.fixture
def load(tmp_path):
    """The scenario that a file with this text says."""

    def loaded(text):
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        return scenarios.load(str(file))

    return loaded


@pytest.mark.parametrize("name", scenarios.names())
def test_every_scenario_that_comes_along_can_be_played(name):
    scenario = scenarios.load(name)
    assert scenario.name == name
    assert set(scenario.accounts) <= set(PLAYABLE)
    assert {account for act in scenario.acts for account in act.trouble} <= set(PLAYABLE)
    assert all(stream.end <= scenario.lasts for stream in scenario.issue)
    assert all(act.at < scenario.lasts for act in scenario.acts)


def test_a_file_is_named_after_itself_and_means_what_it_says(load):
    scenario = load(GOOD)
    assert (scenario.name, scenario.lasts) == ("mine", timedelta(days=1))
    assert scenario.accounts == ["nuonuo-main"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("lasts: 1d", "lasts: soon"), "lasts"),
        (("lasts: 1d", "lasts: 1d\nspeed: 0"), "speed"),
        (("per_hour: 5", "per_hour: -5"), "issue.0.per_hour"),
        (("lasts: 1d", "lasts: 1d\nfates: {stuck: 0.6, failed: 0.6}"), "fates"),
        (("lasts: 1d", "lasts: 1d\nfates: {vanished: 0.1}"), "fates.vanished"),
        (("lasts: 1d", "lasts: 1d\nacts: [{at: 0h, behaviour: {outrage: 1}}]"), "outrage"),
        (("title: {zh: 试, en: a try}", ""), "title"),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_place(load, change, place):
    with pytest.raises(ConfigurationError, match=place):
        load(GOOD.replace(*change))


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\x00"])
def test_a_file_that_is_no_scenario_is_refused(load, text):
    with pytest.raises(ConfigurationError):
        load(text)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(ConfigurationError, match="quiet-day"):
        scenarios.load("quite-day")
