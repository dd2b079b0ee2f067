"""What ends the demo before its audience does."""

from app.domain.errors import PiaodaError


class DemoFailed(PiaodaError):
    """A part of the demo broke; the message says which, and shows the last it said."""
