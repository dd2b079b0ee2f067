"""The account of a drill, in words. One rule: the first line says whether somebody has to do something."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from app.domain.words import words
from app.drill.scenario import Scenario
from app.drill.verdict import Noted, Verdict

_WHAT = {
    "stuck": words("上传卡住", "upload stuck"),
    "never": words("从未上传", "never uploaded"),
    "failed": words("上传失败", "upload failed"),
    "differs": words("金额不符", "another amount"),
    "changed": words("同步后被红冲或作废", "changed after sync"),
}


def document(scenario: Scenario, verdict: Verdict) -> dict[str, Any]:
    """The account as JSON; durations in seconds."""
    told = asdict(verdict) | {"well": verdict.well, "scenario": scenario.name}
    for noted in told["noted"]:
        noted |= {name: noted[name] and noted[name].total_seconds() for name in ("after", "longest")}
    return told


def lines(scenario: Scenario, verdict: Verdict) -> Iterator[str]:
    yield _summary(scenario, verdict)
    yield f"  共 {verdict.invoices} 张 invoices · 已同步 synced {verdict.synced} · " + " · ".join(
        f"{state} {count}" for state, count in sorted(verdict.states.items())
    )
    for noted in verdict.noted:
        yield from _noted(noted)
    yield from _broken("假同步（税务系统没有却显示已同步）", "false synced", verdict.false)
    yield from _broken("卡住（已过期限仍无人知晓）", "stuck beyond its time", verdict.stuck)
    yield from _broken("误报或久未确认（税务系统早已显示正常）", "not confirmed, though well", verdict.unsettled)
    yield from _broken("丢失（已报送但查不到）", "lost", verdict.lost)
    over = " ✗" if verdict.overdrawn else ""
    yield f"  单票单日最多查验 most checks of one invoice in a day: {verdict.most_checks_a_day} / {verdict.limit}{over}"


def _summary(scenario: Scenario, verdict: Verdict) -> str:
    title = f"{scenario.title.zh} {scenario.title.en}"
    if verdict.well:
        return f"✓ {title}: 全部发现，无误报 all noticed, nothing invented"
    return f"✗ {title}: 有遗漏或错误，见下 something was missed or wrong, see below"


def _noted(noted: Noted) -> Iterator[str]:
    what = _WHAT.get(noted.what)
    name = f"{what['zh']} {what['en']}" if what else noted.what.replace("outage of", "账户查不了 outage of")
    told = "，".join(f"{destination} × {count}" for destination, count in sorted(noted.told.items())) or "—"
    yield (
        f"  {'✗' if noted.missed else '✓'} {name}: {noted.noticed}/{noted.count} 已发现 noticed · "
        f"中位 median {_span(noted.after)} · 最长 longest {_span(noted.longest)} · 通知 told {told}"
    )
    yield from _numbers(noted.missed)


def _broken(zh: str, en: str, numbers: tuple[str, ...]) -> Iterator[str]:
    if numbers:
        yield f"  ✗ {zh} {en}: {len(numbers)}"
        yield from _numbers(numbers)


def _numbers(numbers: tuple[str, ...], most: int = 5) -> Iterator[str]:
    if numbers:
        more = f" … +{len(numbers) - most}" if len(numbers) > most else ""
        yield f"      {', '.join(numbers[:most])}{more}"


def _span(span: timedelta | None) -> str:
    if span is None:
        return "—"
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60}h{minutes % 60:02d}m" if minutes >= 60 else f"{minutes}m"  # noqa: PLR2004 - an hour
