"""What somebody is told who pressed a button in a chat. One rule: for their eyes only, and it says what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.channels.channel import Language
from app.domain.phrases import beijing
from app.domain.words import Words, words

_WORDS: Final[Mapping[str, Words]] = {
    "done.acknowledge": words("已记为由您处理，{at} 之前不再提醒。", "Acknowledged: no reminders until {at}."),
    "done.silence": words("已暂停提醒，至 {at}。", "Silenced until {at}."),
    "done.check": words("已安排查询，结果稍后显示。", "The questions are on their way."),
    "used": words("刚才已经处理过了。", "This was done already."),
    "resolved": words("这起告警已经结束，不需要再操作。", "This incident is over; there is nothing left to do."),
    "unknown": words("没有找到这起告警。", "There is no such incident."),
    "stranger": words(
        "票达还不认识您，请管理员在配置的 people 中登记您的账号。",
        "Piaoda does not know you yet; ask the administrator to enter you under people.",
    ),
    "may_not": words("您没有这项权限，请联系管理员。", "You may not do this; ask the administrator."),
    "later": words("暂时处理不了，请稍后再按一次。", "This could not be done just now; press again in a while."),
}


def words_for(what: str, language: Language, until: datetime | None = None) -> str:
    """In the destination's language; `both` reads Chinese first, as everywhere."""
    at = beijing(until) if until else ""
    return _WORDS[what]["en" if language == "en" else "zh"].format(at=at)
