from enum import StrEnum


class WebhookInFormType0(StrEnum):
    CLOUDEVENTS = "cloudevents"
    STANDARD = "standard"

    def __str__(self) -> str:
        return str(self.value)
