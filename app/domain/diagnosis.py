"""Why an invoice is not there, in one closed word and in sentences. One rule: total, and never a guess.

`diagnose` gives the word; `explain` gives what a finance clerk reads: what is the matter, and the next step.
The sentences themselves stand in `sentences.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain import sentences
from app.domain.invoice import Cause, Diagnosis, Family, Outcome
from app.domain.sentences import Advice
from app.domain.words import Words, words

VISIBLE_AFTER = timedelta(hours=14)
"""By then a new invoice can be found; providers state lags from minutes to "more than ten hours"."""

_TEACHES_NOTHING = frozenset({
    Outcome.TRANSIENT, Outcome.RATE_LIMITED, Outcome.AUTHORITY_DOWN, Outcome.QUOTA_INVOICE_DAY,
})  # fmt: skip
_CONNECTION = frozenset({"timeout", "connect", "dns", "tls", "reset", "refused"})

_DIAGNOSES: Mapping[Outcome, Diagnosis | None] = {
    Outcome.FOUND_MATCH: None,
    Outcome.DUPLICATE_ACCEPTED: None,
    Outcome.FOUND_VOID: Diagnosis.DATA_MISMATCH,
    Outcome.FOUND_RED_PARTIAL: Diagnosis.DATA_MISMATCH,
    Outcome.FOUND_RED_FULL: Diagnosis.DATA_MISMATCH,
    Outcome.FOUND_ABNORMAL: Diagnosis.DATA_MISMATCH,
    Outcome.MISMATCH: Diagnosis.DATA_MISMATCH,
    Outcome.NOT_FOUND: Diagnosis.NOT_FOUND,
    Outcome.PROCESSING: Diagnosis.IN_PROGRESS,
    Outcome.REJECTED: Diagnosis.UPLOAD_FAILED,
    Outcome.TOO_EARLY: Diagnosis.TOO_EARLY,
    Outcome.QUOTA_INVOICE_DAY: Diagnosis.QUOTA,
    Outcome.RATE_LIMITED: Diagnosis.QUOTA,
    Outcome.QUOTA_ACCOUNT: Diagnosis.QUOTA,
    Outcome.AUTH: Diagnosis.CREDENTIALS,
    Outcome.BAD_REQUEST: Diagnosis.UNCHECKABLE,
    Outcome.OUT_OF_WINDOW: Diagnosis.UNCHECKABLE,
    Outcome.AUTHORITY_DOWN: Diagnosis.AUTHORITY_DOWN,
    Outcome.TRANSIENT: Diagnosis.UNKNOWN,
}


def diagnose(
    outcome: Outcome, *, family: Family, code: str, age: timedelta, channel_issued: bool, under_way: bool = False
) -> Diagnosis | None:
    """What an answer says about an unsynced invoice; None when the tax system has it and it is normal.

    `age` is the time since issue. `channel_issued`: the issuing channel has reported the invoice issued;
    `under_way`: the last we heard was that it is being issued or uploaded.
    """
    if under_way and outcome is Outcome.NOT_FOUND and family is Family.PROOF:
        outcome = Outcome.PROCESSING  # the proof does not have it, which is what the channel said
    if under_way and outcome in _TEACHES_NOTHING and age >= VISIBLE_AFTER:
        return Diagnosis.NOT_UPLOADED  # a hiccup of ours says less than an upload that never ended
    if outcome is Outcome.NOT_FOUND and age < VISIBLE_AFTER:
        return Diagnosis.TOO_EARLY
    if outcome is Outcome.NOT_FOUND and family is Family.PROOF and channel_issued:
        return Diagnosis.NOT_UPLOADED
    if outcome is Outcome.PROCESSING and age >= VISIBLE_AFTER:
        return Diagnosis.NOT_UPLOADED
    if outcome is Outcome.TRANSIENT and (code in _CONNECTION or code.startswith("http_5")):
        return Diagnosis.CONNECTION
    return _DIAGNOSES[outcome]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A diagnosis for a person; `text` and `next_step` by language, `zh` and `en`."""

    code: Diagnosis
    text: Words
    next_step: Words


def explain(
    diagnosis: Diagnosis, outcome: Outcome | None = None, code: str = "", cause: Cause | None = None
) -> Explanation:
    """What is the matter and what to do, as exactly as is known.

    `outcome` and `code` are those of the answer behind the diagnosis, `cause` that of the last transition.
    """
    advice = _advice(diagnosis, outcome, code, cause)
    changed = cause is Cause.CHANGED and diagnosis is Diagnosis.DATA_MISMATCH
    before = sentences.SINCE_SYNC if changed else words("", "")
    after = words(f"（返回码：{code}）", f" (code: {code})") if code else words("", "")
    return Explanation(diagnosis, _join(before, advice.text, after), advice.next_step)


def _advice(diagnosis: Diagnosis, outcome: Outcome | None, code: str, cause: Cause | None) -> Advice:
    """The most special advice that fits."""
    keys = ((diagnosis, cause), (diagnosis, outcome), (diagnosis, code))
    special = [sentences.SPECIAL[key] for key in keys if key in sentences.SPECIAL]
    return special[0] if special else sentences.ADVICE[diagnosis]


def _join(*parts: Words) -> Words:
    return words("".join(part["zh"] for part in parts), "".join(part["en"] for part in parts))
