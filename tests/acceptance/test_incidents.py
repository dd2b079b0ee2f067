"""What people are told of a bad day: an outage is one alert and its end another, however many invoices it catches."""

from collections import Counter

from tests.acceptance.story import OFFICE, SOON, Story
from tests.processes import until

INVOICES = 60


def test_an_outage_that_catches_many_invoices_is_one_alert_and_one_recovery(story: Story):
    simulator = story.town.simulator
    first, *others = (story.invoice(SOON, "solo") for _ in range(1 + INVOICES))
    query = {"cause": "outage", "account": "solo", "state": "open"}

    simulator.behave(outage={"nuonuo": 1})
    try:
        ids = [story.issue(first, upload_after=0, visible_after=0)]
        until(lambda: story.service.get("/v1/incidents", **query)["items"], "the outage is known")
        [known] = story.service.get("/v1/incidents", **query)["items"]
        ids += [story.issue(invoice, upload_after=0, visible_after=0) for invoice in others]
        until(lambda: incident(story, known)["members"] >= INVOICES, "all of them are members")
        until(lambda: incident(story, known)["scope"]["all"], "nothing at all is answered there")
    finally:
        simulator.behave(outage={"nuonuo": 0})

    until(lambda: {story.state(id_) for id_ in ids} == {"synced"}, "all are confirmed")
    until(lambda: incident(story, known)["state"] == "resolved", "the outage is over")
    told = Counter(notice["reason"] for notice in incident(story, known)["notices"])
    assert (told["opened"], told["recovered"]) == (1, 1)
    assert told["grew"] <= 2, "ten, and a hundred"
    heard = [hit.words for hit in story.town.receiver.hits(OFFICE) if "solo" in hit.words]
    assert any("查不了" in text for text in heard)
    assert any("恢复" in text for text in heard)


def incident(story: Story, known: dict) -> dict:
    return story.service.get(f"/v1/incidents/{known['id']}")
