"""The words of the incident pages and of the page behind a signed link; see `texts.py`. A table, no logic."""

from collections.abc import Mapping
from typing import Final

from app.domain.words import Words, words

INCIDENT_TEXTS: Final[Mapping[str, Words]] = {
    "nav.incidents": words("告警", "Incidents"),
    "incidents.title": words("告警", "Incidents"),
    "incidents.count": words("{count} 起未结束", "{count} open"),
    "incidents.none": words("当前没有告警。", "Nothing is wrong."),
    "incidents.more": words("只显示最近的 {count} 起。", "The latest {count} are shown."),
    "incidents.ended": words("最近结束", "Lately ended"),
    "incidents.who": words(
        "用有操作权限的密钥登录后，可以认领处理或暂停提醒。",
        "Sign in with a key that may act to acknowledge or silence.",
    ),
    "incident.back": words("全部告警", "All incidents"),
    "incident.scope": words("范围", "Scope"),
    "incident.all": words("该账户全部查询", "All of this account"),
    "incident.sellers": words("{names} 等 {count} 家销售方", "{names} and others, {count} sellers"),
    "incident.since": words("开始时间", "Since"),
    "incident.lasted": words("持续 {span}", "for {span}"),
    "incident.members": words("涉及发票", "Invoices"),
    "incident.remaining": words("尚未解决", "Still open"),
    "incident.amount": words("价税合计", "Total with tax"),
    "incident.level": words("通知级别", "Level"),
    "incident.level.value": words("第 {level} 级", "Level {level}"),
    "incident.level.none": words("尚未通知", "Nobody told yet"),
    "incident.acknowledged": words("处理情况", "Acknowledged"),
    "incident.acknowledged.by": words("{by} 处理中，至 {until}", "by {by}, until {until}"),
    "incident.acknowledged.none": words("无人处理", "By nobody"),
    "incident.why": words("原因", "Reason"),
    "incident.notices": words("通知记录", "Who was told"),
    "incident.notices.none": words("尚未通知任何人。", "Nobody has been told yet."),
    "incident.invoices": words("涉及的发票", "Invoices in it"),
    "incident.invoices.more": words(
        "只显示前 {count} 张，其余请通过接口查询。", "The first {count}; the API has them all."
    ),
    "incident.invoices.none": words("没有发票。", "It holds no invoice."),
    "incident.left": words("已解决", "solved"),
    "column.trouble": words("告警", "Incident"),
    "column.when": words("时间", "At"),
    "column.what": words("内容", "What"),
    "column.to": words("通知对象", "To"),
    "column.actions": words("操作", "Actions"),
    "trouble.outage": words("税务系统查询故障", "Tax system outage"),
    "trouble.deadline": words("发票逾期未同步", "Invoices past their deadline"),
    "trouble.rejected": words("发票被退回", "Invoices refused"),
    "trouble.mismatch": words("票面与税务系统不一致", "Details differ"),
    "trouble.uncheckable": words("发票无法查验", "Invoices that cannot be checked"),
    "trouble.abnormal": words("发票状态异常", "Abnormal invoices"),
    "trouble.changed": words("同步后状态变化", "Changed after sync"),
    "trouble.disappeared": words("同步后查无此票", "Gone after sync"),
    "trouble.endpoint": words("推送地址不通", "Webhook cannot be reached"),
    "standing.open": words("进行中", "Open"),
    "standing.draining": words("已恢复，等待补查", "Recovered, catching up"),
    "standing.resolved": words("已结束", "Over"),
    "notice.opened": words("首次通知", "First notice"),
    "notice.grew": words("涉及发票增加", "More invoices"),
    "notice.level": words("升级通知", "Next level"),
    "notice.reminder": words("再次提醒", "Reminder"),
    "notice.lapsed": words("处理到期", "Acknowledgement ended"),
    "notice.recovered": words("故障恢复", "Recovered"),
    "notice.still_late": words("恢复后仍有逾期", "Still late after recovery"),
    "notice.resolved": words("已结束", "Over"),
    "received.pending": words("发送中", "on its way"),
    "received.delivered": words("已送达", "delivered"),
    "received.dead": words("未送达", "not delivered"),
    "received.superseded": words("已由新消息代替", "replaced by a newer one"),
    "do.acknowledge": words("我来处理", "Acknowledge"),
    "do.unacknowledge": words("取消处理", "Take back"),
    "do.silence": words("暂停提醒", "Silence"),
    "do.check": words("立即查询", "Check now"),
    "lasting.1h": words("1 小时", "for 1 hour"),
    "lasting.4h": words("4 小时", "for 4 hours"),
    "lasting.morning": words("到下个工作日上班", "until work begins next"),
    "lasting.until": words("至 {at}", "until {at}"),
    "act.as": words("以 {name} 的名义", "In the name of {name}"),
    "act.acknowledge": words(
        "由您处理，{at} 之前不再提醒，也不升级；事情没有解决，到时会再通知。",
        "No reminders and no escalation until {at}; if it is not over by then, you will hear of it again.",
    ),
    "act.silence": words(
        "暂停期间，同一范围的告警不再通知任何人；发票照常查询和记录。",
        "While it lasts nobody is told about this scope; invoices are checked and recorded as ever.",
    ),
    "act.check": words(
        "立即查询其中等待最久的发票（最多 100 张），不超过当日查询次数。",
        "Asks now about those that wait longest, 100 at most, within the day's budget.",
    ),
    "act.over": words("这起告警已经结束，不需要再操作。", "This incident is over; there is nothing left to do."),
    "act.done.acknowledge": words("已记为由您处理，{at} 之前不再提醒。", "Acknowledged: no reminders until {at}."),
    "act.done.silence": words("已暂停提醒，至 {at}。", "Silenced until {at}."),
    "act.done.check": words("已安排查询，结果稍后显示。", "The questions are on their way; answers follow shortly."),
    "act.open": words("查看告警", "Show the incident"),
    "refused.link_forged": words("链接无效", "This link is not valid"),
    "refused.link_forged.next": words(
        "链接不完整或已被改动，请从原消息重新打开。", "It is cut off or was changed; open it from the message again."
    ),
    "refused.link_expired": words("链接已过期", "This link has expired"),
    "refused.link_expired.next": words(
        "请从最新一条消息打开，或登录后操作。", "Use the latest message, or sign in and act there."
    ),
    "refused.link_used": words("链接已使用", "This link has been used"),
    "refused.link_used.next": words(
        "每个链接只能操作一次。需要再次操作，请登录。", "A link acts once. Sign in to act again."
    ),
    "refused.person_may_not": words("您没有这项权限", "You may not do this"),
    "refused.person_may_not.next": words(
        "请联系管理员，在配置的 people 中授权。", "Ask the administrator to allow it under people."
    ),
    "refused.no_actor": words("请用有操作权限的密钥登录", "Sign in with a key that may act"),
    "refused.no_actor.next": words(
        "认领处理和暂停提醒需要权限 invoices:act；登录后会回到这里。",
        "This needs the scope invoices:act; afterwards you come back here.",
    ),
    "refused.no_incident": words("没有这起告警", "No such incident"),
    "refused.no_incident.next": words("请检查网址，或查看全部告警。", "Check the address, or look at all incidents."),
    "refused.incident_over": words("这起告警已经结束", "This incident is over"),
    "refused.incident_over.next": words("不需要再操作。", "There is nothing left to do."),
}
