from enum import StrEnum


class Result(StrEnum):
    DELIVERED = "delivered"
    MISCONFIGURED = "misconfigured"
    PERMANENT = "permanent"
    RETRY = "retry"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return str(self.value)
