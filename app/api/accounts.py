"""Tax-system accounts: whether they answer, and what may still be asked of them. One rule: reading changes nothing."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.api.account_bodies import AccountOut, AccountsOut
from app.api.operations import add
from app.api.places import AccountName
from app.api.ports import Accounts
from app.api.problems import not_found
from app.api.security import Reader
from app.clock import Clock

PATH = "/v1/accounts"


@dataclass(frozen=True, slots=True)
class AccountRoutes:
    accounts: Accounts
    clock: Clock

    async def all(self, caller: Reader) -> Response:
        """List accounts.

        Those of piaoda.yaml, and those that invoices or the past still know, in the order of their names.
        """
        return JSONResponse({"items": await self.accounts.all(caller.tenant, self.clock.now())})

    async def get(self, account: AccountName, caller: Reader) -> Response:
        """Get an account.

        Whether it answers, until when it is left alone, and how many of today's calls are used.
        """
        found = await self.accounts.get(caller.tenant, account, self.clock.now())
        if found is None:
            raise not_found("account")
        return JSONResponse(found)


def router(accounts: Accounts, clock: Clock) -> APIRouter:
    at, routes = AccountRoutes(accounts, clock), APIRouter(tags=["accounts"])
    add(routes, f"GET {PATH}", at.all, "list_accounts", {200: (AccountsOut, "All accounts.")})
    one = {200: (AccountOut, "The account as it stands.")}
    add(routes, f"GET {PATH}/{{account}}", at.get, "get_account", one, "not_found")
    return routes
