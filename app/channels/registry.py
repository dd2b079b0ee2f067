"""Every kind of destination. Its one rule: a new channel is one file, one line here, one row in its test."""

from collections.abc import Mapping

from app.channels.apprise import APPRISE
from app.channels.channel import Kind
from app.channels.dingtalk import DINGTALK
from app.channels.feishu import FEISHU
from app.channels.mail import EMAIL
from app.channels.slack import SLACK
from app.channels.slack_app import SLACK_APP
from app.channels.sms import SMS
from app.channels.teams import TEAMS
from app.channels.webhook import WEBHOOK
from app.channels.wecom import WECOM
from app.channels.wecom_app import WECOM_APP

CHANNELS: Mapping[str, Kind] = {
    "webhook": WEBHOOK,
    "slack": SLACK,
    "slack_app": SLACK_APP,
    "wecom": WECOM,
    "wecom_app": WECOM_APP,
    "dingtalk": DINGTALK,
    "feishu": FEISHU,
    "teams": TEAMS,
    "email": EMAIL,
    "sms": SMS,
    "apprise": APPRISE,
}
