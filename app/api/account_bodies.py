"""Answers about accounts. One rule: as in `schemas.py`; and nothing that opens a door: no credentials, no address."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class BreakerOut(BaseModel):
    """`open`: nothing is asked until `open_until`. An instant that has passed: the next question is a trial."""

    open: bool
    open_until: datetime | None


class CallsOut(BaseModel):
    """Calls to the provider on its present `day`, all replicas together, some seconds old.

    `limit` and `left` are null where nothing limits them; with none left nothing is asked until the next day.
    """

    day: date
    used: int
    limit: int | None
    left: int | None


class AccountOut(BaseModel):
    """An account, and how it fares.

    `configured`: it stands in piaoda.yaml; of others only their past is known. `up` is null until it was asked.
    """

    name: str
    configured: bool
    adapter: str | None
    proof: str | None = Field(description="The account that verifies what this one says.")
    up: bool | None
    breaker: BreakerOut
    last_success_at: datetime | None
    last_failure_at: datetime | None
    calls: CallsOut
    checks_due: int = Field(description="Questions that are due; 10000 means that many or more.")
    credentials_expire_at: datetime | None


class AccountsOut(BaseModel):
    """All of them, in the order of their names."""

    items: list[AccountOut]


RESPONSE = (AccountOut, AccountsOut)
