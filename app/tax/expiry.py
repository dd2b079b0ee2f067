"""When an account's credentials end, said weeks ahead. One rule: a reminder a day, not one a look."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.domain.plan import tax_day

log = logging.getLogger(__name__)

AHEAD = timedelta(days=30)


def ends_soon(expires_at: datetime, now: datetime) -> bool:
    """Whether it is time to change credentials that end then, or past it."""
    return expires_at - now <= AHEAD


class Reminder:
    """`ends`: by account, for those whose end is known."""

    def __init__(self, ends: Mapping[str, datetime]) -> None:
        self._ends = ends
        self._told_on: date | None = None

    def remind(self, now: datetime) -> None:
        """Logs a warning for each account whose credentials end soon, the first time on a Beijing day."""
        today = tax_day(now)
        if today == self._told_on:
            return
        self._told_on = today
        for account, end in self._ends.items():
            if ends_soon(end, now):
                words = "credentials have ended" if end <= now else "credentials end soon"
                log.warning(words, extra={"account": account, "expires_at": end.isoformat()})
