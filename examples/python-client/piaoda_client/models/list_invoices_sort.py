from enum import StrEnum


class ListInvoicesSort(StrEnum):
    ISSUED_AT = "issued_at"
    OVERDUE_AT = "overdue_at"
    RECEIVED_AT = "received_at"
    STATE_AT = "state_at"
    VALUE_0 = "-issued_at"
    VALUE_2 = "-received_at"
    VALUE_4 = "-state_at"
    VALUE_6 = "-overdue_at"

    def __str__(self) -> str:
        return str(self.value)
