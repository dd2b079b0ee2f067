"""The sections `request`, `probe` and `signature` of a connector: one HTTP call, and how it is signed.

One rule: every text may hold placeholders, and none may hold one that nobody will fill.
"""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.settings.fault import refusal, suggest
from app.settings.placeholders import HeaderText, SignedText, Text, UrlPath, body_of
from app.settings.scalars import Name, Table
from app.settings.section import Section
from app.tax.connector_call import Request
from app.tax.recipe import KEYED, RECIPES, Signature
from app.tax.template import Template


class QuestionSettings(Section):
    """One HTTP call; the address of the account stands before `path`."""

    method: Literal["GET", "POST", "PUT"] = "POST"
    path: UrlPath = Template()
    query: Table[Text] = Field(default_factory=dict, validate_default=True)
    headers: Table[HeaderText] = Field(default_factory=dict, validate_default=True)
    format: Literal["json", "xml", "form"] = "json"
    body: Any = None

    @field_validator("body")
    @classmethod
    def _body_keeps_its_shape(cls, body: Any, info: ValidationInfo) -> Any:
        return None if body is None else body_of(info.data.get("format", "json"), body)

    def request(self) -> Request:
        return Request(self.method, self.path, self.query, self.headers, self.format, self.body)


class IntoSettings(Section):
    """Where the signature goes: one of the two."""

    header: Name | None = Field(None, examples=["X-Sign"])
    query: Name | None = Field(None, validate_default=True, examples=["sign"])

    @field_validator("query")
    @classmethod
    def _one_place(cls, query: str | None, info: ValidationInfo) -> str | None:
        if bool(query) is bool(info.data.get("header")):
            raise refusal("or header must be given, and not both", "such as into: {header: X-Sign}")
        return query


class SignatureSettings(Section):
    """A digest over a text. `key` is for the recipes that begin with hmac_."""

    recipe: str = Field(examples=["hmac_sha256"])
    over: SignedText = Field(examples=['"{timestamp}{body}"'])
    key: Text | None = Field(None, validate_default=True, examples=['"{credentials.app_secret}"'])
    encoding: Literal["hex", "HEX", "base64"] = "hex"
    into: IntoSettings = Field(examples=["{header: X-Sign}"])

    @field_validator("recipe")
    @classmethod
    def _recipe_is_known(cls, recipe: str) -> str:
        if recipe not in RECIPES:
            raise refusal("is not a known recipe", suggest(recipe, RECIPES))
        return recipe

    @field_validator("key")
    @classmethod
    def _keyed_recipes_have_a_key(cls, key: Template | None, info: ValidationInfo) -> Template | None:
        recipe = info.data.get("recipe", "")
        if recipe.startswith(KEYED) and not (key and key.parts):
            raise refusal("is missing", 'such as key: "{credentials.app_secret}"')
        if recipe in RECIPES and not recipe.startswith(KEYED) and key:
            raise refusal(f"is not used by {recipe}", f"write {KEYED}{recipe}, or put the secret into over")
        return key

    def signature(self) -> Signature:
        into = self.into
        return Signature(
            self.recipe, self.over, self.key or Template(), self.encoding, into.header or "", into.query or ""
        )
