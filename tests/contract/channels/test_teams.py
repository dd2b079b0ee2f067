"""Teams by Workflows: an Adaptive Card with links alone, calling people by entities."""

import json

from app.channels import teams
from tests.contract.channels.messages import FULL


def test_calls_people_by_entities_that_stand_in_the_text():
    (document,) = teams.card(FULL, ["finance@example.test"])
    content = document["attachments"][0]["content"]
    (entity,) = content["msteams"]["entities"]
    assert entity["mentioned"]["id"] == "finance@example.test"
    assert entity["text"] in json.dumps(content["body"])


def test_is_an_adaptive_card_of_1_4_with_links_alone():
    (document,) = teams.card(FULL, [])
    content = document["attachments"][0]["content"]
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    assert {action["type"] for action in content["actions"]} == {"Action.OpenUrl"}
