"""A simulator on a real socket, a clock that stands still until moved, a client's hand for each dialect."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from app.simulator.app import create
from app.simulator.serving import Protocol, serving

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Beijing
QUERY = "nuonuo.ElectronInvoice.queryInvoiceResult"
SECRET = "demo-secret-not-real"


class StoppedClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the simulator never waits on its clock")

    def set(self, now: datetime) -> None:
        self._now = now

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)


class Tax:
    """Registers, switches and asks, over HTTP only."""

    def __init__(self, url: str, clock: StoppedClock) -> None:
        self.http = httpx2.Client(base_url=url, trust_env=False, timeout=5)
        self.clock = clock

    def register(self, **asked: Any) -> dict[str, Any]:
        invoice = {**self.invoice(), **asked}
        assert self.http.post("/admin/invoices", json=invoice).raise_for_status()
        return invoice

    def invoice(self) -> dict[str, Any]:
        return {
            "number": "26112000000000000001",
            "kind": "digital_ordinary",
            "issued_at": self.clock.now().isoformat(),
            "seller": {"tax_id": "911101081000000166", "name": "北京示例餐饮有限公司"},
            "buyer": {"tax_id": "91110105100000024M", "name": "北京示例科技发展有限公司"},
            "amount": {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00"},
            "handle": {"serial_no": "26112309300000000001", "order_no": "ORDER1"},
        }

    def change(self, number: str = "26112000000000000001", **asked: Any) -> dict[str, Any]:
        answer = self.http.patch(f"/admin/invoices/{number}", json=asked).raise_for_status().json()
        return dict(answer)

    def behave(self, **patch: Any) -> None:
        self.http.patch("/admin/behaviour", json=patch).raise_for_status()

    def ledger(self, **filters: Any) -> dict[str, Any]:
        return dict(self.http.get("/admin/ledger", params=filters).raise_for_status().json())

    def baidu_token(self, key: str = "demo-key", secret: str = SECRET) -> httpx2.Response:
        grant = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        return self.http.post("/oauth/2.0/token", params=grant)

    def verify(self, invoice: dict[str, Any], token: str | None = None, **form: str) -> httpx2.Response:
        """A check by what the invoice says, unless `form` says otherwise."""
        issued = datetime.fromisoformat(invoice["issued_at"]) + timedelta(hours=8)
        asked = {
            "invoice_code": invoice.get("code") or "",
            "invoice_num": invoice["number"],
            "invoice_date": f"{issued:%Y%m%d}",
            "invoice_type": "elec_invoice_normal",
            "check_code": "",
            "total_amount": invoice["amount"]["with_tax"],
        } | form
        params = {"access_token": token or self.baidu_token().json()["access_token"]}
        return self.http.post("/rest/2.0/ocr/v1/vat_invoice_verification", params=params, data=asked)

    def check(self, invoice: dict[str, Any], **form: str) -> str:
        """The code a check answers, wherever it stands; a success is only believed inside words_result."""
        body = self.verify(invoice, **form).json()
        return str(body.get("error_code") or body.get("VerifyResult") or body["words_result"]["VerifyResult"])

    def nuonuo_token(self, secret: str = SECRET, key: str = "demo-app") -> dict[str, Any]:
        grant = {"client_id": key, "client_secret": secret, "grant_type": "client_credentials"}
        return dict(self.http.post("/accessToken", data=grant).json())

    def query(
        self,
        asked: Any,
        *,
        token: str | None = None,
        secret: str = SECRET,
        method: str = QUERY,
        appkey: str = "demo-app",
    ) -> httpx2.Response:
        """A signed query; `asked` is the business JSON."""
        body = json.dumps(asked, ensure_ascii=False).encode()
        query = {"senid": "a" * 32, "nonce": "12345678", "timestamp": "1700000000", "appkey": appkey}
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "X-Nuonuo-Sign": _sign(secret, query, body),
            "accessToken": token or self.nuonuo_token()["access_token"],
            "userTax": "911101081000000166",
            "method": method,
        }
        return self.http.post(f"/open/v1/services?{urlencode(query)}", content=body, headers=headers)

    def status(self, serial: str = "26112309300000000001") -> str:
        """The channel's status of one invoice, or the code of its refusal."""
        body = self.query({"serialNos": [serial], "isOfferInvoiceDetail": "0"}).json()
        return str(body["result"][0]["status"]) if body["result"] else str(body["code"])


def _sign(secret: str, query: dict[str, str], body: bytes) -> str:
    text = "a=services&l=v1&p=open&k={appkey}&i={senid}&n={nonce}&t={timestamp}&f=".format(**query)
    return base64.b64encode(hmac.new(secret.encode(), text.encode() + body, hashlib.sha1).digest()).decode()


@pytest.fixture(scope="session")
def running() -> Iterator[Tax]:
    """One simulator for all tests of a worker; each test starts it afresh through its own admin API."""
    clock = StoppedClock(MORNING)
    with serving(create(clock)) as url:
        hand = Tax(url, clock)
        yield hand
        hand.http.close()


@pytest.fixture
def tax(running: Tax) -> Tax:
    running.clock.set(MORNING)
    running.http.post("/admin/reset").raise_for_status()
    return running


@pytest.fixture
def start() -> Iterator[Callable[..., Tax]]:
    """Starts further simulators: their own seed, or another HTTP implementation beneath."""
    with ExitStack() as open_until_the_end:

        def started(http: Protocol = "auto", **options: Any) -> Tax:
            clock = StoppedClock(MORNING)
            url = open_until_the_end.enter_context(serving(create(clock, **options), http=http))
            hand = Tax(url, clock)
            open_until_the_end.callback(hand.http.close)
            return hand

        yield started
