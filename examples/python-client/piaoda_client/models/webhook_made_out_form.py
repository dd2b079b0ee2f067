from enum import StrEnum


class WebhookMadeOutForm(StrEnum):
    CLOUDEVENTS = "cloudevents"
    STANDARD = "standard"

    def __str__(self) -> str:
        return str(self.value)
