"""Form bodies (application/x-www-form-urlencoded). One rule: the last value wins, and blanks are trimmed."""

from urllib.parse import parse_qsl


def form(body: bytes) -> dict[str, str]:
    """The fields of a form body; never raises on nonsense."""
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return {name: value.strip() for name, value in pairs}
