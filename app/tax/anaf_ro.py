"""Romania's ANAF (RO e-Factura): what became of an upload, asked by its index.

One rule: `ok` alone proves nothing. It says that a message was processed, not which invoice it was: the invoice that
ANAF signed is downloaded and told; without it nothing is found. `Errors` without `stare` speak of the question.

`handle.serial_no` is the index_incarcare. The first login needs a person with a certificate; what we are given is
the refresh token of that login, good for a year. A message may be asked about a hundred times a day and downloaded
ten times; it is gone after sixty days. The codes stand in `data/anaf_ro.toml`.
"""

import base64
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from app.domain.invoice import Answer, Family, Invoice
from app.domain.token import Token
from app.egress import Reply
from app.tax import fields, oauth
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.einvoice import found_in, invoices_among
from app.tax.enclosed import xmls_in_zip
from app.tax.face import face_of
from app.tax.reply import FORM, Document, Reader, as_json, as_xml, ask
from app.tax.tables import load

TABLES = load("anaf_ro")
ZONE, PREFIX = "Europe/Bucharest", "RO"
OK = "ok"
CAPABILITIES = Capabilities(
    Family.CHANNEL,
    needs=TABLES.needs,
    rate=5.0,  # of a thousand a minute that the whole application has
    daily_limit=100,
    retention=timedelta(days=60),
    zone=ZONE,
)
_DEAD_TOKEN = "http_401"  # noqa: S105 - a status
_NOBODYS = "0"


class Anaf:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """An index that nobody has."""
        header = await self._state(_NOBODYS)
        return header if isinstance(header, Answer) else TABLES.unsound("contradiction", header)

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "罗马尼亚税务局（ANAF）")
        if isinstance(face, Answer):
            return face
        header = await self._state(face.get("serial_no"))
        if isinstance(header, Answer):
            return header
        download = fields.text(header["id_descarcare"])
        if download is None:
            return TABLES.unsound("no_download", header)
        reply = await self._ask("descarcare", {"id": download}, _as_archive)
        return reply if isinstance(reply, Answer) else _judge_download(reply, header, invoice)

    async def _state(self, index: str) -> Document | Answer:
        """`stare` and `id_descarcare` of an upload that was processed; what became of any other is an answer."""
        reply = await self._ask("stareMesaj", {"id_incarcare": index}, as_xml)
        return reply if isinstance(reply, Answer) else _judge_state(reply)

    async def _ask(self, operation: str, query: dict[str, str], read: Reader) -> Document | Answer:
        url = f"{self._account.url}/{operation}?{urlencode(query, errors='replace')}"

        async def call(token: str) -> Document | Answer:
            return await ask(
                self._toolbox, url, method="GET", deadline=self._account.timeout,
                headers={"authorization": f"Bearer {token}"}, read=read, mask=TABLES.mask,
            )  # fmt: skip

        return await oauth.ask_with_token(self._account, self._toolbox, self._fetch, call, _token_is_dead)

    async def _fetch(self) -> Token:
        credentials = self._account.credentials
        client = f"{credentials['client_id']}:{credentials['client_secret']}".encode(errors="replace")
        form = {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}
        return await oauth.fetch_token(
            self._account,
            self._toolbox,
            self._account.token_url,
            content=urlencode(form, errors="replace").encode(),
            headers={**FORM, "authorization": f"Basic {base64.b64encode(client).decode()}"},
        )


def _token_is_dead(reply: Document | Answer) -> bool:
    return isinstance(reply, Answer) and reply.code == _DEAD_TOKEN


def _as_archive(reply: Reply) -> Document:
    """The XMLs of a download; ANAF says in JSON why there is none."""
    documents = xmls_in_zip(reply.body)
    return {"eroare": fields.at(as_json(reply), "eroare")} if documents is None else {"documents": documents}


def _judge_state(reply: Document) -> Document | Answer:
    state = fields.text(fields.at(reply, "header.@stare"))
    if state is None:
        return _judge_error(reply)
    header = {"stare": state, "id_descarcare": fields.text(fields.at(reply, "header.@id_descarcare"))}
    return header if state == OK else TABLES.answer("state", state, state, told=header)


def _judge_error(reply: Document) -> Answer:
    errors = fields.at(reply, "header.Errors")
    first = errors[0] if isinstance(errors, list) and errors else errors
    words = fields.text(fields.at(first, "@errorMessage"))
    if words is None:
        return TABLES.unsound("no_state", reply)
    return TABLES.answer("error", _phrase("error", words), words, told={"errorMessage": words})


def _phrase(table: str, words: str) -> str:
    """The listed words that ANAF's message holds; the message itself where none is listed."""
    return next((phrase for phrase in TABLES.codes[table] if phrase.lower() in words.lower()), words)


def _judge_download(reply: Document, header: Document, invoice: Invoice) -> Answer:
    if words := fields.text(reply.get("eroare")):
        return TABLES.answer("download", _phrase("download", words), words, told={**header, "eroare": words})
    documents = invoices_among(reply.get("documents", ()))
    if len(documents) != 1:
        return TABLES.unsound("no_invoice", header)
    told, found = found_in(documents[0], invoice, prefix=PREFIX, zone=ZONE)
    return TABLES.answer("state", OK, OK, told={**header, **told}, found=found)


ADAPTER = Adapter(
    Anaf,
    CAPABILITIES,
    credentials=("client_id", "client_secret", "refresh_token"),
    url="https://api.anaf.ro/prod/FCTEL/rest",
    token_url="https://logincert.anaf.ro/anaf-oauth2/v1/token",  # noqa: S106 - an address
)
