from enum import StrEnum


class InvoiceEventOutType(StrEnum):
    INVOICE_CHANGED = "invoice.changed"
    INVOICE_ESCALATED = "invoice.escalated"
    INVOICE_OVERDUE = "invoice.overdue"
    INVOICE_SYNCED = "invoice.synced"
    INVOICE_VOIDED = "invoice.voided"

    def __str__(self) -> str:
        return str(self.value)
