"""/docs: the description as a page. One rule: it works where no other host can be reached and no script runs."""

import re

from tests.contract.description import ours
from tests.unit.api.standin import House


async def shown():
    async with House().client(key=None) as client:
        return await client.get("/docs")


async def test_it_asks_no_other_host_and_runs_nothing():
    answer = await shown()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert not re.search(r"<script|<link|<img|<iframe|\sstyle=|\son\w+=|src=", answer.text)
    assert all(link.startswith(("#", "/")) for link in re.findall(r'href="([^"]*)"', answer.text))


async def test_it_shows_every_operation_and_schema_and_leads_nowhere_in_vain():
    house = House()
    async with house.client() as client:
        text = (await client.get("/docs")).text
    places = set(re.findall(r'id="([^"]+)"', text))
    assert {link[1:] for link in re.findall(r'href="(#[^"]+)"', text)} <= places
    for calls in house.app.openapi()["paths"].values():
        assert {operation["operationId"] for operation in calls.values()} <= places
    assert {f"schema-{name}" for name in ours().document["components"]["schemas"]} <= places
    assert len(text.encode()) < 1_000_000
