"""The pages that nobody asked for. One rule: a refusal says what to do next, in words of `texts.py`."""

from http import HTTPStatus
from typing import Final

RETRY_AFTER: Final = {HTTPStatus.TOO_MANY_REQUESTS: 60, HTTPStatus.SERVICE_UNAVAILABLE: 5}
"""Seconds after which asking again makes sense."""


class Refusal(Exception):
    """Shown instead of the page. `reason` chooses the words: `refused.<reason>` and `refused.<reason>.next`."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def sign_in_needed(reason: str = "no_session") -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, reason)


def not_found(reason: str = "no_page") -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, reason)
