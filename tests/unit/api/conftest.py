import pytest

from tests.unit.api.standin import House


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def client(house):
    async with house.client() as talking:
        yield talking
