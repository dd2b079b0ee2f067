"""Providers' tokens on a real database: one replica fetches, nobody reads them there, a dead one goes."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.errors import DatabaseUnavailable
from app.domain.token import Token
from app.store.seal import Seal
from app.store.tokens import FETCH_LEASE, TOO_YOUNG, SharedTokens
from tests.conftest import TENANT, HandClock

SECRET = b"app_key\0k\0app_secret\0s"
ELSEWHERE = "default\0other"
KEY = "nuonuo-main#0123456789ab"


@pytest.fixture
def tokens(database, clock):
    """A replica's view of the tokens; another secret is another generation of credentials."""
    return lambda secret=SECRET: SharedTokens(database, clock, TENANT, secret)


@pytest.fixture
def provider(clock):
    """Grants `granted-1`, `granted-2`, …, each for an hour, and counts them."""

    class Provider:
        granted = 0

        async def __call__(self):
            self.granted += 1
            await asyncio.sleep(0.05)
            return Token(f"granted-{self.granted}", clock.now() + timedelta(hours=1))

    return Provider()


@pytest.fixture
def row(database):
    async def read():
        async with database.connection() as connection:
            return await connection.fetchrow("SELECT * FROM tokens WHERE account = $1", KEY)

    return read


async def write(database, value):
    async with database.connection() as connection:
        await connection.execute("UPDATE tokens SET value = $1", value)


class Waiting(HandClock):
    """Who waits does so in real time: the lease of the one who fetches does not end meanwhile."""

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / 10)


async def test_replicas_that_need_a_token_at_once_cost_one(database, provider):
    replicas = [SharedTokens(database, Waiting(), TENANT, SECRET) for _ in range(5)]
    told = await asyncio.gather(*(each.get(KEY, provider) for each in replicas))

    assert (set(told), provider.granted) == ({"granted-1"}, 1)


async def test_no_row_shows_a_token_or_what_seals_it(tokens, provider, row):
    await tokens().get(KEY, provider)
    shown = repr(tuple(await row()))

    assert "v1." in shown
    assert [word for word in ("granted-1", "app_secret", "Z3JhbnRlZC") if word in shown] == []


async def test_two_rows_never_hold_the_same_text(tokens, provider, row, clock):
    shared, values = tokens(), set()
    for _ in range(2):
        await shared.get(KEY, lambda: asyncio.sleep(0, Token("the-same", clock.now() + timedelta(minutes=30))))
        values.add((await row())["value"])
        clock.pass_(hours=1)

    assert len(values) == 2


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("granted-in-plain-text", id="of a version that did not seal"),
        pytest.param(Seal(b"other").close("granted-0", f"{TENANT}\0{KEY}"), id="under other credentials"),
        pytest.param(Seal(SECRET).close("granted-0", ELSEWHERE), id="from another row"),
        pytest.param("v1.", id="empty"),
        pytest.param("v1.AAAA", id="too short"),
        pytest.param("v1.票", id="not base64"),
    ],
)
async def test_what_cannot_be_opened_is_no_token_and_is_replaced(tokens, provider, database, row, value):
    await tokens().get(KEY, provider)
    await write(database, value)

    assert await tokens().get(KEY, provider) == "granted-2"
    assert await tokens().get(KEY, provider) == "granted-2"
    assert (await row())["value"] != value


async def test_a_refused_token_that_is_old_enough_is_forgotten_by_all(tokens, provider, clock, row):
    one, two = tokens(), tokens()
    await one.get(KEY, provider)
    await two.get(KEY, provider)
    clock.pass_(seconds=TOO_YOUNG)
    await one.drop(KEY, "granted-1")

    assert (await row())["value"] is None
    assert await one.get(KEY, provider) == "granted-2"


async def test_a_token_that_was_granted_just_now_is_not_replaced(tokens, provider):
    shared = tokens()
    await shared.get(KEY, provider)
    await shared.drop(KEY, "granted-1")

    assert await shared.get(KEY, provider) == "granted-1"
    assert provider.granted == 1


async def test_only_the_token_that_was_refused_is_forgotten(tokens, provider, clock):
    shared = tokens()
    await shared.get(KEY, provider)
    clock.pass_(seconds=TOO_YOUNG)
    await shared.drop(KEY, "granted-0")
    await tokens(b"other").drop(KEY, "granted-1")

    assert await tokens().get(KEY, provider) == "granted-1"


async def test_a_token_near_its_end_is_renewed(tokens, provider, clock):
    shared = tokens()
    await shared.get(KEY, provider)
    clock.pass_(minutes=59, seconds=30)

    assert await shared.get(KEY, provider) == "granted-2"


async def test_who_fails_to_fetch_lets_the_next_one_try(tokens, provider):
    async def refused():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await tokens().get(KEY, refused)

    assert await tokens().get(KEY, provider) == "granted-1"


async def test_waiting_for_a_replica_that_never_comes_back_ends(tokens, database, clock):
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO tokens (tenant, account, fetching_until) VALUES ($1, $2, $3)",
            TENANT, KEY, clock.now() + timedelta(seconds=10 * FETCH_LEASE),
        )  # fmt: skip

    with pytest.raises(DatabaseUnavailable, match="no replica brought a token"):
        await tokens().get(KEY, asyncio.Event().wait)
