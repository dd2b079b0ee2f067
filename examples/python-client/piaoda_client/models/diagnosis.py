from enum import StrEnum


class Diagnosis(StrEnum):
    AUTHORITY_DOWN = "authority_down"
    CONNECTION = "connection"
    CREDENTIALS = "credentials"
    DATA_MISMATCH = "data_mismatch"
    IN_PROGRESS = "in_progress"
    NOT_FOUND = "not_found"
    NOT_UPLOADED = "not_uploaded"
    QUOTA = "quota"
    TOO_EARLY = "too_early"
    UNCHECKABLE = "uncheckable"
    UNKNOWN = "unknown"
    UPLOAD_FAILED = "upload_failed"

    def __str__(self) -> str:
        return str(self.value)
