"""What the values of labels are called, and their colours. One rule: the product's own words, where it has them."""

from collections.abc import Mapping
from typing import Final

from app.console.incident_texts import INCIDENT_TEXTS
from app.domain.incident import Reason
from app.domain.words import CAUSES, KINDS, OUTCOMES, STATES, Words, words

NAMES: Final[Mapping[str, Mapping[str, Words]]] = {
    "state": {state.value: name for state, name in STATES.items()},
    "cause": {cause.value: name for cause, name in CAUSES.items()},
    "outcome": {outcome.value: name for outcome, name in OUTCOMES.items()},
    "kind": {**{kind.value: name for kind, name in KINDS.items()}, "unknown": words("票种不明", "Unknown kind")},
    "reason": {reason.value: INCIDENT_TEXTS[f"notice.{reason}"] for reason in Reason},
    "deadline": {"met": words("按期同步", "Met"), "missed": words("未按期", "Missed")},
    "event": {
        "accepted": words("已接收", "Accepted"),
        "duplicate": words("重复推送", "Repeated"),
        "conflict": words("内容冲突", "Conflict"),
        "invalid": words("格式不符", "Invalid"),
    },
    "delivery": {
        "delivered": words("已送达", "Delivered"),
        "retry": words("待重试", "Tried again later"),
        "permanent": words("对方拒收", "Refused for good"),
        "misconfigured": words("配置有误", "Misconfigured"),
        "unknown": words("结果不明", "Unknown"),
    },
    "loop": {
        "poller": words("查询", "Poller"),
        "watchdog": words("期限检查", "Watchdog"),
        "notifier": words("通知发送", "Notifier"),
        "alerter": words("告警", "Alerter"),
        "turns": words("账户轮次", "Turns"),
        "clock": words("对时", "Clock"),
        "upkeep": words("清理", "Upkeep"),
        "statistics": words("统计", "Statistics"),
        "redelivery": words("重新发送", "Redelivery"),
    },
    "pool": {"api": words("接口", "API"), "worker": words("后台任务", "Workers")},
    "surface": {
        "events": words("接收发票", "Events"),
        "api": words("其他接口", "API"),
        "console": words("页面", "Console"),
        "callbacks": words("按钮回调", "Callbacks"),
        "health": words("健康检查", "Health"),
    },
    "channel": {
        "webhook": words("Webhook 推送", "Webhook"),
        "wecom": words("企业微信群", "WeCom group"),
        "wecom_app": words("企业微信应用", "WeCom app"),
        "dingtalk": words("钉钉", "DingTalk"),
        "feishu": words("飞书", "Feishu"),
        "slack": words("Slack", "Slack"),
        "slack_app": words("Slack 应用", "Slack app"),
        "teams": words("Teams", "Teams"),
        "email": words("邮件", "E-mail"),
        "sms": words("短信", "SMS"),
        "apprise": words("Apprise", "Apprise"),
    },
}

COLOURS: Final[Mapping[str, Mapping[str, str]]] = {
    "state": {"pending": "blue", "synced": "green", "overdue": "orange", "escalated": "red", "voided": "text"},
    "deadline": {"met": "green", "missed": "red"},
    "event": {"accepted": "green", "duplicate": "blue", "conflict": "orange", "invalid": "red"},
    "delivery": {
        "delivered": "green",
        "retry": "yellow",
        "permanent": "red",
        "misconfigured": "dark-red",
        "unknown": "orange",
    },
}
