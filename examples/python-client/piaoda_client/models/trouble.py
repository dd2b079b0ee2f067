from enum import StrEnum


class Trouble(StrEnum):
    ABNORMAL = "abnormal"
    CHANGED = "changed"
    DEADLINE = "deadline"
    DISAPPEARED = "disappeared"
    ENDPOINT = "endpoint"
    MISMATCH = "mismatch"
    OUTAGE = "outage"
    REJECTED = "rejected"
    UNCHECKABLE = "uncheckable"

    def __str__(self) -> str:
        return str(self.value)
