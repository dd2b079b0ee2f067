from enum import StrEnum


class WebhookMadeOutOrigin(StrEnum):
    API = "api"
    CONFIGURATION = "configuration"

    def __str__(self) -> str:
        return str(self.value)
