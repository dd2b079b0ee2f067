"""A provider's tables: a code has one line, or that of its family, or none."""

from dataclasses import replace

import pytest

from app.domain.invoice import Outcome
from app.tax.tables import UNLISTED, load

LINES = {
    "AuthFailure": Outcome.AUTH, "AuthFailure.Unheard": Outcome.AUTH, "AuthFailure.Un.Heard": Outcome.AUTH,
    "InvalidParameterValue.Unheard": Outcome.BAD_REQUEST, "ResourceNotFound.NoInvoice": Outcome.NOT_FOUND,
}  # fmt: skip


@pytest.mark.parametrize("code", LINES)
def test_tencent_a_code_means_what_its_line_says_or_its_nearest_family(code):
    assert load("tencent").meaning("error", code).outcome is LINES[code]


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailureUnheard", "authfailure", "Unheard.AuthFailure", "ResourceNotFound.NoInvoice.Unheard",
        "ResourceNotFound", "FailedOperation", "", ".", "*", ".*", "." * 500,
    ],
)  # fmt: skip
def test_tencent_a_code_without_a_line_or_a_family_means_nothing(code):
    assert load("tencent").meaning("error", code) == replace(UNLISTED, text=code)


def test_tencent_a_line_of_its_own_goes_before_the_family():
    codes = load("tencent").codes["error"]
    own = "InvalidParameterValue.TicketSnParameterValueLimit"
    assert load("tencent").meaning("error", own) is codes[own]
    assert codes[own] is not codes["InvalidParameterValue.*"]


@pytest.mark.parametrize("provider", ["aliyun", "tencent"])
def test_every_line_says_what_it_means_in_both_languages_and_where_it_is_from(provider):
    tables = load(provider)
    assert "https://" in tables.source
    for table in tables.codes.values():
        assert all(line.zh and line.en for line in table.values())
