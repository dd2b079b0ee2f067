from enum import StrEnum


class State(StrEnum):
    ESCALATED = "escalated"
    OVERDUE = "overdue"
    PENDING = "pending"
    SYNCED = "synced"
    VOIDED = "voided"

    def __str__(self) -> str:
        return str(self.value)
