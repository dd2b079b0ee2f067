"""An invoice that this version cannot read, such as one that a newer version has written."""

from app.domain.search import Search
from app.store.events import accept
from app.store.invoices import Invoices
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, admission, invoice, issued


async def test_an_unreadable_invoice_does_not_take_its_page_with_it(database):
    told = await accept(database, TENANT, [issued(invoice(n)) for n in range(3)], NOON, admission)
    async with database.connection() as connection:
        await connection.execute("UPDATE invoices SET outcome = 'unheard_of' WHERE id = $1::uuid", told[1].id)
    seen = Invoices(database, POLICY)

    assert {one.id for one in (await seen.search(TENANT, Search())).records} == {told[0].id, told[2].id}
    assert await seen.get(TENANT, told[1].id) is None
