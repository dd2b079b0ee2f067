"""What must be true of a finished story, whatever was killed in it: a named function each, pure over what was seen.

One rule: every claim is checked against somebody else's record: what billing was acknowledged, what receivers got,
what the tax system's own register and ledger hold.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from app.domain.invoice import Cause, State
from app.domain.lifecycle import TRANSITIONS
from app.domain.message import event_type
from tests.evidence import Identity, Inside, Outside, Row

SHOWN = 3  # violations of one invariant that are told; the rest is counted
SKEW = timedelta(
    minutes=1
)  # between the tax system's clock and the service's: a second of ours where a minute passes in one


Invariant = Callable[[Inside, Outside], Iterator[str]]


def violations(inside: Inside, outside: Outside, among: Sequence[Invariant] = ()) -> list[str]:
    """Every invariant that does not hold, by its name, with its first examples; empty when all is well.

    `among`: only these, for a story that has not come to its end.
    """
    told = []
    for check in among or INVARIANTS:
        found = list(check(inside, outside))
        told += [f"{check.__name__}: {what}" for what in islice(found, SHOWN)]
        told += [f"{check.__name__}: {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return told


def nothing_acknowledged_is_lost(inside: Inside, outside: Outside) -> Iterator[str]:
    held = {_identity(row): str(row["id"]) for row in inside.invoices}
    yield from (f"{one} as {id_}, we hold {held.get(one)}" for one, id_ in outside.told.items() if held.get(one) != id_)


def nothing_is_there_that_nobody_told(inside: Inside, outside: Outside) -> Iterator[str]:
    yield from (f"{_identity(row)}" for row in inside.invoices if _identity(row) not in outside.told)
    if len(inside.invoices) != len({_identity(row) for row in inside.invoices}):
        yield "an invoice is there twice"


def history_is_legal_and_without_gaps(inside: Inside, outside: Outside) -> Iterator[str]:
    history = _by_invoice(inside.transitions)
    for row in inside.invoices:
        moves = history[row["id"]]
        if [one["sequence"] for one in moves] != list(range(1, len(moves) + 1)):
            yield f"{row['id']} counts {[one['sequence'] for one in moves]}"
        befores = [None, *(one["after"] for one in moves)]
        for before, one in zip(befores, moves, strict=False):
            if one["before"] != before or not _is_legal(one):
                yield f"{row['id']} went from {before} by {one['cause']}: {one['before']} to {one['after']}"
        last = moves[-1] if moves else {"after": None, "sequence": 0, "cause": None}
        if (row["state"], row["sequence"], row["cause"]) != (last["after"], last["sequence"], last["cause"]):
            yield f"{row['id']} is {row['state']} at {row['sequence']}, its history ends {last['after']}"


def synced_is_what_the_tax_system_itself_has_confirmed(inside: Inside, outside: Outside) -> Iterator[str]:
    invoices = {row["id"]: row for row in inside.invoices}
    checks = {row["id"]: row for row in inside.checks}
    confirmed: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for record in outside.ledger:
        confirmed[record["number"], record["code"]].append(datetime.fromisoformat(record["at"]))
    for one in inside.transitions:
        if one["after"] != State.SYNCED or one["cause"] == Cause.MANUAL:
            continue
        row, check = invoices[one["invoice_id"]], checks.get(one["check_id"])
        if check is None or check["invoice_id"] != row["id"] or one["evidence"] != f"check:{check['id']}":
            yield f"{row['id']} became synced by {one['evidence']}, which is no check of it"
        elif check["outcome"] != "found_match" or check["differences"]:
            yield f"{row['id']} became synced by a check that found {check['outcome']}"
        elif not any(at <= one["at"] + SKEW for at in confirmed[row["number"], check["code"]]):
            yield f"{row['id']} became synced, but the tax system never said so"


def the_state_is_what_the_tax_system_shows(inside: Inside, outside: Outside) -> Iterator[str]:
    for row in inside.invoices:
        wanted = _state_by(outside, row)
        if wanted and row["state"] != wanted:
            yield f"{row['id']} is {row['state']}, the tax system's register makes it {wanted}"


def each_move_is_told_to_all_who_asked_and_to_nobody_else(inside: Inside, outside: Outside) -> Iterator[str]:
    history, messages = _by_invoice(inside.transitions), _by_invoice(inside.messages)
    told_to: dict[Any, set[str]] = defaultdict(set)
    for delivery in inside.deliveries:
        told_to[delivery["message_id"]].add(delivery["destination"])
    for row in inside.invoices:
        due = {one["sequence"]: event_type(Cause(one["cause"]), State(one["after"])) for one in history[row["id"]]}
        said = {message["sequence"]: message["type"] for message in messages[row["id"]]}
        if said != {number: kind for number, kind in due.items() if kind}:
            yield f"{row['id']} moved by {due} and said {said}"
        heard: set[str] = set()
        for message in messages[row["id"]]:
            wanted = {each["name"] for each in inside.destinations if _wants(each, message, row, heard)}
            if told_to[message["id"]] != wanted:
                yield f"{message['type']} of {row['id']} is told to {told_to[message['id']]}, not to {wanted}"
            heard |= told_to[message["id"]]


def every_message_has_arrived_or_says_why_not(inside: Inside, outside: Outside) -> Iterator[str]:
    kinds = {row["name"]: row["kind"] for row in inside.destinations}
    taken = {hit.id for hit in outside.hits if 200 <= hit.status < 300}
    for row in inside.deliveries:
        where = f"{row['message_id']} to {row['destination']}"
        if row["state"] == "pending":
            yield f"{where} is still pending after {row['attempts']} attempts"
        elif row["state"] == "dead" and not (row["result"] and row["attempts"]):
            yield f"{where} was given up without a reason"
        elif (
            row["state"] == "delivered"
            and kinds[row["destination"]] == "webhook"
            and str(row["message_id"]) not in taken
        ):
            yield f"{where} is called delivered, nobody has it"


def the_same_id_has_the_same_signed_body(inside: Inside, outside: Outside) -> Iterator[str]:
    bodies = {str(row["id"]): row["body"].encode() for row in inside.messages}
    for hit in outside.hits:
        if hit.id and hit.id not in bodies:
            yield f"{hit.id} arrived and comes from nowhere"
        elif hit.id and (hit.body != bodies[hit.id] or not hit.signed):
            yield f"{hit.id} arrived with another body or a wrong signature"


def messages_are_numbered_as_their_history_is(inside: Inside, outside: Outside) -> Iterator[str]:
    for row in inside.messages:
        data = json.loads(row["body"])["data"]
        told = (data["transition"], data["invoice"]) if "transition" in data else (data["notice"],)
        numbers = {one["sequence"] for one in told}
        if numbers != {row["sequence"]}:
            yield f"{row['id']} is number {row['sequence']} and says {numbers}"


def messages_arrive_once_unless_their_sender_was_killed(inside: Inside, outside: Outside) -> Iterator[str]:
    arrived = Counter((hit.to, hit.id) for hit in outside.hits if hit.id and 200 <= hit.status < 300)
    twice = sum(arrived.values()) - len(arrived)
    if twice > outside.duplicates:
        yield f"{twice} came again, {outside.duplicates} may have"


def counts_are_the_rows(inside: Inside, outside: Outside) -> Iterator[str]:
    kept: Counter[tuple[str, str]] = Counter()
    for row in inside.invoice_counts:
        kept[row["account"], row["state"]] += row["n"]
    rows = Counter((row["account"], row["state"]) for row in inside.invoices)
    yield from (f"{key}: counted {kept[key]}, are {rows[key]}" for key in kept | rows if kept[key] != rows[key])


AT_ANY_TIME: Sequence[Invariant] = (
    nothing_acknowledged_is_lost,
    history_is_legal_and_without_gaps,
    each_move_is_told_to_all_who_asked_and_to_nobody_else,
    the_same_id_has_the_same_signed_body,
    messages_are_numbered_as_their_history_is,
    counts_are_the_rows,
)
"""What holds in the middle of a story as well as at its end."""

INVARIANTS: Sequence[Invariant] = (
    *AT_ANY_TIME,
    nothing_is_there_that_nobody_told,
    synced_is_what_the_tax_system_itself_has_confirmed,
    the_state_is_what_the_tax_system_shows,
    every_message_has_arrived_or_says_why_not,
    messages_arrive_once_unless_their_sender_was_killed,
)


def _identity(row: Row) -> Identity:
    return row["number"], row["code"] or ""


def _by_invoice(rows: Sequence[Row]) -> Mapping[Any, list[Row]]:
    grouped: dict[Any, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["sequence"]):
        grouped[row["invoice_id"]].append(row)
    return grouped


def _is_legal(one: Row) -> bool:
    before = State(one["before"]) if one["before"] else None
    return TRANSITIONS[before].get(Cause(one["cause"])) == one["after"]


def _state_by(outside: Outside, row: Row) -> State | None:
    """Voided by billing; else synced where the register shows this very invoice; else a person must act."""
    if _identity(row) in outside.voided:
        return State.VOIDED
    view = outside.register.get(_identity(row))
    if view is None:
        return None
    agrees = Decimal(view["face"]["amount"]["with_tax"]) == row["with_tax"]
    return State.SYNCED if view["visible"] and view["status"] == "normal" and agrees else State.ESCALATED


def _wants(destination: Row, message: Row, invoice: Row, heard: set[str]) -> bool:
    """Whether a destination asked for this message; `heard` was told something about the invoice before."""
    least = destination["minimum_amount"]
    return (
        message["type"] in destination["events"]
        and (not destination["accounts"] or invoice["account"] in destination["accounts"])
        and (not destination["sellers"] or invoice["seller_tax_id"] in destination["sellers"])
        and (least is None or abs(invoice["with_tax"]) >= least)
        and (not destination["recovery_only"] or message["type"] != "invoice.synced" or destination["name"] in heard)
    )
