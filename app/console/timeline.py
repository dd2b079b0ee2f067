"""An invoice's history as a person reads it: newest first. One rule: nothing is left out, only folded.

The same answer many times over is one entry that holds the others, unless a transition rests on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

_CHECK = "check:"  # how a transition's evidence names a check


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a transition, check, delivery, note, acknowledgement or quarantine. `body`: as the API
    tells it.

    `anchor` is set on a check that a transition rests on, and on that transition `rests_on` is the same text.
    `answer` is the text of a check's answer: it is kept once where many are the same. `earlier` are the same answers
    before this one, newest first.
    """

    kind: str
    at: datetime
    body: Mapping[str, Any]
    anchor: str = ""
    rests_on: str = ""
    answer: str = ""
    earlier: Sequence["Entry"] = ()

    @property
    def span(self) -> Sequence["Entry"]:
        return (self, *self.earlier)


def tell(history: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The entries of `Invoices.history` (oldest first), newest first."""
    told = list(history)
    checks = {each["id"] for each in told if each["entry"] == "check"}
    evidence = {_evidence(each) for each in told} & checks
    texts = {_answered(each): each["answer"] for each in told if each["entry"] == "check" and each["answer"]}
    entries = [_entry(each, evidence, texts) for each in reversed(told)]
    return [_folded(list(alike)) for _, alike in groupby(enumerate(entries), _likeness)]


def _entry(said: Mapping[str, Any], evidence: set[str], texts: Mapping[tuple[Any, ...], str]) -> Entry:
    kind, own = said["entry"], str(said.get("id", ""))
    rests_on = _evidence(said)
    return Entry(
        kind=kind,
        at=datetime.fromisoformat(said["at"]),
        body=said,
        anchor=own if kind == "check" and own in evidence else "",
        rests_on=rests_on if rests_on in evidence else "",
        answer=(said["answer"] or texts.get(_answered(said), "")) if kind == "check" else "",
    )


def _answered(said: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(said[name] for name in ("account", "outcome", "code", "message"))


def _evidence(said: Mapping[str, Any]) -> str:
    """The id of the check that a transition rests on; empty for anything else."""
    text = said.get("evidence") or ""
    return text.removeprefix(_CHECK) if text.startswith(_CHECK) else ""


def _likeness(placed: tuple[int, Entry]) -> tuple[Any, ...]:
    """Equal for neighbours that say the same; the place keeps everything else apart."""
    place, entry = placed
    if entry.kind != "check" or entry.anchor or entry.body["differences"]:
        return (place,)
    return _answered(entry.body)


def _folded(placed: list[tuple[int, Entry]]) -> Entry:
    (_, newest), *others = placed
    return replace(newest, earlier=tuple(entry for _, entry in others))
