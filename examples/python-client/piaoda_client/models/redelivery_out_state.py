from enum import StrEnum


class RedeliveryOutState(StrEnum):
    CANCELLED = "cancelled"
    DONE = "done"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
