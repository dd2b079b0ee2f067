"""docs/providers/: one page a tax system, in Chinese and in English, made from its tables and its capabilities.

One rule: what a code will show as is never written twice. The words around the tables stand in the same data file.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import Family
from app.domain.plan import BEIJING, Budget
from app.domain.words import KINDS, OUTCOMES, words
from app.tax.adapter import Adapter, Capabilities
from app.tax.face import INPUTS
from app.tax.registry import ADAPTERS
from app.tax.tables import Code, load
from tests import provider_words as say

ROOT = Path(__file__).parents[1]
DATA = ROOT / "app" / "tax" / "data"
FOLDER = "docs/providers"
LANGUAGES = {"en": ".md", "zh": ".zh-CN.md"}
WRITTEN = tuple(name for name in ADAPTERS if (DATA / f"{name}.toml").exists())
"""Those with a page; how `connector` is used stands in docs/how-to/connect-a-gateway.md."""


def page(name: str, language: str) -> str:
    """The page of one provider; `language` is `zh` or `en`."""
    return "\n".join(_page(name, ADAPTERS[name], language)).rstrip() + "\n"


PAGES = {
    f"{FOLDER}/{name}{ending}": partial(page, name, language)
    for name in WRITTEN
    for language, ending in LANGUAGES.items()
}


@cache
def written(name: str) -> Mapping[str, Any]:
    """The whole data file of a provider, the words of its pages included."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table's lines; a column without a single word in it is left out."""
    kept = [column for column in range(len(headings)) if any(row[column] for row in rows)]
    for row in (headings, ["---"] * len(headings), *rows):
        yield f"| {' | '.join(row[column].replace('|', chr(92) + '|') for column in kept)} |"
    yield ""


def _page(name: str, adapter: Adapter, language: str) -> Iterator[str]:
    told = written(name)["page"][language]
    yield f"# {told['title']}\n"
    yield f"<!-- Made from app/tax/data/{name}.toml by `make generate`; a test compares. -->\n"
    yield say.ELSEWHERE[language].format(name=name) + "\n"
    yield told["intro"].strip() + "\n"
    yield from _section("apply", told, language)
    yield from _section("fields", told, language)
    yield from _fields(name, adapter, told, language)
    if "report" in told or load(name).kinds:
        yield from _section("report", told, language)
        yield from _kinds(name, language)
    yield from _section("cost", told, language)
    yield from _limits(adapter, language)
    yield f"## {say.HEAD['codes'][language]}\n"
    yield from _reading(name, adapter, language)
    for title, codes in load(name).codes.items():
        yield from _codes(told["tables"][title], codes, language)
    if "known" in told:
        yield from _section("known", told, language)
    yield f"## {say.HEAD['source'][language]}\n\n{written(name)['source']} ({written(name)['read_on']})"


def _section(name: str, told: Mapping[str, Any], language: str) -> Iterator[str]:
    yield f"## {say.HEAD[name][language]}\n"
    if name in told:
        yield told[name].strip() + "\n"


def _fields(name: str, adapter: Adapter, told: Mapping[str, Any], language: str) -> Iterator[str]:
    yield "\n".join(("```yaml", *_account(name, adapter, language), "```\n"))
    if adapter.credentials or adapter.optional:
        rows = [
            [f"`{field}`" + say.OPTIONAL[language] * (field in adapter.optional), told["credentials"][field]]
            for field in (*adapter.credentials, *adapter.optional)
        ]
        yield from table([say.COLUMNS["field"][language], say.COLUMNS["what"][language]], rows)


def _account(name: str, adapter: Adapter, language: str) -> Iterator[str]:
    """The account as it stands in piaoda.yaml."""
    yield f"accounts:\n  {name}-main:\n    adapter: {name}"
    if adapter.credentials:
        yield "    credentials:"
    yield from (f"      {field}: {{env: {name.upper()}_{field.upper()}}}" for field in adapter.credentials)
    if adapter.capabilities.family is Family.CHANNEL and Kind.FOREIGN not in load(name).kinds:
        yield f"    # proof: baidu-main # {say.PROOF[language]}"
    if limits := written(name)["page"].get("limits"):
        yield f"    limits: {{{', '.join(f'{knob}: {value}' for knob, value in limits.items())}}}"


def _limits(adapter: Adapter, language: str) -> Iterator[str]:
    yield from (f"- {each[language]}" for each in _limit_words(adapter.capabilities))
    if adapter.token_url:
        yield f"- {say.DEAD_TOKEN[language]}"
    yield ""


def _limit_words(can: Capabilities) -> Iterator[Mapping[str, str]]:
    yield words(
        f"默认每秒 {can.rate:g} 次调用，一次最多 {can.batch} 张（可在 `limits` 中调整）",
        f"{can.rate:g} calls a second, {can.batch} invoice{'s' * (can.batch > 1)} a call (`limits` changes that)",
    )
    yield from _budget_words(can)
    if can.minimum_age:
        hours = can.minimum_age.total_seconds() / 3600
        yield words(f"开票满 {hours:g} 小时才查", f"asked from {hours:g} hours after issue on")
    if can.maximum_age:
        years = can.maximum_age.days // 365
        yield words(f"只能查 {years} 年以内开具的发票", f"invoices of the last {years} years")
    if can.retention:
        yield words(f"开票后 {can.retention.days} 天内可查", f"remembers an invoice for {can.retention.days} days")
    if can.charged:
        shown = [OUTCOMES[outcome] for outcome in sorted(can.charged)]
        zh, en = ("、".join(each["zh"] for each in shown), "; ".join(each["en"] for each in shown))
        yield words(f"会计费的结果：{zh}", f"billed: {en}")
    if can.zone != BEIJING.key:
        yield words(f"按 {can.zone} 时区算一天", f"its day is that of {can.zone}")


def _budget_words(can: Capabilities) -> Iterator[Mapping[str, str]]:
    budget = Budget()
    if can.family is Family.PROOF and can.daily_limit == budget.checks_per_day:
        yield words(
            f"同一张票每天最多查验 {can.daily_limit} 次，谁查的都算在内；票达自动只用 {budget.automatic} 次，"
            f"留 {budget.reserve} 次给人工",
            f"{can.daily_limit} checks an invoice and day, whoever asks; Piaoda itself uses {budget.automatic} and "
            f"leaves {budget.reserve} to people",
        )
    elif can.daily_limit:
        yield words(f"同一张票每天最多 {can.daily_limit} 次", f"{can.daily_limit} checks an invoice and day")


def _kinds(name: str, language: str) -> Iterator[str]:
    kinds = load(name).kinds
    if set(kinds) == {Kind.FOREIGN}:
        yield say.FOREIGN[language].format(needs=_inputs(kinds[Kind.FOREIGN].needs, language)) + "\n"
    elif kinds:
        rows = [
            [f"{KINDS[kind][language]} `{kind}`", f"`{asked.type}`" * bool(asked.type), _inputs(asked.needs, language)]
            for kind, asked in kinds.items()
        ]
        yield from table([say.COLUMNS[column][language] for column in ("kind", "type", "needs")], rows)
        yield say.ASKED[language] + "\n"


def _inputs(needs: Sequence[str], language: str) -> str:
    if language == "zh":
        return "、".join(INPUTS[need].zh for need in needs)
    return ", ".join(INPUTS[need].en for need in needs)


def _reading(name: str, adapter: Adapter, language: str) -> Iterator[str]:
    """How the tables are to be read."""
    yield say.UNLISTED[language]
    if any(code.endswith(".*") for codes in load(name).codes.values() for code in codes):
        yield say.FAMILY[language]
    if adapter.capabilities.family is Family.CHANNEL:
        yield say.PROVED[language]
    yield ""


def _codes(title: str, codes: Mapping[str, Code], language: str) -> Iterator[str]:
    if not codes:
        return
    yield f"### {title}\n"
    rows = [
        [
            f"`{code}`",
            line.zh if language == "zh" else line.en,
            f"{OUTCOMES[line.outcome][language]} `{line.outcome}`",
            say.THEN[line.outcome][language],
            say.YES[language] * line.billed,
        ]
        for code, line in codes.items()
    ]
    yield from table([say.COLUMNS[column][language] for column in ("code", "says", "shows", "then", "billed")], rows)
