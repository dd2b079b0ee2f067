"""The section `connector`: what is right is read as it is meant; what is wrong stops the start and says why."""

# ruff: noqa: E501 - the table of faults is read across, one fault a line

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from app.domain.errors import ConfigurationError
from app.domain.identity import Kind
from app.domain.invoice import Family, Outcome
from app.settings import load
from app.tax.registry import ADAPTERS

EXAMPLES = Path(__file__).parents[2] / "examples"
CONNECTORS = sorted((EXAMPLES / "connectors").glob("*.yaml"))
MINIMAL = {
    "adapter": "connector",
    "url": "https://gateway.example.com/api",
    "credentials": {"key": "hidden-key"},
    "connector": {
        "family": "channel",
        "request": {"body": {"lsh": "{serial_no}"}},
        "answer": {
            "code": "state", "codes": {"00": "found_match"},
            "found": {"number": "no", "issued_on": "day", "seller_tax_id": "seller", "with_tax": "total"},
        },
    },
}  # fmt: skip


@pytest.fixture
def account(tmp_path):
    """Loads one account, changed at paths such as `connector.request.body`; None takes a key away."""

    def loaded(text=None, **changes):
        given = yaml.safe_load(yaml.safe_dump(MINIMAL))
        for path, value in changes.items():
            *way, last = path.split(".")
            section = given
            for step in way:
                section = section.setdefault(step, {})
            section[last] = value
        written = text or yaml.safe_dump({"accounts": {"a": given}}, allow_unicode=True)
        (tmp_path / "piaoda.yaml").write_text(written, encoding="utf-8")
        environ = dict.fromkeys(re.findall(r"env: (\w+)", written), "synthetic")
        return load(environ, tmp_path).config.accounts

    return loaded


@pytest.fixture
def refused(account):
    def refusals(**changes):
        with pytest.raises(ConfigurationError) as caught:
            account(**changes)
        return str(caught.value).splitlines()[1:]

    return refusals


def capabilities(account):
    return account.capabilities(ADAPTERS[account.adapter].capabilities)


# --- what is right


@pytest.mark.parametrize("family", ["channel", "proof"])
@pytest.mark.parametrize("fact", ["number", "issued_on", "seller_tax_id", "with_tax"])
def test_a_gateway_that_could_never_confirm_anything_is_refused(refused, family, fact):
    told = {"number": "no", "issued_on": "day", "seller_tax_id": "seller", "with_tax": "total"}
    (fault,) = refused(**{"connector.family": family, "connector.answer.found": {**told, fact: None}})
    assert "number" in fault if fact == "number" else "can never confirm" in fault


@pytest.mark.parametrize("file", CONNECTORS, ids=lambda file: file.stem)
def test_an_example_of_a_connector_is_one_that_starts(account, file):
    made = next(iter(account(file.read_text("utf-8")).values()))
    assert made.account("a").options.telling.codes


def test_the_example_in_the_file_of_all_knobs_is_one_that_starts(account):
    text = (EXAMPLES / "piaoda.yaml").read_text("utf-8")
    block = re.search(r"^  # gateway:\n(?:  # .*\n)+", text, re.MULTILINE)[0]
    made = account("accounts:\n" + re.sub(r"^  # ", "  ", block, flags=re.MULTILINE))["gateway"]
    assert made.connector.batch == 20
    assert made.connector.answer.empty is Outcome.NOT_FOUND


def test_what_can_be_asked_comes_from_the_description_and_the_limits_narrow_it(account):
    changes = {"connector.family": "proof", "connector.same_day": False, "connector.minimum_age": "45m"}
    made = account(**changes, **{"connector.retention": "12h", "limits": {"rate": 3}})["a"]
    told = capabilities(made)
    assert (told.family, told.same_day, told.minimum_age) == (Family.PROOF, False, timedelta(minutes=45))
    assert (told.retention, told.rate, told.batch) == (timedelta(hours=12), 3.0, 1)
    plan = made.schedule("a", ADAPTERS["connector"].capabilities)
    assert (plan.family, plan.same_day, plan.minimum_age) == (Family.PROOF, False, timedelta(minutes=45))
    assert plan.retention == timedelta(hours=12)


@pytest.mark.parametrize(("family", "limit", "free"), [("channel", None, True), ("proof", 5, False)])
def test_a_proof_is_rationed_and_a_channel_is_not(account, family, limit, free):
    made = account(**{"connector.family": family})["a"]
    assert capabilities(made).daily_limit == limit
    assert made.schedule("a", ADAPTERS["connector"].capabilities).free is free


def test_the_inputs_a_question_needs_are_those_its_placeholders_name(account):
    body = {"a": "{serial_no}", "b": ["{amount_with_tax}", "{number}"]}
    made = account(**{"connector.request.body": body, "connector.kinds": {"digital_ordinary": "82"}})["a"]
    assert capabilities(made).needs == {Kind.DIGITAL_ORDINARY: ("amount_with_tax", "serial_no")}


def test_a_connector_that_proves_may_be_named_as_proof(account):
    text = yaml.safe_dump({
        "accounts": {
            "a": {**MINIMAL, "proof": "b"},
            "b": {**MINIMAL, "connector": {**MINIMAL["connector"], "family": "proof"}},
        }
    })  # fmt: skip
    assert account(text)["a"].proof == "b"


def test_a_connector_that_only_reports_may_not(refused):
    (line,) = refused(proof="a")
    assert "accounts.a.proof: names an account that is asked by handle" in line


def test_no_secret_is_shown_with_the_settings_or_the_account(account):
    accounts = account(**{"connector.request.headers": {"Authorization": "Bearer hidden-too"}})
    assert "hidden" not in f"{accounts!r} {accounts['a'].account('a')!r} {accounts['a'].connector!r}"


# --- what is wrong


XML = {"connector.request.format": "xml", "connector.request.body": "<a>{serial_no}</a>"}
BATCH = {
    "connector.batch": 20,
    "connector.request.body": [{"each": "{serial_no}"}],
    "connector.answer.items": "data",
    "connector.answer.match": {"lsh": "{serial_no}"},
}
SIGNED = {
    "connector.signature": {"recipe": "hmac_sha1", "over": "{body}", "key": "{credentials.key}", "into": {"query": "s"}}
}
FAULTS = [
    ({"connector": None}, "connector", "is missing", "docs/how-to"),
    ({"url": None}, "url", "only you know it", "https://"),
    ({"adapter": "nuonuo", "credentials": {"app_key": "k", "app_secret": "s"}}, "connector", "nuonuo needs no description", "adapter: connector"),
    ({"connector.family": "chanel"}, "connector.family", "allowed values", "did you mean channel?"),
    ({"connector.request.method": "DELETE"}, "connector.request.method", "allowed values", "one of"),
    ({"connector.request.body": {"a": "{serial_nr}"}}, "connector.request.body", "not known here", "did you mean serial_no?"),
    ({"connector.request.query": {"a": "{body}"}}, "connector.request.query.a", "not known here", "one of"),
    ({"connector.request.query": {"a": "{number"}}, "connector.request.query.a", "belongs to no placeholder", "plain braces"),
    ({"connector.request.query": {"a": "{number:%Y}"}}, "connector.request.query.a", "a format where none belongs", "{issued_on:%Y%m%d}"),
    ({"connector.request.query": {"a": "{now:%n}"}}, "connector.request.query.a", "one that is not known", "{now:"),
    ({"connector.request.query": {"a": 5}}, "connector.request.query.a", "must be text", "in quotes"),
    ({"connector.request.headers": {"X a": "b"}}, "connector.request.headers.X a", "is not a name", "letters"),
    ({"connector.request.headers": {"A": "{credentials.kye}"}}, "connector.request", "a credential that is not given", "did you mean credentials.key?"),
    ({"connector.request.headers": {"A": "b\nC: d"}}, "connector.request.headers.A", "has a line break", "one line"),
    ({"connector.request.path": "x"}, "connector.request.path", "begin with a slash", "/v1/invoices"),
    ({"connector.request.path": "{serial_no}/x"}, "connector.request.path", "begin with a slash", "/v1/invoices"),
    ({"connector.request.path": "/a?b=c"}, "connector.request.path", "is no path", "query"),
    ({"connector.request.path": "/a/{issued_on:%Y/%m}"}, "connector.request.path", "is no path", "query"),
    ({"connector.request.body": "lsh={serial_no}"}, "connector.request.body", "is no tree", "as YAML"),
    ({"connector.request.format": "form", "connector.request.body": {"a": {"b": "c"}}}, "connector.request.body", "no flat list of fields", "one"),
    ({**XML, "connector.request.body": {"a": "b"}}, "connector.request.body", "is no text", "body: |"),
    ({**XML, "connector.request.body": "<a>{serial_no}"}, "connector.request.body", "is no XML", "quoted attributes"),
    ({**XML, "connector.request.body": "<a {serial_no}='1'/>"}, "connector.request.body", "is no XML", "quoted attributes"),
    ({**XML, "connector.request.body": "<{serial_no}/>"}, "connector.request.body", "is no XML", "quoted attributes"),
    ({**XML, "connector.request.body": "<a><!-- {serial_no} --></a>"}, "connector.request.body", "where no value can stand", "no comment"),
    ({**XML, "connector.request.body": "<a><![CDATA[{serial_no}]]></a>"}, "connector.request.body", "where no value can stand", "no CDATA"),
    ({**XML, "connector.request.body": "<!DOCTYPE a [<!ENTITY b '{serial_no}'>]><a>&b;</a>"}, "connector.request.body", "is no XML", "quoted"),
    ({"connector.batch": 20}, "connector.request.body", "no place for several", "each"),
    ({**BATCH, "connector.request.query": {"a": "{number}"}}, "connector.request", "outside of each", "each"),
    ({**BATCH, "connector.answer.items": None}, "connector.answer.items", "a list was asked", "data.list"),
    ({**BATCH, "connector.answer.match": {}}, "connector.answer.match", "would speak for nobody", "{serial_no}"),
    ({**BATCH, "connector.answer.match": {"lsh": "{nonce}"}}, "connector.answer.match.lsh", "nothing of an invoice", "{number}"),
    ({**BATCH, "limits": {"batch": 21}}, "limits.batch", "more than the adapter takes", "at most 20"),
    ({**BATCH, "connector.signature": {**SIGNED["connector.signature"], "over": "{number}"}}, "connector.signature.over", "none or many are asked", "{body}"),
    ({"connector.signature": {**SIGNED["connector.signature"], "recipe": "hmac_sha265"}}, "connector.signature.recipe", "not a known recipe", "did you mean hmac_sha256?"),
    ({"connector.signature": {**SIGNED["connector.signature"], "key": ""}}, "connector.signature.key", "is missing", "credentials"),
    ({"connector.signature": {**SIGNED["connector.signature"], "recipe": "md5"}}, "connector.signature.key", "is not used by md5", "hmac_md5"),
    ({"connector.signature": {**SIGNED["connector.signature"], "key": "{credentials.secret}"}}, "connector.signature.key", "not given", "credentials.key"),
    ({"connector.signature": {**SIGNED["connector.signature"], "into": {"query": "a", "header": "b"}}}, "connector.signature.into.query", "not both", "X-Sign"),
    ({"connector.signature": {**SIGNED["connector.signature"], "into": {}}}, "connector.signature.into.query", "not both", "X-Sign"),
    ({"connector.probe": {"path": "/{number}"}}, "connector.probe", "a probe has none", "nobody has"),
    ({"connector.answer.codes": {}}, "connector.answer.codes", "is empty", "found_match"),
    ({"connector.answer.codes": {"00": "found_mach"}}, "connector.answer.codes.00", "allowed values", "did you mean found_match?"),
    ({"connector.answer.code": "a..b"}, "connector.answer.code", "no path into an answer", "data.list"),
    ({"connector.answer.errors": {"1": "auth"}}, "connector.answer.errors", "without ok", "values"),
    ({"connector.answer.ok": {"at": "code", "values": ["0"]}, "connector.answer.errors": {"1": "found_match"}}, "connector.answer.errors", "holds a find", "auth"),
    ({"connector.answer.ok": {"at": "code", "values": [0]}}, "connector.answer.ok.values[0]", "must be text", "in quotes"),
    ({"connector.answer.empty": "found_match"}, "connector.answer.empty", "found nothing", "not_found"),
    ({"connector.answer.found": {"with_tax": "a"}}, "connector.answer.found.number", "names no invoice", "data.fphm"),
    ({"connector.answer.found": {"nummer": "a"}}, "connector.answer.found.nummer", "not a known key", "did you mean number?"),
    ({"connector.kinds": {"digital_ordinry": "82"}}, "connector.kinds.digital_ordinry", "allowed values", "did you mean digital_ordinary?"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "what", "hint"), FAULTS)
def test_a_wrong_description_is_told_with_key_and_hint(refused, changes, key, what, hint):
    (line,) = refused(**changes)
    said, _, hinted = line.partition(" (hint: ")
    assert f": accounts.a.{key}: " in said
    assert what in said
    assert hint in hinted
    assert "hidden" not in line


@pytest.mark.parametrize(
    "changes",
    [
        {"connector.request.headers": {"Authorization": "Bearer hidden {"}},
        {"connector.request.headers": {"Authorization": "{hidden}"}},
        {"connector.request.path": "hidden"},
        {"connector.request.body": "hidden"},
        {"connector.signature": {"recipe": "md5", "over": "hidden{", "into": {"query": "s"}}},
        {"connector.answer.code": "hidden..hidden"},
        {"credentials": {"key": ["hidden"]}},
    ],
)
def test_a_refusal_never_repeats_what_may_be_a_secret(refused, changes):
    assert "hidden" not in "\n".join(refused(**changes))
