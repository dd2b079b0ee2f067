"""What a provider repeats of our credentials is hidden; what explains its answer stays."""

import pytest

from app.domain.invoice import Answer, Family, Outcome
from app.domain.token import Token
from app.tax.adapter import Account, Capabilities, Toolbox
from app.tax.discretion import discreet
from tests.conftest import NOON

SECRET = "s3cr+t/0123456789=="
TOKEN = "token-9876543210"


class Tokens:
    async def get(self, _key, fetch):
        return (await fetch()).value

    async def drop(self, key, value):
        """Nothing is kept here."""


class Repeating:
    """Says what it is told to say, once it has a token."""

    capabilities = Capabilities(Family.PROOF)

    def __init__(self, tokens, said):
        self._tokens, self._said = tokens, said

    async def check(self, invoices):
        async def fetch():
            return Token(TOKEN, NOON)

        await self._tokens.get("key", fetch)
        return [self._said] * len(invoices)

    async def probe(self):
        return self._said


@pytest.fixture
def saying():
    def make(**told):
        account = Account("a", "", "", {"app_key": "demo", "app_secret": SECRET, "tax_id": "911101081000000166"})
        said = Answer(Outcome.AUTH, **told)
        toolbox = Toolbox(None, Tokens(), None)
        return discreet(lambda _, given: Repeating(given.tokens, said), account, toolbox, [account])

    return make


@pytest.mark.parametrize("field", ["code", "message", "request_id", "raw"])
@pytest.mark.parametrize(
    "form", [SECRET, "s3cr%2Bt/0123456789%3D%3D", "s3cr%2Bt%2F0123456789%3D%3D", "s3cr…89==", TOKEN, "toke…3210"]
)
async def test_a_secret_is_hidden_in_every_form_and_field(saying, field, form):
    text = f"unknown {form} given"
    (answer,) = await saying(**{field: (lambda: text) if field == "raw" else text}).check([None])
    shown = getattr(answer, field)
    assert (shown() if field == "raw" else shown) == "unknown *** given"
    assert form not in repr(answer), "what its text is made of stands in no log"


async def test_a_probe_hides_it_too(saying):
    assert (await saying(message=SECRET).probe()).message == "***"


async def test_what_is_short_or_known_to_all_stays(saying):
    adapter = saying(message="demo 911101081000000166")
    assert (await adapter.probe()).message == "demo 911101081000000166"
    assert adapter.capabilities == Repeating.capabilities
