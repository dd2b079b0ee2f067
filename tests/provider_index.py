"""docs/providers/README: all tax systems in one table, for those who must choose.

One rule: the table is made from what the adapters say of themselves; the words around it are written by hand.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from app.domain.identity import Kind
from app.domain.invoice import Family, Outcome
from app.domain.words import Words, words
from app.tax.adapter import Adapter
from app.tax.registry import ADAPTERS
from app.tax.tables import load
from tests.provider_pages import FOLDER, LANGUAGES, ROOT, WRITTEN, table, written

HEAD = (
    words("税务系统", "Tax system"),
    words("类别", "Family"),
    words("票种", "Kinds"),
    words("当日发票", "Invoices of today"),
    words("一次几张", "A call"),
    words("费用", "Cost"),
    words("令牌", "Token"),
)
FAMILIES = {Family.CHANNEL: words("开票结果查询", "channel"), Family.PROOF: words("查验", "proof")}
_TABLE = re.compile(r"(?<=<!-- made by `make generate` -->\n).*?(?=<!-- end of what is made -->)", re.DOTALL)


def index(language: str) -> str:
    """The page as it is, with a fresh table between its markers."""
    page = (ROOT / FOLDER / f"README{LANGUAGES[language]}").read_text(encoding="utf-8")
    rows = [list(_row(name, language)) for name in sorted(WRITTEN, key=_place)]
    fresh = "\n".join(table([each[language] for each in HEAD], rows)) + "\n"
    filled, count = _TABLE.subn(lambda _: f"\n{fresh}", page)
    assert count == 1, "the page has lost the markers of its table"
    return filled


INDEX = {f"{FOLDER}/README{ending}": partial(index, language) for language, ending in LANGUAGES.items()}


def _place(name: str) -> tuple[bool, Family]:
    """China's first, and among them those that are asked first."""
    return Kind.FOREIGN in load(name).kinds, ADAPTERS[name].capabilities.family


def _row(name: str, language: str) -> Iterator[str]:
    adapter = ADAPTERS[name]
    yield f"[{written(name)['page'][language]['title']}]({name}{LANGUAGES[language]})"
    facts = (FAMILIES[adapter.capabilities.family], _kinds(name), _today(name, adapter), _call(adapter), _cost(adapter))
    yield from (fact[language] for fact in (*facts, _token(adapter)))


def _kinds(name: str) -> Words:
    kinds = load(name).kinds
    if not kinds:
        return words("不限", "any")
    return words("境外", "foreign") if set(kinds) == {Kind.FOREIGN} else words(f"{len(kinds)} 种", f"{len(kinds)}")


def _today(name: str, adapter: Adapter) -> Words:
    if age := adapter.capabilities.minimum_age:
        hours = f"{age.total_seconds() / 3600:g}"
        return words(f"满 {hours} 小时再查", f"after {hours} hours")
    lines = (line for codes in load(name).codes.values() for line in codes.values())
    if any(line.outcome is Outcome.TOO_EARLY for line in lines):
        return words("可查，也可能要等次日", "yes, or told to wait a day")
    return words("可查", "yes")


def _call(adapter: Adapter) -> Words:
    return words(f"{adapter.capabilities.batch} 张", f"{adapter.capabilities.batch}")


def _cost(adapter: Adapter) -> Mapping[str, str]:
    charged = adapter.capabilities.charged
    if Outcome.NOT_FOUND in charged:
        return words("按次，查无、不一致也计费", "by the call, not found included")
    return words("按次", "by the call") if charged else words("不按次计费", "not by the call")


def _token(adapter: Adapter) -> Words:
    if adapter.token_url:
        return words("有，自动换取、副本共用", "yes, fetched and shared")
    return (
        words("无，逐次签名", "no, each call is signed") if adapter.credentials else words("无，公开服务", "no, public")
    )
