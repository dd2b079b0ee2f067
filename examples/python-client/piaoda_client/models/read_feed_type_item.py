from enum import StrEnum


class ReadFeedTypeItem(StrEnum):
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_UPDATED = "incident.updated"
    INVOICE_CHANGED = "invoice.changed"
    INVOICE_ESCALATED = "invoice.escalated"
    INVOICE_OVERDUE = "invoice.overdue"
    INVOICE_SYNCED = "invoice.synced"
    INVOICE_VOIDED = "invoice.voided"
    WEBHOOK_DISABLED = "webhook.disabled"

    def __str__(self) -> str:
        return str(self.value)
