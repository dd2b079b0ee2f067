"""The console as a browser meets it: real database, real keys, real pages; only the clock is moved by hand."""

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from starlette.datastructures import QueryParams
from starlette.routing import Route

from app import console
from app.api import security
from app.api.app import create
from app.api.ports import Limits, Services
from app.console import listing, pages
from app.console.texts import TEXTS
from app.domain import cursors
from app.domain.decision import decide
from app.domain.diagnosis import explain
from app.domain.invoice import Amount, Answer, Cause, Diagnosis, Found, Outcome, Party, State
from app.domain.lanes import Rota
from app.domain.search import Position, Search
from app.domain.transition import Finding, move
from app.store import deliveries, schedule, settlement
from app.store.database import Database
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.intake import Intake
from app.store.invoices import Invoices
from app.store.keys import ApiKeys
from app.store.lateness import move_late
from app.store.moves import new_id
from app.store.schedule import Spending
from app.store.settlement import Checked
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, SELLER, admission, invoice, issued

KEY = security.mint().text
HERE = Path(console.__file__).parent
OURS = {"Sec-Fetch-Site": "same-origin"}
HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


class Healthy:
    async def ready(self):
        return []


@dataclass
class House:
    """One application with console over one database."""

    database: Database
    clock: object
    open_to_all: bool = True
    language: str = "zh"

    def __post_init__(self):
        self.invoices, self.keys = Invoices(self.database, POLICY), ApiKeys(self.database)
        services = Services(Intake(self.database, admission), self.keys, self.invoices, Healthy())
        self.app = create(services, clock=self.clock, limits=Limits(), version="1.2.3")
        pages.install(
            self.app, invoices=self.invoices, keys=self.keys, clock=self.clock,
            open_to_all=self.open_to_all, language=self.language, tenant=TENANT,
        )  # fmt: skip

    @asynccontextmanager
    async def browser(self, base_url="http://piaoda", **headers):
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=base_url, headers=headers) as browser:
            yield browser

    async def add_key(self, *scopes, text=KEY, tenant=TENANT):
        return await self.keys.add(tenant, "finance", security.digest(text), list(scopes), self.clock.now())


@pytest.fixture
def house(database, clock):
    return House(database, clock)


@pytest.fixture
async def browser(house):
    async with house.browser() as browsing:
        yield browsing


@pytest.fixture
def locked(database, clock):
    """A house whose visitors need a key."""
    return House(database, clock, open_to_all=False)


@pytest.fixture
async def visitor(locked):
    async with locked.browser() as browsing:
        yield browsing


async def sign_in(browser, key=KEY, headers=OURS, **fields):
    return await browser.post("/sign-in", data={"key": key, **fields}, headers=headers)


async def tell(database, *told):
    return [each.id for each in await accept(database, TENANT, [issued(one) for one in told], NOON, admission)]


async def ask(database, answer, now):
    """One round of questions, each of which gets `answer`."""
    held = schedule.lease(now + timedelta(minutes=1))
    claimed = await schedule.claim(
        database, TENANT, "proof", now, Rota().round(100, now), held, Spending(date(2026, 11, 20), 4, 5)
    )
    await settlement.settle(database, TENANT, [_checked(each, answer, now) for each in claimed.claims])


def _checked(claim, answer, now):
    decision, check_id, moved = decide(claim.case, answer, now, POLICY, 0.0), new_id(now), None
    if decision.cause:
        finding = Finding(decision.diagnosis, decision.answer.outcome, decision.answer.code)
        moved = move(claim.case.record, decision.cause, now, evidence=f"check:{check_id}", finding=finding)
    return Checked(claim, check_id, now, 0.2, decision, moved)


def found(told, **changes):
    view = Found(number=told.number, issued_on=date(2026, 11, 20), seller_tax_id=SELLER, amount=told.amount)
    return Answer(Outcome.FOUND_MATCH, "0001", found=replace(view, **changes))


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


# who may look


def own_routes(app):
    """Every address that OpenAPI does not describe, with its method."""
    described = app.openapi()["paths"]
    routes = (route for route in app.routes if isinstance(route, Route) and route.path not in described)
    return sorted({(route.path, method) for route in routes for method in route.methods})


async def test_whatever_openapi_does_not_describe_is_public_by_name_or_asks_for_a_session(locked, visitor):
    public = pages.PUBLIC | {"/openapi.json", "/docs"}
    routes = own_routes(locked.app)
    guarded = [(path, method) for path, method in routes if path not in public]
    assert {path for path, _ in guarded} == {"/", "/invoices", "/invoices/{invoice_id}"}
    for path, method in guarded:
        answer = await visitor.request(method, path.replace("{invoice_id}", new_id(NOON)))
        assert (answer.status_code, method in {"GET", "HEAD"}) == (401, True), (path, method)


async def test_the_console_is_no_part_of_openapi(house):
    assert all(path.startswith("/v1/") or path in {"/livez", "/readyz"} for path in house.app.openapi()["paths"])


@pytest.mark.parametrize("scope", ["invoices:read", "admin"])
async def test_a_key_that_may_read_opens_every_page(locked, visitor, scope):
    [known] = await tell(locked.database, invoice(1))
    await locked.add_key(scope)
    assert (await sign_in(visitor)).status_code == 303
    for path in ("/", "/invoices", f"/invoices/{known}"):
        assert (await visitor.get(path)).status_code == 200


async def test_a_key_that_may_not_read_is_told_so(locked, visitor):
    await locked.add_key("events:write", "webhooks:admin")
    answer = await sign_in(visitor)
    assert (answer.status_code, "无权查看发票" in answer.text) == (403, True)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("key", ["", "nonsense", KEY[:-1], "密钥", "\x00"], ids=["none", "plain", "cut", "han", "nul"])
async def test_a_wrong_key_opens_nothing(locked, visitor, key):
    await locked.add_key("admin")
    answer = await sign_in(visitor, key)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert "密钥无效" in answer.text


async def test_the_key_of_another_tenant_opens_nothing(locked, visitor):
    await locked.add_key("admin", tenant="other")
    assert (await sign_in(visitor)).status_code == 401


async def test_the_session_is_a_cookie_no_script_can_read_and_does_not_hold_the_key(locked, visitor):
    await locked.add_key("admin")
    cookie = (await sign_in(visitor)).headers["set-cookie"]
    assert re.fullmatch(r"piaoda=[0-9a-f.-]+; HttpOnly; Max-Age=43200; Path=/; SameSite=lax", cookie)
    assert security.digest(KEY).hex() not in cookie
    assert all(part not in cookie for part in KEY.split("_")[1:])


async def test_over_https_the_cookie_is_secure_and_ours_alone(locked):
    await locked.add_key("admin")
    async with locked.browser("https://piaoda") as secure:
        cookie = (await sign_in(secure)).headers["set-cookie"]
        assert cookie.startswith("__Host-piaoda=")
        assert "; Secure" in cookie
        assert (await secure.get("/")).status_code == 200


async def test_a_session_ends_with_its_key(locked, visitor):
    key_id = await locked.add_key("admin")
    await sign_in(visitor)
    await locked.keys.revoke(TENANT, key_id, NOON)
    assert (await visitor.get("/")).status_code == 401


async def test_a_session_ends_after_twelve_hours(locked, visitor, clock):
    await locked.add_key("admin")
    await sign_in(visitor)
    clock.pass_(hours=11, minutes=59)
    assert (await visitor.get("/")).status_code == 200
    clock.pass_(minutes=1)
    assert (await visitor.get("/")).status_code == 401


async def test_a_session_cannot_be_stretched_handed_to_another_key_or_made_up(locked, visitor):
    await locked.add_key("admin")
    other = await locked.add_key("admin", text=security.mint().text)
    await sign_in(visitor)
    key_id, expires, mac = visitor.cookies["piaoda"].split(".")
    forged = (f"{key_id}.{int(expires) + 1}.{mac}", f"{other}.{expires}.{mac}", f"{key_id}.{expires}.{'0' * 64}")
    for session in (*forged, "", "a.b.c", f"{key_id}.{expires}", f"{'x' * 36}.{expires}.{mac}", "9" * 5000):
        async with locked.browser(Cookie=f"piaoda={session}") as thief:
            assert (await thief.get("/")).status_code == 401


async def test_signing_out_takes_the_session_back(locked, visitor):
    await locked.add_key("admin")
    await sign_in(visitor)
    assert "finance" in (await visitor.get("/")).text
    assert (await visitor.post("/sign-out", headers=OURS)).headers["location"] == "/sign-in"
    assert (await visitor.get("/")).status_code == 401


async def test_the_sixth_guess_within_a_minute_is_refused_even_if_it_is_right(locked, visitor, clock):
    await locked.add_key("admin")
    assert [(await sign_in(visitor, "guess")).status_code for _ in range(6)] == [401] * 5 + [429]
    refused = await sign_in(visitor)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    clock.pass_(seconds=61)
    assert (await sign_in(visitor)).status_code == 303


async def test_those_who_know_a_key_may_sign_in_as_often_as_they_like(locked, visitor):
    await locked.add_key("admin")
    assert {(await sign_in(visitor)).status_code for _ in range(8)} == {303}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://piaoda"},
        {"Origin": "http://elsewhere"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
async def test_a_form_from_elsewhere_is_refused(locked, visitor, headers, path):
    await locked.add_key("admin")
    answer = await visitor.post(path, data={"key": KEY}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_over_plain_http_the_origin_tells_that_a_form_is_ours(locked, visitor):
    await locked.add_key("admin")
    assert (await sign_in(visitor, headers={"Origin": "http://piaoda"})).status_code == 303


async def test_a_form_that_never_ends_is_cut_off(visitor):
    assert (await sign_in(visitor, "k" * 10_000)).status_code == 413


async def test_signing_in_leads_to_where_the_visitor_wanted_to(locked, visitor):
    await locked.add_key("admin")
    asked = await visitor.get("/invoices?state=overdue&q=a%26b")
    assert 'name="next" value="/invoices?state=overdue&amp;q=a%26b"' in asked.text
    assert (await sign_in(visitor, next="/invoices?state=overdue")).headers["location"] == "/invoices?state=overdue"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nX: y", "x"])
async def test_signing_in_never_leads_elsewhere(locked, visitor, wanted):
    await locked.add_key("admin")
    answer = await sign_in(visitor, next=wanted)
    assert (answer.headers["location"], "x" in answer.headers) == ("/", False)


async def test_an_open_console_asks_nobody(browser):
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/sign-in")).headers["location"] == "/"


# what the pages say


async def test_the_overview_counts_and_names_what_needs_a_person_with_reason_and_next_step(house, browser, clock):
    seven = [invoice(n) for n in range(1, 8)]
    ids = await tell(house.database, *seven)
    await house.invoices.void(TENANT, ids[6], "key:ann", NOON, reason="issued twice")
    await house.invoices.resolve(TENANT, ids[5], "key:ann", NOON, reason="seen", evidence="screenshot")
    await ask(house.database, Answer(Outcome.NOT_FOUND, "0005", "no such invoice"), NOON + timedelta(hours=15))
    await move_late(house.database, TENANT, clock.pass_(hours=25), 100)
    page = await browser.get("/")
    said = text_of(page)
    for tile in ("待人工 0", "逾期 5", "待同步 0", "已同步 1", "已作废 1", "同步率 16.6%"):
        assert tile in said, tile
    told = explain(Diagnosis.NOT_FOUND, Outcome.NOT_FOUND, "0005", Cause.DEADLINE)
    assert [said.count(each) for each in (told.text["zh"], told.next_step["zh"], "处理同上")] == [5, 1, 4]
    assert all(each.number in said for each in seven)
    assert "开票已 1 天 1 小时" in said
    assert "<title>5 张待处理" in page.text


async def test_an_overdue_flood_does_not_hide_the_escalated(house, browser, clock):
    ids = await tell(house.database, *(invoice(n) for n in range(1, 10)))
    await move_late(house.database, TENANT, clock.pass_(hours=73), 100)
    await move_late(house.database, TENANT, clock.now(), 100)
    await tell(house.database, *(invoice(n, issued_at=NOON + timedelta(hours=40)) for n in range(10, 30)))
    await move_late(house.database, TENANT, clock.pass_(hours=1), 100)
    page = (await browser.get("/")).text
    needing = page[page.index('id="needing"') : page.index('id="latest"')]
    assert re.findall(r'class="state (\w+)"', needing) == ["escalated"] * 6 + ["overdue"] * 6
    assert "查看全部 29 张" in needing
    assert len(ids) == 9


async def test_amounts_have_separators_and_a_currency_and_times_are_beijings(house, browser):
    big = Amount(Decimal("1234567.00"), Decimal("0.50"), Decimal("1234567.50"))
    foreign = Amount(with_tax=Decimal("20.00"), currency="USD")
    red = Amount(with_tax=Decimal("-106.00"))
    net = Amount(without_tax=Decimal("100.00"), tax=Decimal("6.00"))
    told = [invoice(n, amount=each) for n, each in enumerate((big, foreign, red, net), 1)]
    await tell(house.database, *told)
    for path in ("/", "/invoices"):
        said = text_of(await browser.get(path))
        for shown in ("¥1,234,567.50", "USD 20.00", "-¥106.00", "¥106.00", "2026-11-20 12:00"):
            assert shown in said, (path, shown)


async def test_an_account_that_is_not_asked_says_so_in_words(house, browser):
    async with house.database.connection() as connection:
        await connection.execute(
            "INSERT INTO accounts (tenant, name, failures, openings, open_until) VALUES ($1, 'proof', 5, 1, $2)",
            TENANT, NOON + timedelta(minutes=5),
        )  # fmt: skip
        await connection.execute("UPDATE accounts SET last_failure_at = $1", NOON)
    said = text_of(await browser.get("/"))
    assert "1 个已暂停" in said
    assert re.search(r"proof\s+暂停查询", said)
    assert re.search(r"channel\s+正常", said)


async def test_the_list_filters_by_state_text_and_account(house, browser):
    ids = await tell(house.database, invoice(1, account="solo"), invoice(2, reference="bill_2"), invoice(3))
    await house.invoices.void(TENANT, ids[2], "key:ann", NOON, reason="wrong")
    for query, shown in {
        "state=voided": {3}, "state=pending&state=voided": {1, 2, 3}, "account=solo": {1}, "q=bill_2": {2},
        f"q=%20{invoice(1).number}%20": {1}, "q=&account=": {1, 2, 3}, "state=pending&account=solo&q=nothing": set(),
        "q=%25": set(), "q=%00": {1, 2, 3}, "state=synced": set(),
    }.items():  # fmt: skip
        page = await browser.get(f"/invoices?{query}")
        assert {n for n in (1, 2, 3) if f">{invoice(n).number}<" in page.text} == shown, query


async def test_the_pages_of_the_list_show_each_invoice_once(house, browser):
    told = [invoice(n, issued_at=NOON - timedelta(minutes=n % 7)) for n in range(120)]
    await tell(house.database, *told)
    for sort in listing.SORTS:
        address, seen = f"/invoices?sort={sort}&state=pending", []
        while address:
            page = (await browser.get(address)).text
            seen += re.findall(r'class="number" href="[^"]+">(\d{20})<', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = following and following[1].replace("&amp;", "&")
        assert sorted(seen) == sorted(each.number for each in told)


async def test_a_cursor_of_the_api_is_one_of_the_console(house, browser):
    ids = await tell(house.database, invoice(1), invoice(2, issued_at=NOON - timedelta(hours=1)))
    cursor = cursors.encode(Position(NOON, ids[0]), "-issued_at")
    page = await browser.get(f"/invoices?cursor={cursor}")
    assert (invoice(1).number in page.text, invoice(2).number in page.text) == (False, True)


@pytest.mark.parametrize("query", ["state=paid", "sort=number", "cursor=x", "cursor=e30", "state=pending&state=x"])
async def test_a_filter_that_makes_no_sense_is_refused_not_ignored(browser, query):
    answer = await browser.get(f"/invoices?{query}")
    assert (answer.status_code, "查询条件有误" in answer.text) == (400, True)


def test_an_address_says_its_search_back():
    search = Search(state=(State.PENDING, State.VOIDED), account=("a b",), q="x&y", sort="issued_at")
    said = QueryParams(listing.address(search).partition("?")[2])
    assert listing.search_of(said) == replace(search, limit=listing.LIMIT)


async def test_an_invoice_tells_its_story_with_differences_answers_deliveries_and_notes(house, browser, clock):
    await deliveries.declare(
        house.database, TENANT, [Subscription("wecom-finance", "wecom", ("invoice.escalated",), gather=0.0)]
    )
    told = invoice(1, reference="billing-8841", labels={"region": "beijing"})
    [known] = await tell(house.database, told)
    await ask(house.database, Answer(Outcome.NOT_FOUND, "0005", "查无此票"), clock.pass_(hours=1))
    other = found(told, amount=replace(told.amount, with_tax=Decimal("1999.00")))
    answer = replace(other, raw=lambda: '{"total":"1999.00"}', message="查询成功")
    await ask(house.database, answer, clock.pass_(hours=24))
    await house.invoices.note(TENANT, known, "key:ann", clock.pass_(minutes=5), text="已联系开票员")
    await house.invoices.acknowledge(
        TENANT, known, "key:bob", clock.now(), until=clock.now() + timedelta(hours=2), text=None
    )
    page = await browser.get(f"/invoices/{known}")
    said = text_of(page)
    for shown in (
        "待人工",
        "价税合计 106.00 1,999.00",
        '{"total":"1999.00"}',
        "升级通知 → wecom-finance",
        "待发送",
        "已联系开票员",
        "操作人：ann",
        "暂停提醒至 2026-11-21 15:05",
        "billing-8841",
        "region: beijing",
    ):
        assert shown in said.replace("&#34;", '"'), shown
    [rests_on] = re.findall(r'href="#(check-[^"]+)"', page.text)
    assert f'id="{rests_on}"' in page.text
    assert said.index("已联系开票员") < said.rindex("与底账不一致") < said.rindex("登记")


async def test_the_same_answer_many_times_is_folded_but_each_time_is_there(house, browser, clock):
    [known] = await tell(house.database, invoice(1))
    absent = Answer(Outcome.NOT_FOUND, "0005", "查无此票", raw=lambda: "its text")
    for _ in range(3):
        await ask(house.database, absent, clock.pass_(hours=24))
    page = (await browser.get(f"/invoices/{known}")).text
    assert page.count("<pre>its text</pre>") == 1
    await house.invoices.note(TENANT, known, "key:ann", clock.now(), text="已联系开票员")
    await ask(house.database, absent, clock.pass_(hours=24))
    assert (await browser.get(f"/invoices/{known}")).text.count("<pre>its text</pre>") == 2
    assert "共 3 次" in page
    assert page.count('<li class="check"') == 1
    assert page.count("<li><time") == 3


async def test_what_an_invoice_says_is_text_never_markup(house, browser):
    attack = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    [known] = await tell(
        house.database,
        invoice(1, seller=Party(SELLER, attack), buyer=Party(None, attack), reference=attack, labels={attack: attack}),
    )
    await house.invoices.note(TENANT, known, f"key:{attack}", NOON, text=attack)
    await house.invoices.void(TENANT, known, f"key:{attack}", NOON, reason=attack)
    for path in ("/", "/invoices", f"/invoices/{known}", f"/invoices?q={attack}"):
        page = (await browser.get(path)).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>" not in page
        assert "<img" not in page


async def test_pages_need_no_script_and_hold_none_of_their_own(house, browser):
    [known] = await tell(house.database, invoice(1))
    for path in ("/", "/invoices", f"/invoices/{known}", "/invoices/none"):
        page = (await browser.get(path)).text
        assert re.findall(r"<script(?! src=\"/static/)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []
    assert '<noscript><meta http-equiv="refresh"' in (await browser.get("/")).text


# instead of a page


@pytest.mark.parametrize("path", ["/invoices/none", "/invoices/018f0000-0000-7000-8000-000000000000"])
async def test_an_unknown_invoice_is_a_friendly_404(browser, path):
    answer = await browser.get(path)
    assert (answer.status_code, "没有这张发票" in answer.text) == (404, True)


async def test_an_unknown_address_is_a_page_for_a_browser_and_a_problem_for_a_program(browser):
    page = await browser.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, "页面不存在" in page.text) == (404, True)
    for path, wanted in (("/nothing", "*/*"), ("/v1/nothing", "text/html")):
        problem = await browser.get(path, headers={"Accept": wanted})
        assert (problem.status_code, problem.json()["code"]) == (404, "not_found")


async def test_without_the_database_a_page_says_so_and_tries_again_by_itself(clock):
    away = Database("postgresql://nobody@127.0.0.1:1/none", patience=0.2)
    for open_to_all in (True, False):
        house = House(away, clock, open_to_all=open_to_all)
        async with house.browser(Cookie=f"piaoda={new_id(NOON)}.9999999999.{'0' * 64}") as browser:
            for path in ("/", "/invoices", f"/invoices/{new_id(NOON)}"):
                answer = await browser.get(path)
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                assert '<meta http-equiv="refresh" content="5">' in answer.text
            assert (await sign_in(browser)).status_code == 503
            assert (await browser.get("/static/x/console.css")).status_code == 200


async def test_every_answer_carries_the_safety_headers(locked, visitor):
    [known] = await tell(locked.database, invoice(1))
    await locked.add_key("admin")
    shut = [await visitor.get(path) for path in ("/", "/sign-in", "/static/x/none.css", "/static/x/console.css")]
    shut.append(await sign_in(visitor))
    shown = [
        await visitor.get(path) for path in ("/", "/invoices", f"/invoices/{known}", "/invoices/none", "/?lang=en")
    ]
    for answer in (*shut, *shown):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:")
        assert "base-uri 'none'; frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


async def test_style_script_and_icon_are_kept_for_a_year_under_their_own_hash_only(browser):
    page = (await browser.get("/")).text
    addresses = re.findall(r'"(/static/[^"]+)"', page)
    assert sorted(address.rpartition("/")[2] for address in addresses) == ["console.css", "favicon.svg", "refresh.js"]
    for address in addresses:
        kept = await browser.get(address)
        assert (kept.status_code, kept.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        other = await browser.get(re.sub(r"[0-9a-f]{12}", "0" * 12, address))
        assert (other.content, other.headers["cache-control"]) == (kept.content, "no-store")


# languages


@pytest.mark.parametrize(
    ("query", "cookie", "header", "setting", "spoken"),
    [
        ("?lang=en", "zh", "zh", "zh", "en"),
        ("", "en", "zh", "zh", "en"),
        ("", "", "fr;q=0.9, en-GB;q=0.8, zh;q=0.1", "zh", "en"),
        ("", "", "zh-Hans-CN, en;q=0.9", "en", "zh"),
        ("", "", "en;q=0, zh;q=0.1", "en", "zh"),
        ("", "", "fr, *;q=0.5", "en", "en"),
        ("?lang=xx", "yy", ";;q=,,", "zh", "zh"),
    ],
)
async def test_a_choice_beats_the_browser_and_that_beats_the_setting(
    database, clock, query, cookie, header, setting, spoken
):
    house = House(database, clock, language=setting)
    headers = {"Accept-Language": header} | ({"Cookie": f"piaoda-lang={cookie}"} if cookie else {})
    async with house.browser(**headers) as browser:
        page = await browser.get(f"/{query}")
    assert f'<html lang="{ {"zh": "zh-CN", "en": "en"}[spoken] }">' in page.text


async def test_a_chosen_language_is_remembered(browser):
    await browser.get("/?lang=en")
    assert "Overview" in (await browser.get("/")).text


async def test_an_english_page_holds_no_chinese_but_data(house, clock):
    await deliveries.declare(house.database, TENANT, [Subscription("hook", "webhook", ("invoice.escalated",))])
    plain = Party(SELLER, "Sample Ltd")
    told = [invoice(n, seller=plain, buyer=plain, original=None) for n in range(1, 6)]
    ids = await tell(house.database, *told)
    await house.invoices.void(TENANT, ids[0], "key:ann", NOON, reason="issued twice")
    await ask(house.database, Answer(Outcome.NOT_FOUND, "0005", "no"), clock.pass_(hours=1))
    await ask(house.database, found(told[1], seller_tax_id="911101081000000999"), clock.pass_(hours=24))
    await house.invoices.check_now(TENANT, ids[1], "key:ann", clock.now())
    await move_late(house.database, TENANT, clock.now(), 100)
    async with house.browser(**{"Accept-Language": "en"}) as browser:
        for path in ("/", "/invoices", "/invoices?state=x", "/invoices/none", *(f"/invoices/{each}" for each in ids)):
            page = re.sub(r'<a [^>]*lang="zh-CN"[^>]*>中文</a>', "", (await browser.get(path)).text)
            assert HAN.findall(page) == [], path
    async with House(house.database, clock, open_to_all=False).browser(**{"Accept-Language": "en"}) as browser:
        pages_shown = [await browser.get("/"), await sign_in(browser, "no"), await sign_in(browser, headers={})]
        for page in pages_shown:
            assert HAN.findall(page.text.replace("中文", "")) == []


SOURCES = [file.read_text() for file in HERE.rglob("*") if file.suffix in {".html", ".py"} and file.name != "texts.py"]
QUOTED = {text for source in SOURCES for text in re.findall(r"""["']([a-z_]+(?:[./ -][a-z_./ -]*)?)["']""", source)}
FAMILIES = {text for source in SOURCES for text in re.findall(r'say\("([a-z_]+\.)" ~', source)} | {
    f"{family}." for source in SOURCES for family in re.findall(r'say\.word\("([a-z]+)"', source)
}


def test_the_catalogue_has_every_text_that_a_page_asks_for():
    asked = {text for source in SOURCES for text in re.findall(r"""say\(["']([^"']+)["'][,)]""", source)}
    asked |= {text for source in SOURCES for text in re.findall(r'row\("([^"]+)"', source)}
    asked |= {f"hint.{state}" for state in State} | {f"sort.{sort}" for sort in listing.SORTS}
    reasons = {
        found for source in SOURCES for found in re.findall(r'(?:Refusal\(.*|not_found\(|needed\()"(\w+)"', source)
    }
    reasons |= {found for source in SOURCES for found in re.findall(r'reason: str = "(\w+)"', source)}
    asked |= {f"refused.{reason}{part}" for reason in reasons for part in ("", ".next")}
    assert len(asked) > 100
    assert asked - TEXTS.keys() == set()


def test_the_catalogue_has_nothing_that_no_page_asks_for():
    assert {key for key in TEXTS if key not in QUOTED and not key.startswith(tuple(FAMILIES))} == set()


def test_every_text_is_there_in_both_languages_with_the_same_places():
    for key, words in TEXTS.items():
        assert set(words) == {"zh", "en"}, key
        assert all(text.strip() for text in words.values()), key
        assert sorted(re.findall(r"{\w+}", words["zh"])) == sorted(re.findall(r"{\w+}", words["en"])), key
        assert not HAN.search(words["en"]), key
