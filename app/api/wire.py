"""Values in answers, as OpenAPI describes them. One rule: money is text, so that no reader of JSON rounds it."""

from typing import Annotated, Any, Final

from pydantic import Field, WithJsonSchema

MoneyText = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"})]
"""An amount as it is answered: always two decimals."""

Identifier = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id of ours: a UUIDv7, so that the order of ids is the order of time."""

Missing: Final[Any] = Field(default_factory=lambda: None)
"""The default of a member that is left out where there is nothing to say, and is never null."""
