"""The channel dialect: Baiwang's open platform. One rule: the token and the queries go through the same door, told
apart by the `method` in the query.

`sign` is the MD5 of the secret, the parameters in their order, the exact body and the secret again. A token lasts two
hours; user name, password and salt of a demo account are its secret. Asked by serial number, order number or the
invoice's own number, with the seller's tax number; what is unknown, another seller's or not yet issued leaves the
answer empty. Free of charge, and outside the day's five checks.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.simulator.baiwang_words import (
    INCOMPLETE,
    MAINTENANCE,
    MESSAGES,
    REFUSALS,
    UNKNOWN_APP,
    UNKNOWN_METHOD,
    UNSIGNED,
    WRONG_PASSWORD,
    item_words,
    listed,
    status_of,
)
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.gate import Objection, objection
from app.simulator.inspection import json_object, texts
from app.simulator.ledger import Question
from app.simulator.taxbook import Entry
from app.simulator.upload import by_handle, by_number, shown, stage
from app.simulator.world import World

ME = Dialect.BAIWANG
TOKEN = "baiwang.oauth.token"  # noqa: S105 - the name of a method
QUERIES = frozenset({"baiwang.output.invoice.query", "baiwang.output.invoice.queryeinvoice"})
TOKEN_LIFE = timedelta(seconds=7200)


class Baiwang:
    doorway = Doorway(ME, questions=("/baiwang",), other_queries=frozenset({f"method={TOKEN}"}))

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/baiwang/router/rest", self.call, methods=["POST"])
        return router

    async def call(self, request: Request) -> JSONResponse:
        """One call of one method; HTTP 200 whatever the answer."""
        query, body = dict(request.query_params), await request.body()
        is_token = query.get("method") == TOKEN
        code, told = self._token(query, body) if is_token else self._query(query, body)
        answer: dict[str, Any] = {"success": not code, "requestId": query.get("requestId", "")}
        if code:
            error = {"code": code, "message": MESSAGES.get(code, "系统异常"), "subCode": "", "subMessage": ""}
            return JSONResponse({**answer, "response": None, "errorResponse": error})
        return JSONResponse({**answer, "response": told, "errorResponse": None})

    def _token(self, query: dict[str, str], body: bytes) -> tuple[str, Any]:
        world, key = self._world, query.get("client_id", "")
        world.note(ME, "token", key)
        secret = world.accounts.secret(ME, key)
        if secret is None:
            return UNKNOWN_APP, None
        if not _signed(query, body, secret):
            return UNSIGNED, None
        wrong = query.get("grant_type") != "password" or not _proves(texts(json_object(body)), secret)
        if wrong or world.happens(world.behaviour.credentials_refused, ME):
            return WRONG_PASSWORD, None
        life = world.lasting(TOKEN_LIFE)
        token, seconds = world.accounts.grant(ME, key, world.now(), life), int(life.total_seconds())
        return "", {"access_token": token, "refresh_token": token[::-1], "expires_in": seconds, "token_type": "bearer"}

    def _query(self, query: dict[str, str], body: bytes) -> tuple[str, Any]:
        world, key = self._world, query.get("appKey", "")
        code = self._gateway_objection(query, key, body)
        if not code and world.happens(world.behaviour.maintenance, ME):
            code = MAINTENANCE
        told = json_object(body)
        data, seller = told.get("data"), texts(told).get("taxNo", "")
        asked = texts(data) if isinstance(data, dict) else {}
        name = next((asked[each] for each in ("serialNo", "orderNo", "einvoiceNo", "invoiceNo") if asked.get(each)), "")
        code = code or ("" if name and seller else INCOMPLETE)
        entry = None if code else self._found(asked, seller)
        world.note(ME, "query", key, self._question(name, code, entry))
        return code, [self._item(entry)] if entry else []

    def _gateway_objection(self, query: dict[str, str], key: str, body: bytes) -> str:
        world = self._world
        secret = world.accounts.secret(ME, key)
        if secret is None:
            return UNKNOWN_APP
        if not _signed(query, body, secret):
            return UNSIGNED
        holder, validity = world.accounts.holder(ME, query.get("token", ""), world.now())
        wrong = objection(world, ME, key, validity if holder == key else "unknown")
        if wrong:
            return REFUSALS[wrong] if isinstance(wrong, Objection) else str(wrong)
        return "" if query.get("method") in QUERIES else UNKNOWN_METHOD

    def _found(self, asked: dict[str, str], seller: str) -> Entry | None:
        """The issued invoice of this seller under the first name that is given."""
        entry = self._named(asked)
        if entry is None or not listed(entry, stage(entry, self._world.now())):
            return None
        return entry if entry.face.seller.tax_id in (None, seller) else None

    def _named(self, asked: dict[str, str]) -> Entry | None:
        if asked.get("serialNo") or asked.get("orderNo"):
            return by_handle(self._world, serial_no=asked.get("serialNo", ""), order_no=asked.get("orderNo", ""))
        if asked.get("einvoiceNo"):
            return by_number(self._world, asked["einvoiceNo"])
        return by_number(self._world, asked["invoiceNo"], asked.get("invoiceCode", ""))

    def _question(self, name: str, code: str, entry: Entry | None) -> Question:
        """One line of the ledger: an unknown name stands where the number would, and `absent` for the code."""
        if entry is None:
            return Question(("", "" if code else name), code or "absent")
        now = self._world.now()
        return Question(entry.identity, status_of(entry, stage(entry, now), now))

    def _item(self, entry: Entry) -> dict[str, Any]:
        now = self._world.now()
        return item_words(entry, shown(self._world, ME, entry), stage(entry, now), now)


def _signed(query: dict[str, str], body: bytes, secret: str) -> bool:
    """Over every parameter that is not empty, sorted by name, but for the signature itself."""
    said = "".join(f"{name}{query[name]}" for name in sorted(query) if name != "sign" and query[name].strip())
    digest = hashlib.md5(f"{secret}{said}".encode() + body + secret.encode()).hexdigest().upper()  # noqa: S324
    return hmac.compare_digest(digest.encode(), query.get("sign", "").encode())


def _proves(asked: dict[str, str], secret: str) -> bool:
    """The password travels as SHA-256 of password and salt, or, in older clients, as SHA-1 of their MD5."""
    salted = (secret * 2).encode()
    older = hashlib.sha1(hashlib.md5(salted).hexdigest().encode()).hexdigest()  # noqa: S324 - the provider's rule
    hashes = {hashlib.sha256(salted).hexdigest(), older}
    return (asked.get("username"), asked.get("client_secret")) == (secret, secret) and asked.get("password") in hashes
