from enum import StrEnum


class NoteEntryOutEntry(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"
    NOTE = "note"

    def __str__(self) -> str:
        return str(self.value)
