from enum import StrEnum


class DeliveryOutState(StrEnum):
    DEAD = "dead"
    DELIVERED = "delivered"
    PENDING = "pending"
    SUPERSEDED = "superseded"

    def __str__(self) -> str:
        return str(self.value)
