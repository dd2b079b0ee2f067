"""What holds for every tax system: one answer an invoice, in order, and nothing believed that was not learnt.

A new adapter joins with a file in `speakers/`: its credentials, invoices it can be asked about, and the words in which
its provider answers. Where a dialect is XML, what spoils an answer is XML, too.
"""

import json
import re
from dataclasses import asdict, replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from app.domain.comparison import compare, missing
from app.domain.invoice import Outcome
from app.tax.adapter import Account
from app.tax.registry import ADAPTERS
from tests.contract.tax.speakers.all import SPEAKERS
from tests.contract.tax.speakers.speaker import PRIVATE

FINDS = {
    Outcome.FOUND_MATCH, Outcome.FOUND_VOID, Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL,
}  # fmt: skip


KINDS = [name for name in SPEAKERS if name.split()[0] in ADAPTERS]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def registered(kind):
    """The adapter of a speaker: the first word of its name, for an adapter may have several."""
    return ADAPTERS[kind.split()[0]]


@pytest.fixture
def of(kind):
    return SPEAKERS[kind]


@pytest.fixture
def adapter(kind, of, provider, account, toolbox):
    """The adapter of an account with this speaker's credentials, changed if told."""
    provider.aside = aside_of(of, of.invoices)

    def made(**changes):
        given = replace(account(of.credentials), options=of.options, **changes)
        return registered(kind).factory(given, toolbox)

    return made


@pytest.fixture
def check(of, adapter):
    """Asks about the fixture's invoices, by a changed account if told; this holds whatever comes back."""

    async def ask(**changes):
        answers = await adapter(**changes).check(of.invoices)
        assert len(answers) == len(of.invoices)
        for answer in answers:
            raw = answer.raw() if answer.raw else ""
            assert len(raw) <= 1_000
            assert all(is_storable(text) for text in [raw, *texts_of(asdict(answer))])
            assert not [private for private in PRIVATE if private in raw]
            assert answer.retry_after is None or 0 <= answer.retry_after <= 3600
        return answers

    return ask


def texts_of(value):
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


def is_storable(text):
    return "\x00" not in text and text.encode("utf-8", "replace").decode() == text


def outcomes(answers):
    return {answer.outcome for answer in answers}


def aside_of(of, invoices):
    """What the provider answers beside the question, by the end of the path: a speaker may have none."""
    return of.aside(invoices) if hasattr(of, "aside") else {}


def body_of(of, invoices=None):
    said = of.found(invoices or of.invoices)
    return said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()


def beside(extra):
    """The sound answer with one unsound field before it."""
    return lambda body: b"{" + extra + b"," + body[1:]


def in_root(extra, before=b""):
    """The sound XML with something unsound before its root, or as its root's first child."""

    def spoilt(body):
        declaration, root, rest = re.fullmatch(rb"(<\?xml.*?\?>)?\s*(<[^>]*[^/>]>)(.*)", body, re.DOTALL).groups()
        return (declaration or b"") + before + root + extra + rest

    return spoilt


def padded(of, body):
    """The sound answer, grown by two megabytes that say nothing."""
    noise = b"x" * 2_000_000
    return body + b"<!--" + noise + b"-->" if of.form == "xml" else beside(b'"a":"' + noise + b'"')(body)


UNUSABLE = {
    "nothing": lambda _: b"",
    "a page in HTML": lambda _: "<html><title>登录</title>请先登录网络</html>".encode(),
    "half an answer": lambda body: body[:-9],
    "two answers": lambda body: body + body,
    "a number": lambda _: b"2",
}
UNUSABLE_JSON = UNUSABLE | {
    "an answer in GBK": lambda body: body.decode().encode("gbk"),
    "an answer in UTF-16": lambda body: body.decode().encode("utf-16"),
    "an answer inside a string": lambda body: json.dumps(body.decode()).encode(),
    "a list of answers": lambda body: b"[" + body + b"]",
    "an empty object": lambda _: b"{}",
    "null": lambda _: b"null",
    "a hundred thousand levels": lambda _: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a hundred thousand lists within": beside(b'"a":' + b"[" * 100_000 + b"]" * 100_000),
    "a key told twice": beside(b'"a":1,"a":2'),
    "not a number": beside(b'"a":NaN'),
    "infinity": beside(b'"a":-Infinity'),
    "a number of 5,000 digits": beside(b'"a":' + b"9" * 5_000),
    "an exponent without end": beside(b'"a":1e' + b"9" * 30),
    "a bare NUL": beside(b'"a":"\x00"'),
}
BOMB = b'<!DOCTYPE a [<!ENTITY a "x">' + b"".join(
    f'<!ENTITY {name} "{f"&{of};" * 10}">'.encode() for of, name in zip("abcdefgh", "bcdefghi", strict=True)
)
UNUSABLE_XML = UNUSABLE | {
    "an answer in UTF-16": lambda body: body.decode().encode("utf-16"),
    "a charset nobody knows": lambda body: b'<?xml version="1.0" encoding="x-none"?>' + body.split(b"?>")[-1],
    "JSON": lambda _: b'{"stare":"ok"}',
    "an empty element": lambda _: b"<a/>",
    "a document type": in_root(b"", before=b"<!DOCTYPE a>"),
    "a document type from elsewhere": in_root(b"", before=b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">'),
    "an entity that is a file": in_root(b"&a;", before=b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    "an entity that grows to gigabytes": in_root(b"&i;", before=BOMB + b"]>"),
    "an entity that nobody declared": in_root(b"&a;"),
    "a hundred thousand levels": lambda _: b"<a>" * 100_000 + b"</a>" * 100_000,
    "a hundred thousand levels within": in_root(b"<a>" * 100_000 + b"</a>" * 100_000),
    "a prefix that nobody declared": in_root(b"<nobody:a/>"),
    "an attribute told twice": in_root(b'<a b="1" b="2"/>'),
    "an end without a start": in_root(b"</a>"),
    "a bare NUL": in_root(b"<a>\x00</a>"),
}  # fmt: skip
OF_FORM = {"json": UNUSABLE_JSON, "xml": UNUSABLE_XML}


def of_kinds(holds):
    """For tests of those adapters alone whose speaker is such a one."""
    return pytest.mark.parametrize("kind", [kind for kind in KINDS if holds(SPEAKERS[kind])])


with_tokens = of_kinds(lambda of: of.tokens)
in_json = of_kinds(lambda of: of.form == "json")
in_xml = of_kinds(lambda of: of.form == "xml")
whose_absence_is_known = of_kinds(lambda of: of.absent() is not None)


def test_every_registered_adapter_has_a_speaker():
    assert {name.split()[0] for name in SPEAKERS} == ADAPTERS.keys()


def test_the_registry_tells_what_the_adapter_tells(kind, of, toolbox):
    """Of one that lives by its options, these tell."""
    account = Account("main", "http://a", "http://b", of.credentials, options=of.options)
    told = getattr(of.options, "capabilities", registered(kind).capabilities)
    assert registered(kind).factory(account, toolbox).capabilities == told
    assert set(registered(kind).credentials) <= of.credentials.keys()


async def test_a_sound_answer_is_a_find_that_proves_each_invoice_in_order(of, provider, check):
    provider.says(body_of(of))
    answers = await check()
    assert outcomes(answers) == {Outcome.FOUND_MATCH}
    for invoice, answer in zip(of.invoices, answers, strict=True):
        assert compare(invoice, answer.found) == ()
        assert missing(invoice, answer.found) == ()


async def test_a_byte_order_mark_does_not_spoil_a_sound_answer(of, provider, check):
    provider.says(b"\xef\xbb\xbf" + body_of(of))
    assert outcomes(await check()) == {Outcome.FOUND_MATCH}


async def test_each_code_means_what_its_page_says(of, provider, check):
    for said, outcome in of.says():
        provider.forget()
        status, body = said if isinstance(said, tuple) else (200, said)
        provider.says(body, status=status)
        assert outcomes(await check()) == {outcome}, said


async def test_what_is_missing_is_told_before_anything_is_asked(of, provider, adapter):
    for invoice, code in of.missing():
        (answer,) = await adapter().check([invoice])
        assert (answer.outcome, answer.code) == (Outcome.BAD_REQUEST, code)
        assert answer.message
    assert provider.heard == []


@whose_absence_is_known
async def test_a_probe_that_works_is_no_refusal_and_no_riddle(of, provider, adapter):
    provider.says(of.absent())
    assert (await adapter().probe()).outcome not in {Outcome.AUTH, Outcome.TRANSIENT}
    assert len(provider.asked) == 1


async def test_a_probe_with_refused_credentials_says_so(of, provider, adapter):
    provider.says(b"", status=401)
    assert (await adapter().probe()).outcome is Outcome.AUTH


@whose_absence_is_known
async def test_not_there_is_said_only_by_the_provider(of, provider, check):
    provider.says(of.absent())
    assert outcomes(await check()) == {Outcome.NOT_FOUND}


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind in KINDS for case in OF_FORM[SPEAKERS[kind].form]],
)
async def test_what_is_no_sound_answer_teaches_nothing(case, of, provider, check):
    provider.says(OF_FORM[of.form][case](body_of(of)))
    assert outcomes(await check()) == {Outcome.TRANSIENT}
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [201, 204, 301, 302, 400, 404, 418, 500, 502, 503, 504])
async def test_a_status_other_than_200_teaches_nothing_whatever_its_body_says(status, of, provider, check):
    provider.says(b"" if status == 204 else body_of(of), status=status, headers={"location": provider.url})
    answers = await check()
    assert {(answer.outcome, answer.code) for answer in answers} == {(Outcome.TRANSIENT, f"http_{status}")}
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_of_the_credentials_is_no_word_about_the_invoice(status, of, provider, check):
    provider.says(body_of(of), status=status)
    assert outcomes(await check()) == {Outcome.AUTH}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7), ("0", 0), ("2.5", 2.5), ("1000000000", 3600), ("-5", 0), ("soon", None), ("", None),
        ("NaN", None),
        ("9" * 400, None), ("Thu, 99 Foo 2025 99:99:99 GMT", None), ("Wed, 01 Jan 1975 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
    ],
)  # fmt: skip
async def test_a_wait_asked_for_is_kept_within_an_hour(header, seconds, of, provider, check):
    provider.says(b"slow down", status=429, headers={"retry-after": header})
    answers = await check()
    assert {(each.outcome, each.retry_after) for each in answers} == {(Outcome.RATE_LIMITED, seconds)}


async def test_a_wait_until_a_date_counts_from_our_clock(provider, check, now):
    at = format_datetime(now + timedelta(seconds=90), usegmt=True)
    provider.says(b"", status=429, headers={"retry-after": at})
    assert {answer.retry_after for answer in await check()} == {90}


@pytest.mark.parametrize("manner", ["reset", "half"])
async def test_a_broken_connection_teaches_nothing(manner, of, provider, check):
    provider.says(body_of(of), manner=manner)
    assert {(each.outcome, each.code) for each in await check()} == {(Outcome.TRANSIENT, "reset")}
    assert len(provider.asked) == 1


@pytest.mark.parametrize("manner", ["drip", "silent"])
async def test_an_answer_that_takes_too_long_teaches_nothing(manner, of, provider, check):
    provider.says(body_of(of))
    provider.says(body_of(of), manner=manner)
    await check()
    answers = await check(timeout=0.7)
    assert {(each.outcome, each.code) for each in answers} == {(Outcome.TRANSIENT, "timeout")}


async def test_a_body_beyond_the_cap_teaches_nothing(of, provider, check):
    provider.says(padded(of, body_of(of)))
    assert {(each.outcome, each.code) for each in await check()} == {(Outcome.TRANSIENT, "too_large")}


async def test_nobody_at_home_teaches_nothing(check):
    answers = await check(url="http://127.0.0.1:1/", token_url="http://127.0.0.1:1/")
    assert {(each.outcome, each.code) for each in answers} == {(Outcome.TRANSIENT, "connect")}


@of_kinds(lambda of: getattr(of, "echoes", True))
async def test_a_find_of_another_invoice_tells_that_others_number(of, provider, check):
    others = [replace(invoice, number="25112000000000000099") for invoice in of.invoices]
    provider.aside = aside_of(of, others)
    provider.says(body_of(of, others))
    assert {answer.found.number for answer in await check()} == {"25112000000000000099"}


ODD = [
    None, [], {}, "", " ", 0, -1, True, "否", "\x00", "\ud800", "x" * 10_000, 10**40, 1.5, "1e400", [[]],
    {"a": None}, "9999-99-99", "0000", "-0", "２", "\u202e1",
]  # fmt: skip

UNTELLING = [None, [], {}, "", " ", True, [[]], {"a": None}, "\x00", "\ud800"]


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from leaves(each, (*path, key))


def with_leaf(value, path, odd):
    copy = json.loads(json.dumps(value))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    return copy


@in_json
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:20])
async def test_a_wrong_value_in_any_one_field_never_makes_up_knowledge(odd, of, provider, check):
    sound = of.found(of.invoices)
    for path in leaves(sound):
        said = with_leaf(sound, path, odd)
        if said == of.absent():
            continue  # an empty list may be its very word for "not there"
        provider.forget()
        provider.says(said)
        answers = await check()
        for invoice, answer in zip(of.invoices, answers, strict=True):
            assert answer.outcome in {Outcome.TRANSIENT, *FINDS}, path
            if answer.outcome in FINDS:
                assert answer.found.number
                told = compare(invoice, answer.found)
                assert told == () or odd not in UNTELLING, path


@in_json
async def test_a_field_left_out_is_told_by_nobody(of, provider, check):
    sound = of.found(of.invoices)
    for path in leaves(sound):
        if isinstance(path[-1], int):
            continue
        provider.forget()
        copy = json.loads(json.dumps(sound))
        at = copy
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        provider.says(copy)
        for invoice, answer in zip(of.invoices, await check(), strict=True):
            assert answer.outcome in {Outcome.TRANSIENT, Outcome.FOUND_MATCH}, path
            assert answer.found is None or compare(invoice, answer.found) == (), path


LEAF = re.compile(rb"(?<=>)[^<>]+(?=<)|(?<==\")[^\"<>]*(?=\")")
"""The text of an element, or the value of an attribute, namespaces and declarations included."""


TELLING = {b"0", b"-1", b"&#9999;", b"x" * 10_000}


@in_xml
@pytest.mark.parametrize("odd", [b"", b" ", b"0", b"-1", b"&#9999;", b"x" * 10_000, b"<a/>", b"<a b='1'>2</a>"])
async def test_a_wrong_text_in_any_one_element_never_makes_up_knowledge(odd, of, provider, check):
    sound = body_of(of)
    for leaf in LEAF.finditer(sound):
        provider.forget()
        provider.says(sound[: leaf.start()] + odd + sound[leaf.end() :])
        for invoice, answer in zip(of.invoices, await check(), strict=True):
            assert answer.outcome in {Outcome.TRANSIENT, *FINDS}, leaf
            told = () if answer.found is None else compare(invoice, answer.found)
            assert told == () or odd in TELLING, leaf


async def test_evidence_shows_what_explains_and_hides_who(of, provider, check):
    provider.says(body_of(of))
    raw = (await check())[0].raw()
    for shown in getattr(of, "evidence", ("2511…0001", "9111…0166", "106.00")):
        assert shown in raw


async def test_half_an_answer_is_kept_as_evidence_without_names(of, provider, check):
    provider.says(body_of(of)[:-9])
    raw = (await check())[0].raw()
    for shown in getattr(of, "half", ("2511…0001", "***")):
        assert shown in raw


async def test_a_page_that_repeats_what_is_secret_is_kept_without_it(provider, check):
    provider.says("<html>911101081000000166 at 13800138000 with 0a1b2c3d4e5f60718293a4b5c6d7e8f9</html>")
    raw = (await check())[0].raw()
    assert raw == "<html>9111…0166 at *** with 0a1b…e8f9</html>"


@with_tokens
async def test_a_token_is_fetched_once_and_used_again(of, provider, check):
    provider.says(body_of(of))
    await check()
    await check()
    assert len(provider.asked_for_tokens) == 1
    assert len(provider.asked) == 2


@with_tokens
async def test_a_dead_token_is_replaced_within_the_question(of, provider, check, tokens):
    provider.says(b"", status=401)
    provider.says(body_of(of))
    assert outcomes(await check()) == {Outcome.FOUND_MATCH}
    assert tokens.dropped == ["token-1"]
    assert len(provider.asked_for_tokens) == 2


@with_tokens
async def test_a_token_refused_twice_is_not_fetched_a_third_time(of, provider, check):
    provider.says(b"", status=401)
    assert outcomes(await check()) == {Outcome.AUTH}
    assert (len(provider.asked), len(provider.asked_for_tokens)) == (2, 2)


@with_tokens
async def test_a_token_that_the_store_keeps_is_not_tried_again(of, provider, check, tokens):
    async def keep(account, value):
        """As a store does that spares the few tokens a provider grants."""

    tokens.drop = keep
    provider.says(b"", status=401)
    assert outcomes(await check()) == {Outcome.AUTH}
    assert len(provider.asked) == 1


@with_tokens
@pytest.mark.parametrize(
    "said",
    [b"", b"<html>", b"{}", b"[]", {"access_token": ""}, {"access_token": ["a"]},
     {"access_token": "a\r\nx: y"}, {"access_token": "a" * 5_000}, {"access_token": "é"},
     {"error": "unheard_of"}, {"code": 5}],
    ids=lambda said: str(said)[:24],
)  # fmt: skip
async def test_no_token_is_an_answer_for_every_invoice_and_nothing_is_asked(said, provider, check):
    provider.says_of_tokens(said)
    assert outcomes(await check()) == {Outcome.TRANSIENT}
    assert provider.asked == []


@with_tokens
@pytest.mark.parametrize(
    ("said", "status"),
    [({"error": "invalid_client", "error_description": "unknown client id"}, 401),
     ({"error": "invalid_client"}, 200), ({"error": "invalid_request"}, 400), (b"", 403)],
    ids=["401", "200", "400", "403"],
)  # fmt: skip
async def test_refused_credentials_are_told_as_such(said, status, provider, check):
    provider.says_of_tokens(said, status=status)
    assert outcomes(await check()) == {Outcome.AUTH}
    assert provider.asked == []


@with_tokens
@pytest.mark.parametrize(
    ("told", "days"),
    [
        (86_400, 1),
        ("2592000", 30),
        (10**8, 30),
        (None, 1),
        (-1, 1),
        (0, 1),
        ("never", 1),
        ([], 1),
        (10**40, 1),
    ],
)
async def test_a_token_lives_as_long_as_it_says_within_reason(told, days, lifetime):
    assert await lifetime({"access_token": "token", "expires_in": told}) == timedelta(days=days)


@pytest.fixture
def lifetime(of, provider, check, tokens, now):
    """How long a token is kept that was handed out so."""

    async def of_token(said):
        provider.says_of_tokens(said)
        provider.says(body_of(of))
        await check()
        return next(iter(tokens.live.values())).expires_at - now

    return of_token
