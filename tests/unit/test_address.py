"""What the URL of the database says, and what of it is for us."""

import pytest

from app.domain.errors import ConfigurationError
from app.store.address import Address

PLAIN = "postgresql://piaoda:p%3Fss@db:5432/piaoda"


@pytest.mark.parametrize(
    ("url", "dsn", "pooled"),
    [
        (PLAIN, PLAIN, False),
        (f"{PLAIN}?sslmode=require&host=/run/pg", f"{PLAIN}?sslmode=require&host=/run/pg", False),
        (f"{PLAIN}?pooler=transaction", PLAIN, True),
        (f"{PLAIN}?sslmode=require&pooler=transaction&user=a", f"{PLAIN}?sslmode=require&user=a", True),
        ("postgresql://u@[::1]:5432,[::2]:5433/p?pooler=transaction", "postgresql://u@[::1]:5432,[::2]:5433/p", True),
    ],
)
def test_the_pooler_is_for_us_and_the_rest_for_the_server(url, dsn, pooled):
    assert Address.of(url) == Address(dsn, pooled)


@pytest.mark.parametrize("query", ["pooler=session", "pooler=", "pooler", "pooler=transaction&pooler=statement"])
def test_a_pooler_of_another_kind_is_refused_with_a_sentence_that_shows_no_password(query):
    with pytest.raises(ConfigurationError, match="pooler=transaction") as refused:
        Address.of(f"{PLAIN}?{query}")

    assert "p%3Fss" not in str(refused.value)


def test_nothing_is_kept_on_a_connection_of_a_bouncer_and_no_setting_sent_that_it_would_refuse():
    assert Address(PLAIN, pooled=True).options({"timezone": "UTC"}) == {"statement_cache_size": 0}


def test_of_several_hosts_the_one_that_takes_writes_is_wanted():
    assert Address(PLAIN).options({})["target_session_attrs"].value == "read-write"


def test_an_address_shows_no_password():
    assert "p%3Fss" not in repr(Address.of(PLAIN))


@pytest.mark.parametrize("password", ["x/SECRET", "SEC#RET", "x?SECRET", "p?x&pooler=SECRET"])
def test_a_password_that_breaks_the_address_stands_in_no_error(password):
    with pytest.raises(ConfigurationError) as refused:
        Address.of(f"postgresql://piaoda:{password}@db:5432/piaoda")

    assert "SEC" not in str(refused.value)
