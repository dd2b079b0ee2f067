from enum import StrEnum


class WindowOutState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
    PLANNED = "planned"

    def __str__(self) -> str:
        return str(self.value)
