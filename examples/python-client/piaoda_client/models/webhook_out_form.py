from enum import StrEnum


class WebhookOutForm(StrEnum):
    CLOUDEVENTS = "cloudevents"
    STANDARD = "standard"

    def __str__(self) -> str:
        return str(self.value)
