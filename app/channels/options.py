"""What an operator chooses for a kind. One rule: what is missing or unusable stops the making, in words."""

from app.channels.channel import Destination


def chosen(destination: Destination, name: str) -> str:
    """Raises ValueError where the operator has not written it."""
    value = destination.options.get(name, "")
    if not value:
        raise ValueError(f"{destination.name}: options.{name} is missing")
    return value
