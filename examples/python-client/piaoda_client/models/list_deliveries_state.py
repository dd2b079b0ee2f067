from enum import StrEnum


class ListDeliveriesState(StrEnum):
    DEAD = "dead"
    DELIVERED = "delivered"
    PENDING = "pending"
    SUPERSEDED = "superseded"

    def __str__(self) -> str:
        return str(self.value)
