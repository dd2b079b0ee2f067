"""Bodies of requests with synthetic invoices. One rule: rendered by filling in a number, for speed."""

from collections.abc import Callable

SINGLE, BATCH, LINES = "application/json", "application/cloudevents-batch+json", "application/x-ndjson"

_INVOICE = (
    '{"number": "25112%%015d", "kind": "digital_ordinary", "issued_at": "%s",'
    ' "seller": {"tax_id": "911101081000000166", "name": "北京示例餐饮有限公司"},'
    ' "buyer": {"tax_id": null, "name": "北京示例科技发展有限公司"},'
    ' "amount": {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00", "currency": "CNY"},'
    ' "account": "solo", "handle": {"serial_no": "S%%015d", "order_no": null}, "reference": "billing-8841",'
    ' "labels": {"region": "beijing"}}'
)
_EVENT = '{"specversion": "1.0", "type": "invoice.issued", "source": "/billing", "id": "e%%015d", "data": %s}'

Body = Callable[[int, int], bytes]
"""The body that tells invoices from a number on, so many of them."""


def body(content_type: str, issued_at: str) -> Body:
    invoice = _INVOICE % issued_at
    event = _EVENT % invoice

    def single(number: int, _size: int) -> bytes:
        return (invoice % (number, number)).encode()

    def batch(first: int, size: int) -> bytes:
        return ("[" + ",".join(event % (n, n, n) for n in range(first, first + size)) + "]").encode()

    def lines(first: int, size: int) -> bytes:
        return "\n".join(invoice % (n, n) for n in range(first, first + size)).encode()

    return {SINGLE: single, BATCH: batch, LINES: lines}[content_type]
