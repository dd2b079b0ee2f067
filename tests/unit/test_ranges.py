"""Every number in the settings has a range; outside it the start stops and says which key, which value, which range."""

# ruff: noqa: E501 - the table is read across, one number a line

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from app.domain.errors import ConfigurationError
from app.settings import Configuration, load
from app.settings.process import Process, variable
from app.settings.ranges import Range, spelled

NUONUO = "accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secret: s}, limits: {%s}}}"
PLAN = "accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secret: s}, plan: {%s}}}"
ANSWER = "answer: {items: a, match: {b: '{number}'}, code: c, codes: {'0': found_match}}"
GATEWAY = "accounts: {a: {adapter: connector, url: 'https://x.cn', connector: {family: channel, %s, request: {body: [{each: '{number}'}]}, ANSWER}}}".replace(
    "ANSWER", ANSWER
)
LEVEL = "alerts: {levels: [{%s}]}"
OUTAGE = "alerts: {outage: {%s}}"
SPAN = "starts_at: 2026-12-01T00:00:00Z, ends_at: 2026-12-02T00:00:00Z, reason: r}"
SLACK = "destinations: {d: {kind: slack, url: 'https://hooks.slack.com/x', %s}}"

# key (as the refusal names it), the text around the value, one below, one above, the range
NUMBERS = [
    ("accounts.a.limits.rate", NUONUO % "rate: VALUE", "0", "1001", "from 0.001 to 1000"),
    ("accounts.a.limits.concurrency", NUONUO % "concurrency: VALUE", "0", "101", "from 1 to 100"),
    ("accounts.a.limits.timeout", NUONUO % "timeout: VALUE", "0.09s", "5m1s", "from 0.1s to 5m"),
    ("accounts.a.limits.daily", NUONUO % "daily: VALUE", "0", "1000000001", "from 1 to 1000000000"),
    ("accounts.a.limits.batch", NUONUO % "batch: VALUE", "0", "1001", "from 1 to 1000"),
    ("accounts.a.connector.batch", GATEWAY % "batch: VALUE", "0", "1001", "from 1 to 1000"),
    ("accounts.a.connector.minimum_age", GATEWAY % "minimum_age: VALUE", "-1s", "30d1s", "from 0s to 30d"),
    ("accounts.a.connector.retention", GATEWAY % "retention: VALUE", "59s", "3653d1s", "from 1m to 3653d"),
    ("accounts.a.connector.daily_limit", GATEWAY % "daily_limit: VALUE", "0", "1001", "from 1 to 1000"),
    ("accounts.a.plan.ladder[0]", PLAN % "every: 1h, ladder: [VALUE]", "-1s", "365d1s", "from 0s to 365d"),
    ("accounts.a.plan.minimum_age", PLAN % "ladder: [1s], every: 1h, minimum_age: VALUE", "-1s", "30d1s", "from 0s to 30d"),
    ("accounts.a.plan.every", PLAN % "ladder: [1s], every: VALUE", "0.9s", "31d1s", "from 1s to 31d"),
    ("accounts.a.plan.give_up_after", PLAN % "ladder: [1s], every: 1h, give_up_after: VALUE", "59s", "1826d", "from 1m to 1825d"),
    ("budget.checks_per_day", "budget: {reserve: 0, checks_per_day: VALUE}", "0", "10001", "from 1 to 10000"),
    ("budget.reserve", "budget: {reserve: VALUE}", "-1", "10000", "from 0 to 9999"),
    ("deadlines.default.overdue_after", "deadlines: {default: {overdue_after: VALUE, escalate_after: 730d}}", "0.9s", "365d1s", "from 1s to 365d"),
    ("deadlines.default.escalate_after", "deadlines: {default: {overdue_after: 1s, escalate_after: VALUE}}", "0.9s", "730d1s", "from 1s to 730d"),
    ("deadlines.kinds.vat_special.overdue_after", "deadlines: {kinds: {vat_special: {overdue_after: VALUE, escalate_after: 730d}}}", "0s", "366d", "from 1s to 365d"),
    ("deadlines.kinds.vat_special.escalate_after", "deadlines: {kinds: {vat_special: {overdue_after: 1s, escalate_after: VALUE}}}", "0s", "731d", "from 1s to 730d"),
    ("deadlines.grace", "deadlines: {grace: VALUE}", "-1m", "30d1s", "from 0s to 30d"),
    ("rechecks.after[0]", "rechecks: {after: [VALUE]}", "0s", "1825d0.5s", "from 1s to 1825d"),
    ("amount_tolerance", "amount_tolerance: 'VALUE'", "-0.01", "1000.01", "from 0.00 to 1000.00"),
    ("breaker.failures", "breaker: {failures: VALUE}", "0", "1001", "from 1 to 1000"),
    ("breaker.pause", "breaker: {longest_pause: 7d, pause: VALUE}", "0.9s", "1d1s", "from 1s to 1d"),
    ("breaker.longest_pause", "breaker: {pause: 1s, longest_pause: VALUE}", "0.9s", "7d1s", "from 1s to 7d"),
    ("destinations.d.timeout", SLACK % "timeout: VALUE", "0.09s", "2m1s", "from 0.1s to 2m"),
    ("destinations.d.minimum_amount", SLACK % "minimum_amount: 'VALUE'", "-0.01", "1000000000000.00", "from 0.00 to 999999999999.99"),
    ("destinations.d.gather", SLACK % "gather: VALUE", "-1s", "1d1s", "from 0s to 1d"),
    ("destinations.d.rate", SLACK % "rate: VALUE", "0", "1001", "from 0.001 to 1000"),
    ("destinations.d.concurrency", SLACK % "concurrency: VALUE", "0", "101", "from 1 to 100"),
    ("alerts.levels[0].after", LEVEL % "after: VALUE", "-1s", "30d1s", "from 0s to 30d"),
    ("alerts.levels[0].at_least", LEVEL % "at_least: VALUE", "0", "1000001", "from 1 to 1000000"),
    ("alerts.levels[0].minimum_amount", LEVEL % "minimum_amount: 'VALUE'", "-0.01", "1000000000000.00", "from 0.00 to 999999999999.99"),
    ("alerts.gather", "alerts: {gather: VALUE}", "-1s", "1h1s", "from 0s to 1h"),
    ("alerts.update_every", "alerts: {update_every: VALUE}", "0s", "30d1s", "from 1s to 30d"),
    ("alerts.remind_after[0]", "alerts: {remind_after: [VALUE]}", "0s", "30d1s", "from 1s to 30d"),
    ("alerts.acknowledge_for", "alerts: {acknowledge_for: VALUE}", "0s", "30d1s", "from 1s to 30d"),
    ("alerts.outage.patience", OUTAGE % "patience: VALUE", "-1s", "1d1s", "from 0s to 1d"),
    ("alerts.outage.share", OUTAGE % "share: VALUE", "0", "1.01", "from 0.01 to 1"),
    ("alerts.outage.at_least", OUTAGE % "at_least: VALUE", "0", "1000001", "from 1 to 1000000"),
    ("alerts.outage.within", OUTAGE % "within: VALUE", "59s", "1d1s", "from 1m to 1d"),
    ("alerts.outage.steady", OUTAGE % "steady: VALUE", "-1s", "1d1s", "from 0s to 1d"),
    ("alerts.outage.drain", OUTAGE % "drain: VALUE", "-1s", "1d1s", "from 0s to 1d"),
    ("delivery.ladder[0]", "delivery: {ladder: [VALUE]}", "-5s", "30d1s", "from 0s to 30d"),
    ("delivery.jitter", "delivery: {jitter: VALUE}", "-0.1", "0.91", "from 0 to 0.9"),
    ("loops.poll_every", "loops: {poll_every: VALUE}", "0.04s", "10m1s", "from 0.05s to 10m"),
    ("loops.watch_every", "loops: {watch_every: VALUE}", "0.04s", "10m1s", "from 0.05s to 10m"),
    ("loops.notify_every", "loops: {notify_every: VALUE}", "0.04s", "10m1s", "from 0.05s to 10m"),
    ("loops.batch", "loops: {batch: VALUE}", "0", "10001", "from 1 to 10000"),
    ("retention.checks", "retention: {checks: VALUE}", "30d", "36500d1s", "from 31d to 36500d"),
    ("retention.attempts", "retention: {attempts: VALUE}", "30d", "36500d1s", "from 31d to 36500d"),
    ("limits.body_bytes", "limits: {body_bytes: VALUE}", "1023B", "65MB", "from 1KB to 64MB"),
    ("limits.bulk_line_bytes", "limits: {bulk_line_bytes: VALUE}", "1023B", "1025KB", "from 1KB to 1MB"),
    ("limits.batch_items", "limits: {batch_items: VALUE}", "0", "10001", "from 1 to 10000"),
    ("limits.requests", "limits: {requests: VALUE}", "0", "10001", "from 1 to 10000"),
    ("limits.uploads", "limits: {uploads: VALUE}", "0", "1001", "from 1 to 1000"),
]  # fmt: skip
VARIABLES = [
    ("PIAODA_PORT", "-1", "65536", "from 0 to 65535"),
    ("PIAODA_DATABASE_CONNECTIONS", "0", "201", "from 1 to 200"),
    ("PIAODA_CLOCK_SCALE", "0", "1000001", "from 0.001 to 1000000"),
]
LISTS = [
    ("accounts.a.plan.ladder", PLAN % "every: 1h, ladder: [VALUE]", [f"{n}s" for n in range(101)], "at most 100"),
    ("accounts.a.plan.daily_at", PLAN % "ladder: [1s], daily_at: [VALUE]", [f"{n // 60:02}:{n % 60:02}" for n in range(97)], "at most 96"),
    ("rechecks.after", "rechecks: {after: [VALUE]}", [f"{n}d" for n in range(1, 52)], "at most 50"),
    ("destinations.d.to", SLACK % "to: [VALUE]", [f"u{n}" for n in range(101)], "at most 100"),
    ("destinations.d.fields", SLACK % "fields: [VALUE]", ["invoice.id"] * 101, "at most 100"),
    ("destinations.d.labels", SLACK % "labels: {VALUE}", [f"l{n}: v" for n in range(21)], "at most 20"),
    ("alerts.levels", "alerts: {levels: [VALUE]}", [f"{{after: {n}s}}" for n in range(11)], "at most 10"),
    ("alerts.levels[0].to", SLACK % "" + "\n" + LEVEL % "to: [VALUE]", ["d"] * 51, "at most 50"),
    ("alerts.remind_after", "alerts: {remind_after: [VALUE]}", [f"{n}s" for n in range(1, 22)], "at most 20"),
    ("silences", "silences: [VALUE]", ["{matchers: {cause: [outage]}, " + SPAN] * 1001, "at most 1000"),
    ("maintenance", "maintenance: [VALUE]", ["{" + SPAN] * 1001, "at most 1000"),
    ("delivery.ladder", "delivery: {ladder: [VALUE]}", [f"{n}s" for n in range(51)], "at most 50"),
]  # fmt: skip


def refusals(tmp_path, text: str, **environ: str) -> list[str]:
    (tmp_path / "piaoda.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(environ, tmp_path)
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize(("key", "text", "below", "above", "allowed"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_a_number_out_of_its_range_is_told_with_key_value_and_range(tmp_path, key, text, below, above, allowed):
    for value in (below, above):
        [line] = refusals(tmp_path, text.replace("VALUE", value))
        assert line.endswith(f": {key}: {value} is out of range (hint: {allowed})")


@pytest.mark.parametrize(("name", "below", "above", "allowed"), VARIABLES)
def test_a_variable_out_of_its_range_is_told_with_name_value_and_range(tmp_path, name, below, above, allowed):
    for value in (below, above):
        origin = {"PIAODA_CLOCK_ORIGIN": "2026-11-22T09:00:00+08:00"}
        [line] = refusals(tmp_path, "", **{name: value}, **origin)
        assert line == f"environment: {name}: {value} is out of range (hint: {allowed})"


@pytest.mark.parametrize(("key", "text", "items", "said"), LISTS, ids=[row[0] for row in LISTS])
def test_a_list_that_is_too_long_is_told_with_its_key_and_how_long_it_may_be(tmp_path, key, text, items, said):
    [line] = refusals(tmp_path, text.replace("VALUE", ", ".join(items)))
    assert f": {key}: " in line
    assert said in line


# --- none is forgotten


def numbers(section: type[BaseModel], path: str = "") -> Iterator[tuple[str, Range | None, Any]]:
    """Every number of a section and those below it: its path, its range, its default."""
    for name, field in section.model_fields.items():
        default = None if field.default is PydanticUndefined else field.default
        for kind, metadata in leaves(field.annotation, tuple(field.metadata)):
            if issubclass(kind, BaseModel):
                yield from numbers(kind, f"{path}{name}.")
            elif issubclass(kind, (int, float, Decimal, timedelta)) and not issubclass(kind, bool):
                found = [each.func for each in metadata if isinstance(getattr(each, "func", None), Range)]
                yield f"{path}{name}", (found or [None])[0], default


def leaves(kind: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[type, tuple[Any, ...]]]:
    """The plain types in an annotation, each with what is annotated on it."""
    if hasattr(kind, "__metadata__"):
        yield from leaves(kind.__origin__, metadata + kind.__metadata__)
    elif isinstance(kind, type) and not get_args(kind):
        yield kind, metadata
    else:
        for argument in get_args(kind):
            yield from leaves(argument, metadata)


EVERY = [*numbers(Configuration), *numbers(Process)]


@pytest.mark.parametrize(("path", "allowed", "default"), EVERY, ids=[row[0] for row in EVERY])
def test_every_number_has_a_range_and_its_default_is_in_it(path, allowed, default):
    assert allowed is not None, f"{path} has no range"
    for value in default if isinstance(default, tuple) else () if default is None else (default,):
        assert allowed.least <= value <= allowed.most


def test_every_number_is_in_the_tables_above():
    tabled = {re.sub(r"\[\d+\]|\.(a|d|vat_special)(?=\.)", "", key) for key, *_ in NUMBERS}
    expected = {path for path, *_ in numbers(Configuration)}
    assert tabled == expected
    assert {name for name, *_ in VARIABLES} == {variable(path) for path, *_ in numbers(Process)}


@pytest.mark.parametrize("text", ["0s", "0.05s", "1m", "1h", "1d", "1d12h", "8m30s", "1m0.5s", "-1s"])
def test_a_duration_is_spelled_as_the_operator_writes_it(text):
    negative, length = text.startswith("-"), {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    seconds, digits = 0.0, ""
    for letter in text.lstrip("-"):
        seconds, digits = (
            (seconds + float(digits) * length[letter], "") if letter in length else (seconds, digits + letter)
        )
    assert spelled(timedelta(seconds=-seconds if negative else seconds)) == text
