from enum import StrEnum


class IncidentMessageOutType(StrEnum):
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_UPDATED = "incident.updated"

    def __str__(self) -> str:
        return str(self.value)
