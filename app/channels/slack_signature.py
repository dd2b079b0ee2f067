"""Whether a call says rightly that it comes from Slack (docs.slack.dev, verifying requests).

Its one rule: whatever a stranger sends, the answer is yes or no; the raw bytes are judged before anybody parses them.
"""

import hashlib
import hmac
import re
from datetime import datetime

from app.channels.limits import LIMITS

_AGE = LIMITS["slack_app"]["signature_age"]


def verify_slack(signing_secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """`timestamp` and `signature` are the headers X-Slack-Request-Timestamp and X-Slack-Signature.

    False for calls older or newer than five minutes, and without a secret: an empty key would be everybody's.
    """
    if not signing_secret or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    if abs(int(timestamp) - now.timestamp()) > _AGE:
        return False
    right = hmac.new(signing_secret.encode(), b":".join((b"v0", timestamp.encode(), body)), hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={right}".encode(), signature.encode(errors="replace"))
