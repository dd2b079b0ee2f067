"""A tax system that lies, breaks off, dawdles or is closed: all it says is kept, and nothing moves an invoice."""

from itertools import takewhile
from typing import Any

import pytest

from tests.acceptance.story import BUYER, Story, leaks
from tests.processes import until

# What the tax system does to either dialect, with the codes under which the answers are kept and what they show.
UNTRUE: dict[str, tuple[dict[str, Any], set[str], str]] = {
    "another invoice's face": ({"lying": 1}, {"wrong_invoice"}, "…"),
    "an HTML page with 200": ({"html_with_200": 1}, {"not_json"}, "系统维护中"),
    "half an answer": ({"truncated": 1}, {"not_json"}, "{"),
    "an answer that does not come": ({"slow": {"nuonuo": 1, "baidu": 1, "seconds": 3}}, {"timeout"}, ""),
    "a connection that breaks off": ({"drop_after_processing": 1}, {"closed", "reset"}, ""),
    "maintenance": ({"maintenance": 1}, {"1021", "E9601"}, "{"),
}


@pytest.mark.parametrize("behaviour", UNTRUE)
def test_what_is_no_evidence_never_confirms_and_is_kept_without_names(story: Story, behaviour: str):
    patch, codes, shown = UNTRUE[behaviour]
    story.issue(story.invoice(account="solo"), upload_after=0, visible_after=0)  # somebody else's face, to lie with
    asked = {account: story.invoice(account=account) for account in ("solo", "proof")}
    story.town.simulator.behave(**patch)
    try:
        ids = {account: story.issue(invoice, upload_after=0, visible_after=0) for account, invoice in asked.items()}
        for id_ in ids.values():
            until(lambda id_=id_: story.history(id_, "check"), f"{behaviour} is written down")
            assert story.state(id_) == "pending"
    finally:
        story.town.simulator.behave(**dict.fromkeys(patch, 0))

    for account, id_ in ids.items():
        story.becomes(id_, "synced")
        untrue = list(takewhile(lambda check: check["outcome"] != "found_match", story.history(id_, "check")))
        assert {check["code"] for check in untrue} <= codes
        for check in untrue:
            assert shown in (check["answer"] or "")
            assert asked[account]["number"] not in (check["answer"] or "")
            assert BUYER["name"] not in (check["answer"] or "")
        assert [move[2:] for move in story.moves(id_)] == [("pending", "issued"), ("synced", "confirmed")]


def test_no_log_line_tells_a_secret_or_a_buyer(story: Story):
    """Not when all is well, not when credentials are refused, not when a receiver answers with what it was sent."""
    story.town.simulator.behave(credentials_refused=1, truncated=1)
    story.town.receiver.replies["erp"] = (500, f"cannot take {BUYER}".encode())
    try:
        id_ = story.issue(story.invoice(account="solo"), upload="fail", upload_after=0)
        until(lambda: story.history(id_, "check"), "the refusal is written down")
        story.town.simulator.behave(credentials_refused=0, truncated=0)
        until(lambda: [d for d in story.history(id_, "delivery") if d["attempts"]], "the receiver has refused it")
    finally:
        story.town.simulator.behave(credentials_refused=0, truncated=0)
        story.town.receiver.replies["erp"] = (204, b"")

    story.becomes(id_, "escalated")
    assert not leaks(story)
