"""The console in a real browser: `make browser`. Chromium is taken from the PATH; without it these tests fail."""

import asyncio
import shutil
import socket
from datetime import timedelta

import pytest
import uvicorn

from app.store.invoices import Invoices
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, invoice
from tests.integration.test_console import KEY, House, tell

pytestmark = pytest.mark.browser
SIZES = [(1440, 900), (380, 800)]
PATIENCE = 20_000  # milliseconds; the pages refresh every five seconds
RESOLVED = "--host-resolver-rules=MAP console.test 127.0.0.1"


@pytest.fixture
async def serve():
    """Serves a house on a free port of 127.0.0.1 and tells its address."""
    servers = []

    async def start(house):
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(house.app, log_config=None, lifespan="off"))
        servers.append((server, asyncio.create_task(server.serve(sockets=[listener]))))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, task in servers:
        server.should_exit = True
        await task


@pytest.fixture
async def chromium():
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only this marker's tests need it

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", RESOLVED]
        )
        yield browser
        await browser.close()


async def opened(chromium, address, size=SIZES[0], **options):
    """A page, and the list of everything its console complains about."""
    width, height = size
    context = await chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
    page, complaints = await context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    return page, complaints


async def shows(page, selector, text):
    # Not wait_for_function: the policy forbids its eval.
    await page.locator(selector, has_text=text).wait_for(timeout=PATIENCE)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_its_window_and_breaks_no_policy(serve, chromium, database, clock, size, scheme):
    ids = await tell(database, *(invoice(n, reference="r" * 60) for n in range(30)))
    address = await serve(House(database, clock))
    for path in ("/", "/invoices", f"/invoices/{ids[0]}"):
        page, complaints = await opened(chromium, address + path, size, color_scheme=scheme)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert complaints == []


async def test_figures_change_by_themselves_and_nothing_scrolls(serve, chromium, database, clock):
    ids = await tell(database, *(invoice(n) for n in range(12)))
    page, complaints = await opened(chromium, await serve(House(database, clock)), SIZES[1])
    await page.evaluate("scrollTo(0, 700)")
    before = await page.evaluate("scrollY")
    await Invoices(database, POLICY).void(TENANT, ids[0], "key:ann", NOON + timedelta(hours=1), reason="wrong")
    await shows(page, ".tile.voided strong", "1")
    assert (before, await page.evaluate("scrollY"), complaints) == (700, 700, [])


async def test_what_somebody_marks_stays_marked(serve, chromium, database, clock):
    await tell(database, invoice(1))
    page, _ = await opened(chromium, await serve(House(database, clock)))
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('#latest .number'))")
    await tell(database, invoice(2))
    await shows(page, ".tile.pending strong", "2")
    assert await page.evaluate("getSelection().toString()") == invoice(1).number
    await page.evaluate("getSelection().removeAllRanges()")
    await page.locator("#latest .number").nth(1).wait_for(timeout=PATIENCE)


async def test_a_lost_connection_is_said_and_so_is_its_end(serve, chromium, database, clock):
    page, _ = await opened(chromium, await serve(House(database, clock)))
    await page.context.set_offline(True)
    await page.wait_for_selector("#stale", state="visible", timeout=PATIENCE)
    await page.context.set_offline(False)
    await page.wait_for_selector("#stale", state="hidden", timeout=PATIENCE)


@pytest.mark.parametrize("host", ["127.0.0.1", "console.test"], ids=["trusted", "plain http"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_person_signs_in_filters_looks_and_signs_out(serve, chromium, database, clock, script, host):
    house = House(database, clock, open_to_all=False)
    await house.add_key("invoices:read")
    await tell(database, invoice(1), invoice(2))
    address = (await serve(house)).replace("127.0.0.1", host)
    page, _ = await opened(chromium, f"{address}/invoices?state=pending", java_script_enabled=script)
    await page.fill("input[name=key]", KEY)
    await page.click("main button")
    await page.wait_for_url("**/invoices?state=pending")
    await page.fill("main input[name=q]", invoice(2).number)
    await page.click("main button")
    await page.click("td .number")
    await page.wait_for_selector("h1 .number")
    assert await page.inner_text("h1 .number") == invoice(2).number
    await page.click("header button")
    await page.wait_for_url("**/sign-in")
    await page.goto(address)
    assert await page.locator("input[name=key]").count() == 1
