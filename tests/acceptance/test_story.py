"""The whole story of an invoice, told over HTTP between real processes: billing, tax system, ERP, chat rooms."""

from tests.acceptance.story import DUTY, ERP, FINANCE, GROUP, LATE, RECALLABLE, SOON, Story, outcomes
from tests.processes import until


def test_an_invoice_that_appears_late_is_told_once_with_evidence(story: Story):
    invoice = story.invoice()
    id_ = story.issue(invoice, upload_after=0, visible_after="never")

    until(lambda: outcomes(story.history(id_, "check")).count("not_found") == 2, "the proof misses it twice")
    assert story.state(id_) == "pending"
    story.town.simulator.change(invoice, visible=True)
    story.becomes(id_, "synced")

    assert story.moves(id_) == [(1, None, "pending", "issued"), (2, "pending", "synced", "confirmed")]
    proof = next(
        check for check in story.history(id_, "check") if check["outcome"] == "found_match" and check["billed"]
    )
    assert story.history(id_, "transition")[1]["evidence"] == f"check:{proof['id']}"
    [message] = story.webhooks(invoice, 1)
    assert (message["type"], message["data"]["transition"]["sequence"]) == ("invoice.synced", 2)
    assert all(hit.signed for hit in story.town.receiver.hits(ERP))


def test_those_who_heard_of_the_trouble_hear_of_its_end_and_nobody_else(story: Story):
    grave, late, prompt = (story.invoice(kind, "solo") for kind in (SOON, LATE, "digital_ordinary"))
    grave_id, late_id = (story.issue(invoice, upload="stuck") for invoice in (grave, late))
    prompt_id = story.issue(prompt, upload_after=0, visible_after=0)

    heard_all = [(FINANCE, grave), (GROUP, grave), (FINANCE, late), (GROUP, late)]
    story.becomes(grave_id, "escalated")
    for room, invoice in (*heard_all, (DUTY, grave)):
        until(lambda room=room, invoice=invoice: story.chats(room, invoice), f"{room} hears of the trouble")
    until(lambda: "逾期升级" in story.chats(GROUP, grave)[-1], "the group hears of the escalation")
    story.town.simulator.change(grave, visible=True)
    story.town.simulator.change(late, visible=True)
    for room, invoice in (*heard_all, (DUTY, grave)):
        until(
            lambda room=room, invoice=invoice: "恢复正常" in story.chats(room, invoice)[-1], f"{room} hears of its end"
        )

    first = story.chats(FINANCE, grave)[0]
    assert "发票逾期" in first
    assert "税务系统仍未查到" in first
    assert [move[2:] for move in story.moves(grave_id)] == [
        ("pending", "issued"), ("overdue", "deadline"), ("escalated", "escalation"), ("synced", "confirmed"),
    ]  # fmt: skip
    assert (story.state(late_id), story.state(prompt_id)) == ("synced", "synced")
    assert not story.chats(DUTY, late), "who did not hear that it was late need not hear that it came"
    assert not [room for room in (FINANCE, GROUP, DUTY) if story.chats(room, prompt)]


def test_an_invoice_voided_at_the_authority_after_sync_is_a_change(story: Story):
    invoice = story.invoice(RECALLABLE)
    id_ = story.issue(invoice, upload_after=0, visible_after=0)
    story.becomes(id_, "synced")

    story.town.simulator.change(invoice, status="void")
    story.becomes(id_, "escalated")

    synced, changed = story.webhooks(invoice, 2)
    assert (synced["type"], changed["type"]) == ("invoice.synced", "invoice.changed")
    assert changed["data"]["transition"]["cause"] == "changed"
    assert changed["data"]["invoice"]["outcome"] == "found_void"


def test_a_failed_upload_is_escalated_at_once_with_its_reason(story: Story):
    invoice = story.invoice()
    id_ = story.issue(invoice, upload="fail", upload_after=0)

    story.becomes(id_, "escalated")

    assert story.moves(id_)[1:] == [(2, "pending", "escalated", "rejected")]
    [message] = story.webhooks(invoice, 1)
    diagnosis = message["data"]["diagnosis"]
    assert diagnosis["code"] == "upload_failed"
    assert "上传" in diagnosis["text"]["zh"]
    assert diagnosis["next_step"]["zh"]


def test_an_invoice_with_another_amount_is_escalated_as_a_mismatch(story: Story):
    """The proof agrees with the total it was asked about; only we compare what is inside."""
    invoice = story.invoice(account="proof")
    net, tax = (float(invoice["amount"][name]) for name in ("without_tax", "tax"))
    shifted = {"without_tax": f"{net - 0.05:.2f}", "tax": f"{tax + 0.05:.2f}"}
    id_ = story.issue(invoice, upload_after=0, visible_after=0, face_differs={"amount": shifted})

    story.becomes(id_, "escalated")

    assert story.moves(id_)[1:] == [(2, "pending", "escalated", "mismatch")]
    [check] = story.history(id_, "check")
    assert {"amount/without_tax", "amount/tax"} == {each["field"] for each in check["differences"]}
    assert story.webhooks(invoice, 1)[0]["data"]["diagnosis"]["code"] == "data_mismatch"


def test_an_answer_that_comes_after_the_deadline_is_decided_on_the_invoice_as_it_is_then(story: Story):
    """The deadline passes while the question is under way, so the decision on the answer is made anew."""
    invoice = story.invoice(LATE, "slow")
    story.town.simulator.behave(slow={"nuonuo": 1, "seconds": 3})
    try:
        id_ = story.issue(invoice, upload_after=0, visible_after=0)
        story.becomes(id_, "synced")
    finally:
        story.town.simulator.behave(slow={"nuonuo": 0})

    assert story.moves(id_) == [
        (1, None, "pending", "issued"), (2, "pending", "overdue", "deadline"), (3, "overdue", "synced", "confirmed"),
    ]  # fmt: skip


def test_a_day_has_four_automatic_checks_and_one_more_for_a_person(story: Story):
    invoice = story.invoice(account="eager")
    id_ = story.issue(invoice, upload_after=0, visible_after="never")

    def asked() -> int:
        return len(story.town.simulator.ledger(number=invoice["number"])["records"])

    until(lambda: asked() == 4, "the service has spent its share of the day")
    until(lambda: len(story.history(id_, "check")) == 4, "the answers are written down")
    assert story.service.call("POST", f"/v1/invoices/{id_}/check").status_code == 202
    until(lambda: asked() == 5, "the person's question is asked")
    until(lambda: len(story.history(id_, "check")) == 5, "its answer is written down")

    refused = story.service.call("POST", f"/v1/invoices/{id_}/check")
    assert (refused.status_code, refused.json()["code"]) == (429, "no_query_budget")
    assert asked() == 5
