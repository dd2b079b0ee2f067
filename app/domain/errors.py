"""Every error we raise on purpose, as one tree. No error carries an HTTP status: `api/problems.py` maps them.

PiaodaError
  InvalidTransition      a move the table does not allow: a bug or a race, never retried
  ConfigurationError     piaoda.yaml or the environment is wrong: the start stops with file, line and hint
  DatabaseUnavailable    the database cannot be reached or did not answer: nothing is known to be written
  EgressError            an outbound call brought no usable reply; `reason` is a closed list

What a tax system or a receiver *answers* is a value (`Answer`, `Receipt`), never an exception.
"""

from typing import Literal

EgressReason = Literal["timeout", "connect", "dns", "tls", "reset", "too_large", "protocol", "refused"]


class PiaodaError(Exception):
    """The root; never raised itself."""


class InvalidTransition(PiaodaError):
    """The state table has no such move."""


class ConfigurationError(PiaodaError):
    """A setting is wrong; the message names the place, the fault and what to write instead."""


class DatabaseUnavailable(PiaodaError):
    """The database did not take the write, or we cannot know whether it did: repeat it under its key."""


class EgressError(PiaodaError):
    """An outbound call brought no usable reply.

    `reason`: `timeout` (the total deadline passed), `connect`, `dns`, `tls`, `reset` (broken off while talking),
    `too_large` (the byte cap), `protocol` (not HTTP), `refused` (the guard does not let us go there).
    """

    def __init__(self, reason: EgressReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: EgressReason = reason
        self.detail = detail
