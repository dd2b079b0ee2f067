"""From the environment and piaoda.yaml to Settings. One rule: all faults are told, with place and hint."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.channels.channel import Kind
from app.channels.registry import CHANNELS
from app.domain.errors import ConfigurationError
from app.settings import document, process
from app.settings.configuration import Configuration
from app.settings.document import Document
from app.settings.fault import Fault, Place, faults_of, report
from app.settings.fault import Path as KeyPath
from app.settings.process import ENVIRONMENT, Process, variable
from app.settings.surroundings import (
    Surroundings,
    accounts_in,
    allowed_in,
    destinations_in,
    families_in,
    mentioning_in,
    people_in,
)
from app.tax.adapter import Adapter
from app.tax.registry import ADAPTERS

M = TypeVar("M", bound=BaseModel)


class Settings(Process):
    """Everything the composition root asks for. Secrets are masked until `get_secret_value()`."""

    config: Configuration


def load(
    environ: Mapping[str, str],
    cwd: Path,
    *,
    known_adapters: Mapping[str, Adapter] = ADAPTERS,
    known_channels: Mapping[str, Kind] = CHANNELS,
) -> Settings:
    """The settings that `environ` and the files it names hold; relative paths start at `cwd`.

    Raises ConfigurationError with every fault, one a line.
    """
    values, faults = process.given(environ, cwd)
    chosen = _checked(Process, values, None, lambda _: ENVIRONMENT, faults)
    config = _configuration(values, Surroundings(environ, cwd, known_adapters, known_channels), faults)
    if faults or chosen is None or config is None:
        raise ConfigurationError(report(faults))
    return Settings.model_construct(**{**dict(chosen), "data_dir": cwd / chosen.data_dir, "config": config})


def _configuration(values: Mapping[str, str], around: Surroundings, faults: list[Fault]) -> Configuration | None:
    source = _document(values, around.folder)
    faults.extend(source.faults)
    if source.tree is None:
        return Configuration()
    around = replace(
        around,
        folder=(around.folder / source.name).parent,
        accounts=accounts_in(source.tree),
        destinations=destinations_in(source.tree),
        mentioning=mentioning_in(source.tree),
        people=people_in(source.tree),
        families=families_in(source.tree),
        allowed=allowed_in(source.tree),
    )
    return _checked(Configuration, source.tree, around, source.place, faults)


def _document(values: Mapping[str, str], cwd: Path) -> Document:
    """The configuration file; only the one that nobody named may be missing."""
    usual = Process.model_fields["config_file"].get_default()
    name = values.get(variable("config_file"))
    if name is None and not (cwd / usual).exists():
        return Document(str(usual), None, {})
    return document.read(cwd / (name or usual), str(name or usual))


def _checked(
    model: type[M],
    raw: Any,
    around: Surroundings | None,
    place: Callable[[KeyPath], Place],
    faults: list[Fault],
) -> M | None:
    try:
        return model.model_validate(raw, context=around)
    except ValidationError as error:
        faults.extend(faults_of(error, model, place))
        return None
