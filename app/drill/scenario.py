"""A scenario: what is issued, what becomes of it, and how the tax system behaves, all under one seed.

One rule: a wrong file is refused with its place before anything starts. Times count from the beginning, on the
simulated clock.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.domain.errors import ConfigurationError
from app.settings.scalars import Duration
from app.simulator.behaviour import Behaviour, Share


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    zh: str
    en: str


class Issue(_Part):
    """A stream of invoices of one account: `per_hour` from `begin` until `end`, evenly."""

    account: str
    begin: Duration = timedelta(0)
    end: Duration
    per_hour: Annotated[float, Field(gt=0, le=1_000_000)]


class Fates(_Part):
    """Shares of all invoices that meet with something; the rest is left to the behaviour. `…_after`: how long after
    the issue the status changes.
    """

    stuck: Share = 0.0
    """The upload never ends."""
    never: Share = 0.0
    """The number exists, but the channel knows nothing of it."""
    failed: Share = 0.0
    differs: Share = 0.0
    """The tax system believes another amount."""
    changed: Share = 0.0
    """Red-flushed (digital, foreign: voided) after it was confirmed."""
    changed_after: Duration = timedelta(hours=40)

    @model_validator(mode="after")
    def _leave_some(self) -> "Fates":
        if self.stuck + self.never + self.failed + self.differs + self.changed > 1:
            raise ValueError("the shares are more than all invoices")
        return self


class Act(_Part):
    """A change of the behaviour at an instant. `trouble`: the accounts that cannot be asked from here until the next
    act, which must be noticed; empty: all is well.
    """

    at: Duration
    behaviour: Mapping[str, Any]
    trouble: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_a_behaviour(self) -> "Act":
        Behaviour().patched(self.behaviour)
        return self


class Scenario(_Part):
    """`lasts`: until the account is given; `speed`: simulated seconds a real one, in a set-up of its own."""

    name: str = ""
    title: Words
    seed: int = 1
    lasts: Duration
    speed: Annotated[float, Field(ge=1, le=20_000)] = 1440.0
    issue: Annotated[tuple[Issue, ...], Field(min_length=1)]
    fates: Fates = Fates()
    acts: tuple[Act, ...] = ()

    @model_validator(mode="after")
    def _is_played_to_its_end(self) -> "Scenario":
        """What would never come, or too late to be noticed, is no trial."""
        for at, stream in enumerate(self.issue):
            if not stream.begin < stream.end <= self.lasts:
                raise ValueError(f"issue.{at}: begin, end and lasts must follow each other")
        for at, act in enumerate(self.acts):
            if act.at >= self.lasts:
                raise ValueError(f"acts.{at}: comes after the end (lasts)")
        if self.fates.changed and max(each.end for each in self.issue) + self.fates.changed_after >= self.lasts:
            raise ValueError("fates.changed_after: the last changes come after the end (lasts)")
        return self

    @property
    def accounts(self) -> list[str]:
        return list(dict.fromkeys(stream.account for stream in self.issue))


_FOLDER = files("app.drill").joinpath("scenarios")


def names() -> list[str]:
    """The scenarios that come along."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))


def load(wanted: str) -> Scenario:
    """One that comes along, by name, or a file; raises ConfigurationError with the place and what is wrong."""
    try:
        text = (
            _FOLDER.joinpath(f"{wanted}.yaml").read_text(encoding="utf-8")
            if wanted in names()
            else Path(wanted).read_text(encoding="utf-8")
        )
        written = yaml.safe_load(text)
        return Scenario.model_validate({"name": Path(wanted).stem, **(written if isinstance(written, dict) else {})})
    except OSError:
        listed = ", ".join(names())
        raise ConfigurationError(f"No scenario {wanted}: there are {listed}; or name a file.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{wanted} is not YAML: {error}") from None
    except ValidationError as error:
        raise ConfigurationError(f"{wanted}: {_faults(error)}") from None


def _faults(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors())
