"""What every story tells with: synthetic invoices, the usual configuration, and short words for long ways.

One rule: a story speaks HTTP to the processes; the database is opened only to check that nothing was left behind.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from app.simulator.invoices import Generator, tax_id
from tests.processes import BAIDU_SECRET, KEY, NUONUO_SECRET, Service, until
from tests.receiver import SECRET
from tests.town import Town

BUYER = {"tax_id": tax_id("110108", 77), "name": "机密示例采购有限公司"}
WECOM_KEY, SLACK_PATH = "6f1f4a52-not-a-real-key", "T00000000-B00000000-not-real"
ERP, FINANCE, GROUP, DUTY = "erp/main", f"slack/{SLACK_PATH}", "wecom/group", "wecom/duty"
OFFICE, NIGHT = "wecom/office", "wecom/night"
EACH = ["invoice.overdue", "invoice.escalated", "invoice.changed", "invoice.synced"]
SOON = "digital_special"  # the kind whose deadlines both pass within the story
LATE = "vat_ordinary_electronic"  # the kind that is overdue soon and escalated never
TIRELESS = ["01:30", "03:00", "04:30", "06:00", "07:30", "09:00", "10:30", "12:00"]
RECALLABLE = "vat_special"  # a kind that can be voided at the authority

Document = dict[str, Any]


def configuration(simulator: str, receiver: str) -> Document:
    """piaoda.yaml of the stories. `proof` proves `channel`, nobody proves `solo` and `slow`.

    `eager` and `tireless` would ask more often than a day allows. `office` hears of incidents, `night` where a
    story says so; the other rooms hear of each invoice.
    """
    quick = {"gather": "0.1s", "timeout": "5s"}
    return {
        "accounts": {
            "channel": nuonuo(simulator, proof="proof"),
            "solo": nuonuo(simulator),
            "slow": nuonuo(simulator, limits={"timeout": "10s"}),
            "proof": baidu(simulator, ["30s", "1m", "3m", "6m", "10m"]),
            "eager": baidu(simulator, ["10s", "20s", "30s", "40s", "50s", "1m", "2m"]),
            "tireless": baidu(simulator, ["0s"], daily_at=TIRELESS),
        },
        "deadlines": {
            "kinds": {
                SOON: {"overdue_after": "2m", "escalate_after": "6m"},
                LATE: {"overdue_after": "2m", "escalate_after": "60d"},
            },
            "grace": "0s",
        },
        "rechecks": {"after": ["3m", "6m"], "month_end": False},
        "breaker": {"pause": "10s", "longest_pause": "20s"},
        "destinations": {
            "erp": {"kind": "webhook", "url": f"{receiver}/{ERP}", "secrets": [SECRET], "timeout": "5s"},
            "finance": {"kind": "slack", "url": f"{receiver}/{FINANCE}", "events": EACH, **quick},
            "group": {"kind": "wecom", "url": f"{receiver}/{GROUP}?key={WECOM_KEY}", "events": EACH, **quick},
            "duty": {
                "kind": "wecom", "url": f"{receiver}/{DUTY}?key={WECOM_KEY}", **quick,
                "events": ["invoice.escalated", "invoice.synced"],
            },
            "office": {"kind": "wecom", "url": f"{receiver}/{OFFICE}?key={WECOM_KEY}", **quick},
            "night": {"kind": "wecom", "url": f"{receiver}/{NIGHT}?key={WECOM_KEY}", **quick},
        },
        "alerts": {"levels": [{"to": ["office"]}], "gather": "20s", "outage": {"patience": "30s", "steady": "30s"}},
        "egress": {"allow": ["127.0.0.1"]},
        "loops": {"poll_every": "0.1s", "watch_every": "0.2s", "notify_every": "0.1s"},
    }  # fmt: skip


def nuonuo(simulator: str, **changes: Any) -> Document:
    return {
        "adapter": "nuonuo",
        "url": f"{simulator}/open/v1/services",
        "token_url": f"{simulator}/accessToken",
        "credentials": {"app_key": "demo-app", "app_secret": NUONUO_SECRET},
        "limits": {"rate": 200, "concurrency": 8, "timeout": "1s"},
        "plan": {"ladder": ["10s", "30s", "1m"], "every": "1m"},
        **changes,
    }


def baidu(simulator: str, ladder: Sequence[str], **rhythm: Any) -> Document:
    return {
        "adapter": "baidu",
        "url": f"{simulator}/rest/2.0/ocr/v1/vat_invoice_verification",
        "token_url": f"{simulator}/oauth/2.0/token",
        "credentials": {"api_key": "demo-key", "secret_key": BAIDU_SECRET},
        "limits": {"rate": 200, "concurrency": 16, "timeout": "1s"},
        "plan": {"ladder": list(ladder), **(rhythm or {"every": "10m"})},
    }


@dataclass
class Story:
    """One replica of a town, and what it was told so far: `told` is the id that was acknowledged, by (number, code)."""

    town: Town
    service: Service
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    _generator: Generator = field(default_factory=lambda: Generator(20261122))

    def invoice(self, kind: str = "digital_ordinary", account: str | None = "channel", **changes: Any) -> Document:
        """A synthetic invoice of `kind`, issued now; its buyer must never be seen in a log."""
        made = (self._generator.invoice(self.town.tempo.now()) for _ in range(1000))
        return {**next(one for one in made if one["kind"] == kind), "account": account, "buyer": BUYER, **changes}

    def issue(self, invoice: Document, **fate: Any) -> str:
        """The tax system's fate for it first, then the billing system's event; the id it got."""
        self.town.simulator.register(invoice, **fate)
        return self.tell(invoice)

    def tell(self, invoice: Document) -> str:
        reply = self.service.call("POST", "/v1/events", json=invoice)
        assert reply.status_code == 202, reply.text
        self.told[invoice["number"], invoice["code"] or ""] = reply.json()["id"]
        return str(reply.json()["id"])

    def state(self, invoice_id: str) -> str:
        return str(self.service.get(f"/v1/invoices/{invoice_id}")["state"])

    def becomes(self, invoice_id: str, state: str) -> None:
        until(lambda: self.state(invoice_id) == state, f"the invoice becomes {state}")

    def history(self, invoice_id: str, entry: str) -> list[Document]:
        """Its time line, `transition`, `check`, `delivery` or `note`, oldest first."""
        items = self.service.get(f"/v1/invoices/{invoice_id}/history")["items"]
        return [item for item in items if item["entry"] == entry]

    def moves(self, invoice_id: str) -> list[tuple[int, str | None, str, str]]:
        """Its transitions as (sequence, before, after, cause)."""
        told = self.history(invoice_id, "transition")
        return [(one["sequence"], one["before"], one["after"], one["cause"]) for one in told]

    def webhooks(self, invoice: Document, count: int) -> list[Document]:
        """What the ERP was told about it, once it is `count` messages; then no more may have come."""

        def look() -> list[Document]:
            return self.town.receiver.payloads(ERP, invoice["number"])

        until(lambda: len(look()) >= count, f"the ERP is told {count} times")
        return look()

    def chats(self, room: str, invoice: Document) -> list[str]:
        """What a chat room was told about it, as people read it."""
        number = invoice["number"]
        short = f"{number[:4]}…{number[-4:]}" if len(number) > len("12345678") else number
        return [hit.words for hit in self.town.receiver.hits(room) if short in hit.words]


def leaks(story: Story) -> list[str]:
    """Secrets and buyers in anything any process of the town has said, except the first key where it is announced."""
    tokens = [row["value"] for row in rows(story.town.database_url, "SELECT value FROM tokens WHERE value IS NOT NULL")]
    wanted = [KEY, NUONUO_SECRET, SECRET, WECOM_KEY, SLACK_PATH, *BUYER.values(), *tokens]
    said = "\n".join(one.log + one.words for one in story.town.services)
    assert '"event": "check"' in said, "there is no log to search"
    return [secret for secret in wanted if secret in said]


def rows(database_url: str, statement: str, *values: Any) -> list[Mapping[str, Any]]:
    """What the database holds."""

    async def fetch() -> list[Mapping[str, Any]]:
        connection = await asyncpg.connect(database_url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def outcomes(checks: Iterable[Document]) -> list[str]:
    return [check["outcome"] for check in checks]
