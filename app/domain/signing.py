"""Signed requests: TC3-HMAC-SHA256 (Tencent Cloud) and ACS3-HMAC-SHA256 (Alibaba Cloud), two chains over one form.

One rule: what is signed is what is sent, byte for byte: path, query, headers and body go in as they go out. Pure, so
that a simulator can sign a request it received and compare. As the vendors' own clients do it, which the tests sign
beside it: tencentcloud-sdk-python-common 3.1.195, alibabacloud_tea_openapi 0.4.6.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Request:
    """A POST as it is signed. `path` is without its query, `query` from `canonical_query`, `headers` by lower-case
    name.
    """

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def signed_headers(self) -> str:
        return ";".join(sorted(self.headers))

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the canonical request."""
        headers = "".join(f"{name}:{self.headers[name].strip()}\n" for name in sorted(self.headers))
        lines = ("POST", self.path, self.query, headers, self.signed_headers, sha256_hex(self.body))
        return sha256_hex("\n".join(lines).encode(errors="replace"))


def canonical_query(parameters: Mapping[str, str]) -> str:
    """The query sorted by name; percent-encoded but for the unreserved characters of RFC 3986, a blank as %20."""
    return "&".join(f"{_encoded(name)}={_encoded(parameters[name])}" for name in sorted(parameters))


def tc3_authorization(request: Request, at: datetime, service: str, secret_id: str, secret_key: str) -> str:
    """The header `Authorization` of TC3-HMAC-SHA256; `at` is what `X-TC-Timestamp` says, in whole seconds."""
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = _hmac(key, part)
    signature = _hmac(key, f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{scope}\n{request.digest}").hex()
    return (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={request.signed_headers}, Signature={signature}"
    )


def acs3_authorization(request: Request, key_id: str, key_secret: str) -> str:
    """The header `Authorization` of ACS3-HMAC-SHA256; the instant and the nonce are among the headers."""
    signature = _hmac(key_secret.encode(), f"ACS3-HMAC-SHA256\n{request.digest}").hex()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={request.signed_headers},Signature={signature}"


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _encoded(text: str) -> str:
    return quote(text, safe="~", errors="replace")
