"""Two vendors' signatures, beside those that their own clients make. One rule: what arrived is what was signed."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.http.request import RequestInternal

from app.domain.signing import Request, acs3_authorization, canonical_query, sha256_hex, tc3_authorization
from app.tax.registry import ADAPTERS
from tests.contract.tax.speakers.aliyun import OfAliyun
from tests.contract.tax.speakers.tencent import OfTencent

NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from([
    "发票 号码", "a+b c&d=e", "~*'()!", "%E5%8F%91", "/?#[]@", "\r\n\t", "é ü ß", "😀", "", " ", "100%", "%2B",
])  # fmt: skip
SECRET = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
PATH = st.sampled_from(["/", "/tencent/", "/aliyun/", "/a/b%20c/~"])
HOST = st.sampled_from(["ocr.tencentcloudapi.com", "ocr-api.cn-hangzhou.aliyuncs.com", "127.0.0.1:8081", "[::1]:80"])


def tencent_sdk(path, headers, timestamp, body, secret_key):
    """The signature that Tencent's own client makes."""
    sent = RequestInternal(headers["host"], "POST", path)
    sent.header = {"Content-Type": headers["content-type"], "Host": headers["host"], "X-TC-Timestamp": str(timestamp)}
    sent.data = body
    day = f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
    return AbstractClient._get_tc3_signature(None, {}, sent, day, "ocr", secret_key)


def aliyun_sdk(path, query, headers, key_id, key_secret):
    """The header `Authorization` that Alibaba's own client makes for a POST without a body."""
    sent = SimpleNamespace(method="POST", pathname=path, query=query, headers=headers)
    return Utils.get_authorization(sent, "ACS3-HMAC-SHA256", NO_BODY, key_id, key_secret)


def test_tencent_a_known_request_has_its_known_signature():
    body = b'{"InvoiceNo": "25112000000012345678", "InvoiceDate": "2025-03-01", "Amount": "106.00"}'
    headers = {"content-type": "application/json", "host": "ocr.tencentcloudapi.com"}
    assert tc3_authorization(
        Request("/", "", headers, body),
        datetime.fromtimestamp(1_700_000_000, UTC),
        "ocr",
        "AKIDEXAMPLE0000000000000000000000000",
        "SECRETEXAMPLE00000000000000000000",
    ) == (
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE0000000000000000000000000/2023-11-14/ocr/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=12d2cf425a96e5b8728ac6f80c8b13bf9d00adcbb220a79ddefd23884ca38d2e"
    )


@given(text=TEXT, path=PATH, host=HOST, timestamp=st.integers(0, 4_000_000_000), secret_key=SECRET)
def test_tencent_any_request_is_signed_as_the_vendors_client_signs_it(text, path, host, timestamp, secret_key):
    headers = {"content-type": "application/json", "host": host}
    at = datetime.fromtimestamp(timestamp, UTC)
    for body in (json.dumps({"InvoiceNo": text}).encode(), text.encode()):
        ours = tc3_authorization(Request(path, "", headers, body), at, "ocr", "id", secret_key)
        assert ours.endswith(f"Signature={tencent_sdk(path, headers, timestamp, body, secret_key)}")


def test_aliyun_a_known_request_has_its_known_signature():
    query = canonical_query({"InvoiceSum": "106.00", "InvoiceNo": "25112000000012345678", "InvoiceDate": "20250301"})
    headers = {
        "host": "ocr-api.cn-hangzhou.aliyuncs.com",
        "x-acs-action": "VerifyVATInvoice",
        "x-acs-version": "2021-07-07",
        "x-acs-date": "2023-11-14T22:13:20Z",
        "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
        "x-acs-content-sha256": NO_BODY,
    }
    assert acs3_authorization(Request("/", query, headers), "LTAIEXAMPLE", "SECRETEXAMPLE") == (
        "ACS3-HMAC-SHA256 Credential=LTAIEXAMPLE,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=0989e7e5040c3b78b2fc6d096d8f78c14c16db2a018fe0c83986b1bbc0f070ed"
    )


@given(
    query=st.dictionaries(st.sampled_from(["InvoiceNo", "InvoiceCode", "InvoiceSum", "Invoice", "a_b", "Z"]), TEXT),
    headers=st.dictionaries(st.sampled_from(["x-acs-action", "x-acs-date", "x-acs-security-token"]), TEXT),
    path=PATH,
    host=HOST,
    key_secret=SECRET,
)
def test_aliyun_any_request_is_signed_as_the_vendors_client_signs_it(query, headers, path, host, key_secret):
    headers = {"host": host, **headers}
    ours = acs3_authorization(Request(path, canonical_query(query), headers), "id", key_secret)
    assert ours == aliyun_sdk(path, query, headers, "id", key_secret)


@given(st.dictionaries(TEXT, TEXT))
def test_a_query_says_to_its_reader_what_was_put_in_and_is_sorted(parameters):
    query = canonical_query(parameters)
    told = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    assert told == sorted(parameters.items())


def test_nothing_has_the_hash_that_both_vendors_print():
    assert sha256_hex(b"") == NO_BODY


@pytest.fixture
def asked(provider, account, toolbox):
    """What arrives of a question by the adapter of this name, at an address with a path of its own."""

    async def of(kind, speaker):
        provider.says(speaker.found(speaker.invoices))
        await ADAPTERS[kind].factory(account(speaker.credentials), toolbox).check(speaker.invoices)
        (heard,) = provider.asked
        return heard

    return of


async def test_tencent_what_arrives_is_what_was_signed(asked, now):
    heard = await asked("tencent", OfTencent())
    timestamp = int(heard.headers["x-tc-timestamp"])
    signature = tencent_sdk(heard.target, heard.headers, timestamp, heard.body.encode(), "SECRETEXAMPLE")
    assert heard.headers["authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2025-03-02/ocr/tc3_request, SignedHeaders=content-type;host, "
        f"Signature={signature}"
    )
    assert (heard.target, timestamp) == ("/ask", now.timestamp())


async def test_aliyun_what_arrives_is_what_was_signed(asked):
    heard = await asked("aliyun", OfAliyun())
    path, _, query = heard.target.partition("?")
    signed = {name: value for name, value in heard.headers.items() if name == "host" or name.startswith("x-acs-")}
    authorization = aliyun_sdk(path, dict(parse_qsl(query)), signed, "LTAIEXAMPLE", "SECRETEXAMPLE")
    assert heard.headers["authorization"] == authorization
    assert (path, heard.headers["x-acs-date"], heard.body) == ("/ask", "2025-03-02T04:00:00Z", "")
    assert "content-type" not in heard.headers  # it would have to be signed
