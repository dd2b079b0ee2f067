"""The small values an operator writes: durations, sizes, times of day, money, secrets, addresses, names.

One rule: what could be read two ways is refused, with the right spelling and without repeating the value. Numbers
get their ranges where they are used, see `ranges.py`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, SecretStr, Strict, ValidationInfo

from app.domain.address import Address, Allowed, Target
from app.domain.identity import normalise_tax_id
from app.domain.plan import BEIJING
from app.settings.fault import refusal, suggest
from app.settings.surroundings import Surroundings, surroundings

K = TypeVar("K")
T = TypeVar("T")

_DURATION: Final = re.compile(
    r"(?P<sign>-?)(?:(?P<days>\d{1,5})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,5})m)?(?:(?P<seconds>\d{1,6}(?:\.\d{1,3})?)s)?",
    re.ASCII,
)
_SIZE: Final = re.compile(r"(-?\d{1,9}) ?([KMG]?)B", re.ASCII)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_MONEY: Final = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)
_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,62}")
_FIELD: Final = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_MOST_SECRET_BYTES: Final = 65_536


def _matched(pattern: re.Pattern[str], value: Any, what: str, hint: str) -> re.Match[str]:
    match = pattern.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise refusal(what, hint)
    return match


def duration(value: Any) -> timedelta:
    """`8m30s` as what it means; raises the refusal of what is no duration."""
    if isinstance(value, timedelta):
        return value
    parts = _matched(_DURATION, value, "is not a duration", "such as 30s, 8m30s, 1h or 7d").groupdict()
    sign = parts.pop("sign")
    span = timedelta(**{unit: float(amount) for unit, amount in parts.items() if amount})
    return -span if sign else span


def size(value: Any) -> int:
    """`64KB` in bytes; raises the refusal of what is no size."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise refusal("has no unit", "such as 64KB or 1MB")
    number, unit = _matched(_SIZE, value, "is not a size", "such as 64KB or 1MB").groups()
    factor: int = 1024 ** "_KMG".index(unit or "_")
    return int(number) * factor


def _time_of_day(value: Any) -> time:
    if isinstance(value, time):
        return value
    hint = 'hours and minutes with two digits each, such as "09:00"'
    hour, minute = _matched(_TIME, value, "is not a time of day", hint).groups()
    return time(int(hour), int(minute))


def _end(value: Any) -> datetime:
    """A day is its first moment in Beijing: what ends on it is not relied upon any more."""
    hint = "a Beijing day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00+08:00"
    try:
        told = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        end = (told if told.tzinfo else told.replace(tzinfo=BEIJING)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise refusal("is neither a day nor an instant", hint) from None
    if told.tzinfo is None and told.time() != time():
        raise refusal("must carry its offset", hint)
    return end


def _instant(value: Any) -> datetime:
    hint = "with its offset, such as 2026-12-01T22:00:00+08:00"
    try:
        told = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        instant = told.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise refusal("is not an instant", hint) from None
    if told.tzinfo is None:
        raise refusal("must carry its offset", hint)
    return instant


def _money(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    return Decimal(_matched(_MONEY, value, "is not an amount", 'in quotes, such as "100.00"').group())


def _allowed(value: Any) -> Allowed:
    try:
        return value if isinstance(value, Allowed) else Allowed.parse(value)
    except (ValueError, TypeError, AttributeError):
        raise refusal("is not an address", 'such as "10.2.0.0/16:443" or "127.0.0.1"') from None


def _secret(value: Any, info: ValidationInfo) -> Any:
    """A value, {env: NAME} or {file: PATH}; a path is relative to the folder of the file it stands in."""
    match value:
        case {"env": str(name), **rest} if not rest:
            found = surroundings(info).environ.get(name, "").strip()
            if not found:
                raise refusal(f"environment variable {name} is not set", f"set {name}, or use {{file: PATH}}")
            return found
        case {"file": str(path), **rest} if not rest:
            return _secret_file(path, info)
        case str() | SecretStr():
            return value
        case int() | float():
            raise refusal("must be text", "put it in quotes")
    raise refusal("is not a secret", "write a value, {env: NAME} or {file: PATH}")


def _secret_file(path: str, info: ValidationInfo) -> str:
    try:
        with (surroundings(info).folder / path).open(encoding="utf-8") as file:
            found = file.read(_MOST_SECRET_BYTES).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise refusal(f"secret file {path} cannot be read: {reason}", "mount the file, or use {env: NAME}") from None
    if not found:
        raise refusal(f"secret file {path} is empty", "write the secret into it")
    return found


def _something(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise refusal("is empty", "write a value, {env: NAME} or {file: PATH}")
    return value


def target_of(url: str) -> Target:
    """The URL as egress reads it: what is refused there is refused here, before anything is sent."""
    try:
        return Target.parse(url)
    except ValueError as error:
        raise refusal(f"cannot be called: {error}", "such as https://erp.example.com/hooks") from None


def literal_address(host: str) -> Address | None:
    """The address that `host` spells out; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _web_address(value: str) -> str:
    target_of(value)
    return value


def _name(value: str) -> str:
    return _matched(_NAME, value, "is not a name", "letters, digits, dot, dash and underscore, at most 63").group()


def _label(value: str) -> str:
    hint = "letters, digits, dot, dash, slash and underscore, at most 63"
    return _matched(_LABEL, value, "is not the name of a label", hint).group()


def _field(value: str) -> str:
    hint = "a path below data, such as invoice.number or incident"
    return _matched(_FIELD, value, "is not the path of a field", hint).group()


def frozen_table(table: Mapping[K, T]) -> Mapping[K, T]:
    return MappingProxyType(table)


def _known(what: str, words: Callable[[Surroundings], Iterable[str]]) -> AfterValidator:
    """Refuses a word that the surroundings do not know, and suggests one they do."""

    def known(value: str, info: ValidationInfo) -> str:
        if value not in words(surroundings(info)):
            raise refusal(what, suggest(value, words(surroundings(info))))
        return value

    return AfterValidator(known)


Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
End = Annotated[datetime, BeforeValidator(_end)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Count = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Flag = Annotated[bool, Strict()]
Opening = Annotated[InstanceOf[Allowed], BeforeValidator(_allowed)]
Secret = Annotated[SecretStr, BeforeValidator(_secret), AfterValidator(_something)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
TaxId = Annotated[str, AfterValidator(normalise_tax_id)]
Name = Annotated[str, AfterValidator(_name)]
Label = Annotated[str, AfterValidator(_label)]
FieldPath = Annotated[str, AfterValidator(_field)]
AccountName = Annotated[str, _known("names no account", lambda around: around.accounts)]
AdapterName = Annotated[str, _known("is not a known adapter", lambda around: around.adapters)]
DestinationName = Annotated[str, _known("names no destination", lambda around: around.destinations)]
PersonName = Annotated[str, _known("names nobody", lambda around: around.people)]
ChannelName = Annotated[str, _known("is not a known kind of destination", lambda around: around.channels)]
Table = Annotated[Mapping[Name, T], AfterValidator(frozen_table)]
