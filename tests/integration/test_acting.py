"""The incident pages, and the page behind a signed link, as browsers, mail scanners and thieves meet them."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote

import pytest

from app.api import security
from app.console import pages
from app.console.desk import Desk
from app.domain import links
from app.domain.acting import Act, People, Person
from app.domain.links import Claim
from app.store import used_links
from tests.conftest import NOON, TENANT
from tests.integration.incidents import KEY, Doors, add_incident, tell
from tests.integration.store.conftest import invoice

OURS = {"Sec-Fetch-Site": "same-origin"}
SECRET = links.key_of(b"a secret of this test, long enough")
HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PEOPLE = People({"li": Person("li"), "wang": Person("wang", frozenset({Act.CHECK}))})


@dataclass
class House(Doors):
    """One application with console."""

    open_to_all: bool = False
    language: str = "zh"
    key: bytes | None = field(default=SECRET)

    def __post_init__(self):
        super().__post_init__()
        pages.install(
            self.app, invoices=self.invoices, keys=self.keys, clock=self.clock, open_to_all=self.open_to_all,
            language=self.language, tenant=TENANT, desk=Desk(self.incidents, TENANT, people=PEOPLE, key=self.key),
        )  # fmt: skip

    def browser(self):
        return self.client(key=None)


@pytest.fixture
def house(database, clock):
    return House(database, clock)


@pytest.fixture
async def browser(house):
    async with house.browser() as browsing:
        yield browsing


@pytest.fixture
async def known(database):
    ids = await tell(database, *(invoice(n, account="solo") for n in (1, 2)))
    return await add_incident(database, *ids)


@pytest.fixture
def state(database):
    """What acting leaves behind: who acknowledged, silences, requested questions, links used."""

    async def fetch():
        async with database.connection() as connection:
            return tuple(
                [
                    await connection.fetchval(statement)
                    for statement in (
                        "SELECT max(acknowledged_by) FROM incidents",
                        "SELECT count(*) FROM silences",
                        "SELECT count(*) FROM schedule WHERE requested",
                        "SELECT count(*) FROM used_links",
                    )
                ]
            )

    return fetch


NOTHING = (None, 0, 0, 0)


def link(incident, act=Act.ACKNOWLEDGE, person="li", lasts=timedelta(days=1), nonce=b"123456789", key=SECRET):
    return f"/act/{links.sign(key, Claim(act, incident, 'finance', person, NOON + lasts, nonce))}"


async def press(browser, address, headers=OURS, **fields):
    return await browser.post(address, data=fields, headers=headers)


async def sign_in(house, browser, *scopes):
    await house.add_key(*scopes)
    return await browser.post("/sign-in", data={"key": KEY}, headers=OURS)


# signed links


@pytest.mark.parametrize("act", list(Act))
async def test_looking_at_a_link_changes_nothing_however_often(browser, known, state, act):
    for method in ("GET", "HEAD", "GET", "GET", "HEAD"):
        answer = await browser.request(method, link(known, act))
        assert answer.status_code == 200
    assert await state() == NOTHING


async def test_the_page_says_what_the_button_does_and_for_how_long(browser, known):
    said = (await browser.get(link(known))).text
    for words in ("发票逾期未同步", "solo", "2026-11-20 16:00 之前不再提醒", "我来处理", "以 li 的名义"):
        assert words in said, words
    said = (await browser.get(link(known, Act.SILENCE))).text
    for words in ("至 2026-11-20 13:00", "至 2026-11-20 16:00", "至 2026-11-23 09:00"):
        assert words in said, words


async def test_the_page_speaks_english_too(browser, known, house):
    for act in Act:
        page = await browser.get(link(known, act), headers={"Accept-Language": "en"})
        assert HAN.findall(page.text.replace("中文", "").replace("北京示例餐饮有限公司", "")) == []


@pytest.mark.parametrize(
    ("act", "fields", "left"),
    [
        (Act.ACKNOWLEDGE, {}, ("li", 0, 0, 1)),
        (Act.SILENCE, {"lasting": "morning"}, (None, 1, 0, 1)),
        (Act.CHECK, {}, (None, 0, 2, 1)),
    ],
)
async def test_the_button_acts_once(browser, known, state, act, fields, left):
    address = link(known, act)
    done = await press(browser, address, **fields)
    assert (done.status_code, 'role="status"' in done.text) == (200, True)
    assert await state() == left
    again = await press(browser, address, **fields)
    assert (again.status_code, "链接已使用" in again.text) == (410, True)
    assert (await browser.get(address)).status_code == 410
    assert await state() == left


async def test_a_silence_by_link_is_of_the_scope_of_the_incident_and_ends_when_it_said(browser, known, database):
    await press(browser, link(known, Act.SILENCE), lasting="morning")
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM silences")
    assert row["matchers"] == {"cause": ["deadline"], "account": ["solo"]}
    assert (row["ends_at"] - NOON, row["author"]) == (timedelta(days=2, hours=21), "li")


@pytest.mark.parametrize("lasting", ["", "1y", "9999d"])
async def test_no_other_time_can_be_asked_for(browser, known, state, lasting):
    assert (await press(browser, link(known, Act.SILENCE), lasting=lasting)).status_code == 400
    assert await state() == NOTHING


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere"}])
async def test_a_form_from_elsewhere_does_nothing(browser, known, state, headers):
    assert (await press(browser, link(known), headers=headers)).status_code == 403
    assert await state() == NOTHING


async def test_a_link_that_has_expired_says_so(browser, known, state, clock):
    address = link(known)
    clock.pass_(days=1)
    for answer in (await browser.get(address), await press(browser, address)):
        assert (answer.status_code, "链接已过期" in answer.text) == (410, True)
    assert await state() == NOTHING


async def test_a_link_that_was_changed_is_none_of_ours(browser, known, state):
    token = unquote(link(known).removeprefix("/act/"))
    forged = [token[:-2], "B" + token[1:], token[:20] + ("A" if token[20] != "A" else "B") + token[21:], "x", "%00"]
    forged.append(link(known, key=links.key_of(b"another")).removeprefix("/act/"))
    for each in forged:
        for answer in (await browser.get(f"/act/{each}"), await press(browser, f"/act/{each}")):
            assert (answer.status_code, "链接无效" in answer.text) == (404, True), each
    assert await state() == NOTHING


async def test_without_a_secret_no_link_is_ours(database, clock, known):
    async with House(database, clock, key=None).browser() as browser:
        assert (await browser.get(link(known, key=bytes(32)))).status_code == 404


async def test_a_person_who_may_not_is_refused(browser, known, state):
    for person in ("wang", "gone"):
        address = link(known, person=person)
        for answer in (await browser.get(address), await press(browser, address)):
            assert (answer.status_code, "您没有这项权限" in answer.text) == (403, True)
    assert await state() == NOTHING


async def test_a_link_for_a_group_asks_who_it_is_and_comes_back(house, browser, known, state):
    address = link(known, person="")
    asked = await browser.get(address)
    assert (asked.status_code, f'name="next" value="{address}"' in asked.text) == (401, True)
    assert (await press(browser, address)).status_code == 401
    await sign_in(house, browser, "invoices:read", "invoices:act")
    assert "以 ann 的名义" in (await browser.get(address)).text
    assert await state() == NOTHING
    await press(browser, address)
    assert await state() == ("ann", 0, 0, 1)


@pytest.mark.parametrize("open_to_all", [True, False])
async def test_who_may_only_look_does_nothing(database, clock, known, state, open_to_all):
    house = House(database, clock, open_to_all=open_to_all)
    async with house.browser() as browser:
        await sign_in(house, browser, "invoices:read")
        assert (await browser.get(link(known, person=""))).status_code == 401
        for address in (link(known, person=""), *(f"/incidents/{known}/{deed}" for deed in (*Act, "unacknowledge"))):
            assert (await press(browser, address, lasting="1h")).status_code == 401
        assert "do" not in re.findall(r"<form action=\"/incidents/[^\"]+\"", (await browser.get("/incidents")).text)
    assert await state() == NOTHING


async def test_an_incident_that_is_over_takes_nothing_and_says_so(browser, database, state):
    over = await add_incident(database, state="resolved")
    for answer in (await browser.get(link(over)), await press(browser, link(over))):
        assert (answer.status_code, "已经结束" in answer.text, 'action="/act/' in answer.text) == (200, True, False)
    assert (await state())[:3] == NOTHING[:3]


async def test_used_links_are_forgotten_when_they_have_expired(browser, database, known, state):
    await press(browser, link(known))
    await used_links.forget(database, TENANT, NOON + timedelta(hours=23))
    assert (await state())[3] == 1
    await used_links.forget(database, TENANT, NOON + timedelta(hours=25))
    assert (await state())[3] == 0


# the pages of the console


async def test_the_pages_tell_what_is_wrong_in_both_languages(house, browser, database, known):
    await sign_in(house, browser, "invoices:read")
    await add_incident(database, cause="outage", account="channel", state="draining")
    await add_incident(database, cause="endpoint", account="", endpoint="erp", state="resolved")
    page = (await browser.get("/incidents")).text
    for words in (
        "发票逾期未同步",
        "税务系统查询故障",
        "已恢复，等待补查",
        "最近结束",
        "erp",
        "2 / 2",
        "2 起未结束",
        "无人处理",
    ):
        assert words in page, words
    assert "<button" not in page[page.index("<main") :]
    assert 'href="/incidents" aria-current="page"' in page
    one = (await browser.get(f"/incidents/{known}")).text
    assert invoice(1).number in one
    for path in ("/incidents", f"/incidents/{known}"):
        english = (await browser.get(path, headers={"Accept-Language": "en"})).text
        assert HAN.findall(english.replace("中文", "").replace("北京示例餐饮有限公司", "")) == []


async def test_who_may_act_has_buttons_that_do_it(house, browser, known, state):
    await sign_in(house, browser, "invoices:read", "invoices:act")
    for path in ("/incidents", f"/incidents/{known}"):
        assert f'action="/incidents/{known}/acknowledge"' in (await browser.get(path)).text
    for deed in ("acknowledge", "silence", "check"):
        answer = await press(browser, f"/incidents/{known}/{deed}", lasting="1h")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{known}")
    assert await state() == ("ann", 1, 2, 0)
    assert "ann 处理中，至 2026-11-20 16:00" in (await browser.get(f"/incidents/{known}")).text
    await press(browser, f"/incidents/{known}/unacknowledge")
    assert (await state())[0] is None


async def test_a_button_pressed_from_elsewhere_or_without_session_does_nothing(house, browser, known, state):
    assert (await press(browser, f"/incidents/{known}/acknowledge")).status_code == 401
    await sign_in(house, browser, "admin")
    assert (await press(browser, f"/incidents/{known}/acknowledge", headers={})).status_code == 403
    assert await state() == NOTHING


@pytest.mark.parametrize("name", ["019aa000-0000-7000-8000-000000000001", "1", "%00"])
async def test_an_incident_that_is_not_there_is_404(house, browser, name):
    await sign_in(house, browser, "admin")
    assert (await browser.get(f"/incidents/{name}")).status_code == 404
    for deed in ("acknowledge", "unacknowledge", "destroy"):
        assert (await press(browser, f"/incidents/{name}/{deed}")).status_code == 404


async def test_an_incident_that_is_over_refuses_its_buttons(house, browser, database):
    await sign_in(house, browser, "admin")
    over = await add_incident(database, state="resolved")
    assert (await press(browser, f"/incidents/{over}/acknowledge")).status_code == 409


async def test_every_page_needs_a_session(browser, known):
    for path in ("/incidents", f"/incidents/{known}"):
        assert (await browser.get(path)).status_code == 401


async def test_another_tenants_key_opens_nothing(house, browser, known, state):
    await house.add_key("admin", text=security.mint().text, tenant="other")
    assert (await browser.get("/incidents")).status_code == 401
    assert await state() == NOTHING
