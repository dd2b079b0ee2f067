"""A billing system under load: tells many invoices at once, and again where it does not know what became of them.

One rule: a lost connection and a 5xx mean *unknown*, never "it failed"; a 2xx is remembered and held against us.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import httpx2

from tests.processes import KEY, PATIENCE

TOGETHER = 16
_UNKNOWN = {429, 500, 502, 503, 504}


class Billing:
    """`address` gives the service's present URL: a restarted one has another. `told`: ids acknowledged, by identity."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self._client = httpx2.Client(timeout=10, headers={"authorization": f"Bearer {KEY}"})
        self.told: dict[tuple[str, str], str] = {}
        self.voided: set[tuple[str, str]] = set()
        self.unknown = 0

    def tell(self, invoices: Iterable[Mapping[str, Any]]) -> None:
        """Tells all, sixteen at a time; returns when each is acknowledged."""
        with ThreadPoolExecutor(TOGETHER) as pool:
            list(pool.map(self.issue, invoices))

    def issue(self, invoice: Mapping[str, Any]) -> None:
        identity = invoice["number"], invoice["code"] or ""
        acknowledged = self._post(f"issue-{identity}", invoice, {})
        assert self.told.setdefault(identity, acknowledged) == acknowledged, "one invoice, two ids"

    def void(self, invoice: Mapping[str, Any]) -> None:
        """Withdraws it, by a CloudEvent in binary mode. May come before the invoice itself."""
        identity = invoice["number"], invoice["code"] or ""
        data = {"number": invoice["number"], "code": invoice["code"], "reason": "开票有误"}
        envelope = {"specversion": "1.0", "type": "invoice.voided", "source": "/billing", "id": f"void-{identity[0]}"}
        acknowledged = self._post(f"void-{identity}", data, {f"ce-{key}": value for key, value in envelope.items()})
        assert self.told.setdefault(identity, acknowledged) == acknowledged, "one invoice, two ids"
        self.voided.add(identity)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _post(self, key: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
        """The id, once the service has acknowledged it, by however many attempts."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                headers = {**headers, "idempotency-key": f'"{key}"'}
                reply = self._client.post(f"{self._address()}/v1/events", json=dict(body), headers=headers)
            except (httpx2.TransportError, httpx2.InvalidURL, httpx2.UnsupportedProtocol):
                self._wait()
                continue
            if reply.status_code not in _UNKNOWN:
                assert reply.status_code in {200, 202}, reply.text
                return str(reply.json()["id"])
            self._wait()
        raise AssertionError(f"{key} was not acknowledged in {PATIENCE:.0f} s")

    def _wait(self) -> None:
        self.unknown += 1
        time.sleep(0.05)
