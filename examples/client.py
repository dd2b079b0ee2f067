# ruff: noqa: INP001, T201 - a script, and it prints
"""The typed client at work: tell of an invoice, read it, see who is told, follow the feed.

PIAODA_URL and PIAODA_KEY name a service and a key; PYTHONPATH=examples/python-client finds the client.
"""

import os
import sys
from datetime import datetime, timedelta, timezone
from http import HTTPStatus

from piaoda_client import AuthenticatedClient
from piaoda_client.api.events import send_event
from piaoda_client.api.feed import read_feed
from piaoda_client.api.invoices import get_invoice
from piaoda_client.api.webhooks import list_webhooks
from piaoda_client.models import (
    AcceptedOut,
    AmountIn,
    FeedOut,
    InvoiceIn,
    InvoiceMessageOut,
    InvoiceOut,
    SellerIn,
    WebhooksOut,
)

ISSUED = datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def tell(client: AuthenticatedClient, number: str) -> AcceptedOut:
    """Tells of an invoice; safe to repeat. A refusal ends the program with what is wrong."""
    invoice = InvoiceIn(
        number=number,
        issued_at=ISSUED,
        seller=SellerIn(tax_id="911101081000000166"),
        amount=AmountIn(with_tax="106.00"),
        reference="example",
    )
    told = send_event.sync(client=client, body=invoice, idempotency_key=f"example-{number}")
    if not isinstance(told, AcceptedOut):
        sys.exit(f"not accepted: {told}")
    return told


def look(client: AuthenticatedClient, told: AcceptedOut) -> InvoiceOut:
    """The invoice as it stands."""
    answer = get_invoice.sync_detailed(told.id, client=client)
    if answer.status_code != HTTPStatus.OK or not isinstance(answer.parsed, InvoiceOut):
        sys.exit(f"not found: {answer.content!r}")
    return answer.parsed


def webhooks(client: AuthenticatedClient) -> list[str]:
    """The names of those who are told over HTTP."""
    page = list_webhooks.sync(client=client)
    return [each.name for each in page.items] if isinstance(page, WebhooksOut) else []


def follow(client: AuthenticatedClient, after: str | None = None, wait: int = 1) -> tuple[list[str], str]:
    """What was told since, in a line each, and the cursor to go on with."""
    page = read_feed.sync(client=client, after=after, wait=wait) if after else read_feed.sync(client=client, wait=wait)
    if not isinstance(page, FeedOut):
        sys.exit(f"no feed: {page}")
    lines = [
        f"{each.type_} {each.data.invoice.number} {each.data.invoice.state}"
        for each in page.items
        if isinstance(each, InvoiceMessageOut)
    ]
    return lines, page.next_cursor


def main() -> None:
    client = AuthenticatedClient(os.environ["PIAODA_URL"], os.environ["PIAODA_KEY"])
    told = tell(client, sys.argv[1] if len(sys.argv) > 1 else "26112000000000008890")
    invoice = look(client, told)
    print(f"{invoice.number} is {invoice.state}, due at {invoice.overdue_at:%Y-%m-%d %H:%M}")
    print("webhooks:", ", ".join(webhooks(client)) or "none")
    lines, cursor = follow(client)
    print(*lines, f"go on after {cursor}", sep="\n")


if __name__ == "__main__":
    main()
