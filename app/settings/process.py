"""The process settings, from `PIAODA_*` variables. One rule: each also as `…_FILE`, and none unknown."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from app.clock import Scale
from app.settings.fault import Fault, Place, refusal, suggest
from app.settings.ranges import within
from app.settings.scalars import target_of
from app.settings.section import Section

PREFIX: Final = "PIAODA_"
FILE: Final = "_FILE"
ENVIRONMENT: Final = Place("environment")
LEAST_SECRET: Final = 32
_MOST_BYTES: Final = 65_536
_SERVICE_LINK: Final = re.compile(r"PIAODA_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT_\d+_(TCP|UDP)\w*)")
_SERVICE_LINK_HINT: Final = "Kubernetes made it for a Service named piaoda: set enableServiceLinks: false in the pod"


def variable(field: str) -> str:
    """`port` as `PIAODA_PORT`."""
    return PREFIX + {"language": "LANG", "config_file": "CONFIG"}.get(field, field.upper())


class Process(Section):
    model_config = ConfigDict(alias_generator=variable, validate_by_name=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: Annotated[int, within(0, 65_535)] = Field(8000, description="The port to listen on; 0 takes a free one.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="`postgresql://user:password@host:5432/piaoda`, PostgreSQL 15 or newer. Empty: embedded. "
        "Several hosts, `host1:5432,host2:5432`: whichever takes writes. `?pooler=transaction`: behind pgbouncer.",
    )
    database_connections: Annotated[int, within(1, 200)] = Field(
        10, description="Connections of one replica to the database for its API, and as many again for its workers."
    )
    data_dir: Path = Field(Path(".piaoda"), description="Where the embedded database and generated keys live.")
    config_file: Path = Field(
        Path("piaoda.yaml"),
        description="Accounts, plans, deadlines, destinations. Without the default file: defaults.",
    )
    secret: SecretStr | None = Field(
        None,
        description="At least 32 characters, the same for every replica: what links in alerts are signed with and "
        "secrets of destinations are sealed with. Empty: the embedded default makes one and keeps it.",
    )
    public_url: str = Field(
        "",
        examples=["https://piaoda.example.com"],
        description="Where people reach the console, `https://piaoda.example.com`. Empty: alerts carry no links.",
    )
    bootstrap_key: SecretStr | None = Field(
        None,
        description="The first API key, scope `admin`. Empty: the embedded default makes one and prints it.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)] = Field(
        "info", description="`debug`, `info`, `warning` or `error`."
    )
    language: Literal["zh", "en"] = Field("zh", description="The console's and the commands' language: `zh` or `en`.")
    console_access: Literal["key", "open", "off"] = Field(
        "key",
        description="The console asks for an API key (`key`), is `open` to all, or is not there (`off`).",
    )
    clock_origin: AwareDatetime | None = Field(
        None,
        examples=["2026-11-22T09:00:00+08:00"],
        description="Since when time runs fast, `2026-11-22T09:00:00+08:00`; the same in every process.",
    )
    clock_scale: Annotated[float, within(0.001, 1_000_000)] = Field(
        1.0,
        description="How many times as fast. Demos and drills only, beside an origin.",
    )

    @field_validator("port", mode="before")
    @classmethod
    def _port_is_no_service_link(cls, port: Any) -> Any:
        if str(port).startswith("tcp://"):
            raise refusal("must be a whole number", _SERVICE_LINK_HINT)
        return port

    @field_validator("database_url")
    @classmethod
    def _database_is_postgresql(cls, url: SecretStr) -> SecretStr:
        if url and not re.match(r"postgres(ql)?(\+asyncpg)?://", url.get_secret_value()):
            raise refusal("is not a PostgreSQL address", "postgresql://user:password@host:5432/piaoda, or empty")
        return url

    @field_validator("secret")
    @classmethod
    def _secret_is_long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and len(secret.get_secret_value()) < LEAST_SECRET:
            raise refusal(f"is shorter than {LEAST_SECRET} characters", "such as what `openssl rand -hex 32` prints")
        return secret

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, url: str) -> str:
        """Links hang their own paths on it; a query or a path of its own would end up in the middle of them."""
        if not url:
            return url
        target = target_of(url)
        if target.path != "/" or "#" in url:
            raise refusal("has more than scheme, host and port", "such as https://piaoda.example.com")
        return f"{target.scheme}://{target.authority}"

    @field_validator("clock_scale")
    @classmethod
    def _fast_time_has_an_origin(cls, scale: float, info: ValidationInfo) -> float:
        """Without one the clock would leap by months at once."""
        if scale != 1.0 and info.data.get("clock_origin", ...) is None:
            hint = f"set {variable('clock_origin')} to when the drill begins, such as 2026-11-22T09:00:00+08:00"
            raise refusal("needs an origin", hint)
        return scale

    @property
    def scale(self) -> Scale:
        return Scale(self.clock_scale, self.clock_origin) if self.clock_origin else Scale(self.clock_scale)


def given(environ: Mapping[str, str], cwd: Path) -> tuple[dict[str, str], list[Fault]]:
    """The settings that are set, by variable, with their files read; and what is wrong with them."""
    names = [variable(field) for field in Process.model_fields]
    found = {name: _given(name, environ, cwd) for name in names}
    values = {name: value for name, value in found.items() if isinstance(value, str) and value}
    faults = [value for value in found.values() if isinstance(value, Fault)]
    return values, faults + _unknown(environ, names)


def _given(name: str, environ: Mapping[str, str], cwd: Path) -> str | Fault:
    direct, file = environ.get(name, "").strip(), environ.get(name + FILE, "").strip()
    if direct and file:
        return Fault(ENVIRONMENT, name, f"is given, and so is {name}{FILE}", "unset one of them")
    return _contents(name, cwd / file) if file else direct


def _contents(name: str, file: Path) -> str | Fault:
    """The one line in `file`. A file of many lines is a slip, usually PIAODA_CONFIG_FILE=piaoda.yaml."""
    hint = f"the file holds the value of {name} and nothing else; to give the value itself, set {name}"
    try:
        with file.open(encoding="utf-8") as stream:
            value = stream.read(_MOST_BYTES).strip()
    except OSError as error:
        return Fault(ENVIRONMENT, name + FILE, f"cannot read {file}: {error.strerror}", hint)
    except UnicodeDecodeError:
        return Fault(ENVIRONMENT, name + FILE, f"cannot read {file}: it is not UTF-8 text", hint)
    if not value or "\n" in value:
        fault = "holds more than one line" if value else "is empty"
        return Fault(ENVIRONMENT, name + FILE, f"{file} {fault}", hint)
    return value


def _unknown(environ: Mapping[str, str], names: list[str]) -> list[Fault]:
    known = {*names, *(name + FILE for name in names)}
    return [
        Fault(ENVIRONMENT, name, "is not a known setting", _hint(name, names))
        for name in environ
        if name.startswith(PREFIX) and name not in known
    ]


def _hint(name: str, names: list[str]) -> str:
    return _SERVICE_LINK_HINT if _SERVICE_LINK.fullmatch(name) else suggest(name, names, PREFIX)


def reference() -> str:
    """A Markdown table of every process setting: name, default, meaning."""
    rows = [
        f"| `{variable(name)}` | {_shown(field.default)} | {field.description} |"
        for name, field in Process.model_fields.items()
    ]
    return "\n".join(["| name | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _shown(default: Any) -> str:
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    return f"`{plain}`" if plain not in {None, ""} else "–"
