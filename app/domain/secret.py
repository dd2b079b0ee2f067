"""A text that must not be shown: password, key, signing secret. One rule: only `reveal()` gives it away."""

import hmac

MASK = "***"


class Secret:
    """Masked in `str`, `repr`, f-strings and logs; not a `str`, so that no encoder takes it for one."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)
