"""The pages of docs/providers: nothing is left unsaid, in either language, and what they tell one to write works."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import settings
from app.domain.breaker import OPENS_AT_ONCE
from app.domain.invoice import Outcome
from app.tax.adapter import ANY_NAME
from app.tax.registry import ADAPTERS
from app.tax.tables import Code, load
from tests.generate import GENERATED, ROOT
from tests.provider_pages import DATA, FOLDER, LANGUAGES, WRITTEN, page, table, written
from tests.provider_words import THEN

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
EACH = pytest.mark.parametrize("name", WRITTEN)


def lines(name: str) -> Iterator[Code]:
    return (line for codes in load(name).codes.values() for line in codes.values())


def told(name: str, language: str) -> dict:
    return written(name)["page"][language]


def test_every_tax_system_with_names_of_its_own_has_pages_and_every_data_file_a_tax_system():
    assert set(WRITTEN) == {file.stem for file in DATA.glob("*.toml")}
    assert set(WRITTEN) == {name for name, adapter in ADAPTERS.items() if ANY_NAME not in adapter.optional}


@EACH
def test_both_languages_have_a_page_on_disk(name):
    assert all(f"{FOLDER}/{name}{ending}" in GENERATED for ending in LANGUAGES.values())
    assert all((ROOT / FOLDER / f"{name}{ending}").exists() for ending in LANGUAGES.values())


@EACH
def test_every_code_says_what_it_means_in_both_languages(name):
    assert [line for line in lines(name) if not (line.zh and line.en)] == []
    assert [line.en for line in lines(name) if CHINESE.search(line.en)] == []


@EACH
def test_every_line_of_a_table_is_on_the_page(name):
    rows = [f"| `{code}` |" for codes in load(name).codes.values() for code in codes]
    for language in LANGUAGES:
        assert [row for row in rows if page(name, language).count(row) < rows.count(row)] == []


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_credential_is_described_and_nothing_else(name, language):
    described = told(name, language)["credentials"]
    assert set(described) == {*ADAPTERS[name].credentials, *ADAPTERS[name].optional}
    assert all(described.values())


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_title_and_every_title_a_table(name, language):
    assert list(told(name, language)["tables"]) == list(load(name).codes)


@EACH
def test_both_languages_say_the_same_things(name):
    assert shape(told(name, "zh")) == shape(told(name, "en"))


def shape(words: dict) -> dict:
    """The keys in their order, and how many points or steps a text has."""
    return {
        key: shape(value) if isinstance(value, dict) else len(re.findall(r"^(?:\d+\.|-) ", value, re.MULTILINE))
        for key, value in words.items()
    }


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_account_on_the_page_is_accepted_as_it_stands(name, language, tmp_path):
    assert list(accounts_of(page(name, language), tmp_path)) == [f"{name}-main"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accounts_on_the_index_are_accepted_as_they_stand(language, tmp_path):
    index = (ROOT / FOLDER / f"README{LANGUAGES[language]}").read_text("utf-8")
    assert accounts_of(index, tmp_path)["nuonuo-main"].proof == "baidu-main"


def accounts_of(shown: str, folder: Path) -> dict:
    """The accounts that the service makes of the configuration on a page."""
    example = re.search(r"```yaml\n(.*?)```", shown, re.DOTALL)[1]
    (folder / "piaoda.yaml").write_text(example, encoding="utf-8")
    given = dict.fromkeys(re.findall(r"\{env: (\w+)\}", example), "x")
    around = {"PIAODA_CONFIG": "piaoda.yaml", "PIAODA_CONSOLE_ACCESS": "off"}
    return settings.load({**around, **given}, folder).config.accounts


def test_the_pages_say_what_follows_every_outcome_and_which_pause_the_account():
    assert set(THEN) == set(Outcome)
    assert {outcome for outcome, then in THEN.items() if "the account pauses" in then["en"]} == set(OPENS_AT_ONCE)


@pytest.mark.parametrize("start", ["README.md", "README.zh-CN.md"])
def test_the_front_page_and_the_index_lead_to_every_tax_system(start):
    ending = start.removeprefix("README")
    front, index = ((ROOT / place / start).read_text("utf-8") for place in (".", FOLDER))
    assert [name for name in WRITTEN if f"({FOLDER}/{name}{ending})" not in front] == []
    assert [name for name in WRITTEN if f"]({name}{ending})" not in index] == []
    assert all("`connector`" in each for each in (front, index))


def test_a_table_leaves_out_a_column_without_words_and_keeps_a_bar_within_its_cell():
    assert list(table(["a", "b"], [["1|2", ""], ["3", ""]])) == ["| a |", "| --- |", "| 1\\|2 |", "| 3 |", ""]
