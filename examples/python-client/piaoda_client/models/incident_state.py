from enum import StrEnum


class IncidentState(StrEnum):
    DRAINING = "draining"
    OPEN = "open"
    RESOLVED = "resolved"

    def __str__(self) -> str:
        return str(self.value)
