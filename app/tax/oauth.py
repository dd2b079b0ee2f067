"""Asking with a bearer token that all replicas share. One rule: a refused token is replaced once a question.

Both providers speak OAuth 2.0 client credentials (RFC 6749, 4.4) and keep a token alive for a day or a month.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from app.domain.invoice import Answer, Outcome
from app.domain.token import Token
from app.tax.adapter import Account, TokenRefused, Toolbox
from app.tax.fields import text
from app.tax.masking import Mask
from app.tax.reply import FORM, Document, ask

REFUSALS = MappingProxyType({
    "http_400": Outcome.AUTH,  # RFC 6749, 5.2: this status speaks of the credentials
    "invalid_client": Outcome.AUTH,
    "invalid_grant": Outcome.AUTH,
    "invalid_request": Outcome.AUTH,
    "invalid_scope": Outcome.AUTH,
    "unauthorized_client": Outcome.AUTH,
    "unsupported_grant_type": Outcome.AUTH,
})  # fmt: skip

_MESSAGES = ("error_description", "describe", "message")
_LONGEST = 4096
_VISIBLE = re.compile(rf"[\x21-\x7e]{{1,{_LONGEST}}}")
"""A token travels in a header or an address: a line break in it would write a header of its own."""
_LIFETIME = re.compile(r"[1-9][0-9]{0,8}")
_A_DAY, _A_MONTH = 86_400, 2_592_000


async def ask_with_token(
    account: Account,
    toolbox: Toolbox,
    fetch: Callable[[], Awaitable[Token]],
    call: Callable[[str], Awaitable[Document | Answer]],
    refused: Callable[[Document | Answer], bool],
) -> Document | Answer:
    """The reply to `call`; asked again with a new token when `refused` says that the first was not taken."""
    try:
        token = await toolbox.tokens.get(account.token_key, fetch)
        reply = await call(token)
        if not refused(reply):
            return reply
        await toolbox.tokens.drop(account.token_key, token)
        newer = await toolbox.tokens.get(account.token_key, fetch)
        return reply if newer == token else await call(newer)
    except TokenRefused as error:
        return error.answer


async def fetch_token(
    account: Account,
    toolbox: Toolbox,
    url: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str] = FORM,
    refusals: Mapping[str, Outcome] = REFUSALS,
    opened: Callable[[Document], Document] = dict,
) -> Token:
    """A new token; raises TokenRefused. `refusals` says what the provider's own error codes mean; `opened` takes the
    token, or the refusal, out of the envelope that a provider may put it into.
    """
    said = await ask(toolbox, url, content=content, deadline=account.timeout, headers=headers)
    if isinstance(said, Answer):
        raise TokenRefused(Answer(refusals.get(said.code, said.outcome), said.code, said.message, raw=said.raw))
    reply = opened(said)
    value = text(reply.get("access_token"), _LONGEST + 1)
    if value is None or not _VISIBLE.fullmatch(value):
        raise TokenRefused(_refusal(reply, refusals))
    return Token(value, toolbox.clock.now() + timedelta(seconds=_lifetime(reply)))


def _refusal(reply: Document, refusals: Mapping[str, Outcome]) -> Answer:
    code = text(reply.get("error")) or text(reply.get("code")) or "no_token"
    message = next(filter(None, (text(reply.get(name)) for name in _MESSAGES)), "")
    return Answer(refusals.get(code, Outcome.TRANSIENT), code=code, message=message, raw=Mask().later(reply))


def _lifetime(reply: Document) -> int:
    """Seconds. What a permanent token says of itself is undocumented: a day then, thirty calls a month."""
    told = text(reply.get("expires_in")) or ""
    return min(int(told), _A_MONTH) if _LIFETIME.fullmatch(told) else _A_DAY
