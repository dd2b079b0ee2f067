"""Every kind of destination. Its one rule: a new channel is one file, one line here, one row in its test."""

from collections.abc import Mapping

from app.channels.channel import Kind
from app.channels.slack import SLACK
from app.channels.webhook import WEBHOOK
from app.channels.wecom import WECOM

CHANNELS: Mapping[str, Kind] = {"webhook": WEBHOOK, "slack": SLACK, "wecom": WECOM}
