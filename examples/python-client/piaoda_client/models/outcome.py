from enum import StrEnum


class Outcome(StrEnum):
    AUTH = "auth"
    AUTHORITY_DOWN = "authority_down"
    BAD_REQUEST = "bad_request"
    DUPLICATE_ACCEPTED = "duplicate_accepted"
    FOUND_ABNORMAL = "found_abnormal"
    FOUND_MATCH = "found_match"
    FOUND_RED_FULL = "found_red_full"
    FOUND_RED_PARTIAL = "found_red_partial"
    FOUND_VOID = "found_void"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    OUT_OF_WINDOW = "out_of_window"
    PROCESSING = "processing"
    QUOTA_ACCOUNT = "quota_account"
    QUOTA_INVOICE_DAY = "quota_invoice_day"
    RATE_LIMITED = "rate_limited"
    REJECTED = "rejected"
    TOO_EARLY = "too_early"
    TRANSIENT = "transient"

    def __str__(self) -> str:
        return str(self.value)
