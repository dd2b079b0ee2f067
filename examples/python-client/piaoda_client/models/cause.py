from enum import StrEnum


class Cause(StrEnum):
    ABNORMAL = "abnormal"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    DEADLINE = "deadline"
    DISAPPEARED = "disappeared"
    ESCALATION = "escalation"
    ISSUED = "issued"
    MANUAL = "manual"
    MISMATCH = "mismatch"
    REJECTED = "rejected"
    UNCHECKABLE = "uncheckable"
    VOIDED = "voided"

    def __str__(self) -> str:
        return str(self.value)
