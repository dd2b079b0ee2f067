from enum import StrEnum


class Reason(StrEnum):
    GREW = "grew"
    LAPSED = "lapsed"
    LEVEL = "level"
    OPENED = "opened"
    RECOVERED = "recovered"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    STILL_LATE = "still_late"

    def __str__(self) -> str:
        return str(self.value)
