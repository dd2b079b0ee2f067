import pytest

from tests.contract.description import hold_to_it
from tests.unit.api.standin import House


@pytest.fixture(autouse=True)
def answers_are_as_described(monkeypatch):
    hold_to_it(monkeypatch)


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def client(house):
    async with house.client() as talking:
        yield talking
