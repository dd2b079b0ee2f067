"""The words of alerts about incidents, in Chinese and English: what `incident_lines.py` speaks from.

Its one rule is that of `phrases.py`: each language as its reader would write it. Counts come in formatted; where
English has a plural, the template asks for `{invoices}` ("1 invoice", "2 invoices") rather than for a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.words import Words, words


@dataclass(frozen=True, slots=True)
class Matter:
    """One cause of incidents: mark, title, and the sentence of line 1 while it lasts.

    `guidance`: the next step, where no diagnosis gives a better one.
    """

    mark: str
    title: Words
    sentence: Words
    guidance: Words


MATTERS: Mapping[str, Matter] = {
    "outage": Matter(
        "🚨",
        words("税务系统查不了", "Tax system cannot be asked"),
        words("{extent}，{count} 张未确认", "{extent}, {count} unconfirmed"),
        words(
            "请等待恢复，票达会自动补查；期间不要重新开具或重复上传。",
            "Wait: Piaoda checks by itself once it answers. Do not issue or upload again meanwhile.",
        ),
    ),
    "deadline": Matter(
        "🔴",
        words("发票逾期", "Invoices overdue"),
        words("{of} {count} 张发票{late}，税务系统仍未查到", "{invoices}{of}{late}, still not in the tax system"),
        words(
            "请登录税务数字账户逐张查询，先查金额大的；查不到的，联系开票人员或开票服务商确认是否已上传，"
            "查明之前不要重新开具。",
            "Look each one up in the tax digital account, the largest first. Where it is not there, ask whoever issued "
            "it, or the invoicing provider, whether it was uploaded; do not issue it again meanwhile.",
        ),
    ),
    "rejected": Matter(
        "🚨",
        words("发票被退回", "Invoices refused"),
        words("{of} {count} 张发票税务系统未受理，请人工处理", "{invoices}{of} not accepted; a person must act"),
        words(
            "请在开票软件中逐张查看失败原因，更正后重新上传；自行无法处理的，联系开票服务商。",
            "Read the reason of each in the invoicing software, correct it and upload again; "
            "if you cannot, call the invoicing provider.",
        ),
    ),
    "mismatch": Matter(
        "🚨",
        words("票面不符", "Details differ"),
        words(
            "{of} {count} 张发票与税务系统不一致，请核对",
            "{invoices}{of} not as the tax system has them; please check",
        ),
        words(
            "请以票面为准逐张核对；业务系统登记有误的，更正后人工确认，发票本身开错的，按规定红冲后重开。",
            "Compare each with its face. Correct the billing system where that is wrong and resolve by hand; reverse "
            "and reissue where the invoice itself is.",
        ),
    ),
    "uncheckable": Matter(
        "🚨",
        words("无法查验", "Cannot be checked"),
        words(
            "{of} {count} 张发票无法自动查验，请人工核对",
            "{invoices}{of} beyond automatic checks; please check by hand",
        ),
        words(
            "请对照票面补全或更正查验信息；确属不支持查验的票种，在税务数字账户核实后人工确认。",
            "Complete or correct what is needed to check them; look up unsupported kinds in the tax digital account "
            "and resolve by hand.",
        ),
    ),
    "abnormal": Matter(
        "🚨",
        words("发票异常", "Invoices abnormal"),
        words(
            "{of} {count} 张发票税务系统显示状态异常，请人工处理",
            "{invoices}{of} shown as abnormal by the tax system; a person must act",
        ),
        words(
            "请暂停凭这些发票抵扣、报销和付款，尽快联系主管税务机关了解原因。",
            "Do not deduct, reimburse or pay on them; ask the tax office for the reason.",
        ),
    ),
    "changed": Matter(
        "🚨",
        words("同步后有变", "Changed after sync"),
        words(
            "{of} {count} 张发票原已同步，现状态有变，请核对",
            "{invoices}{of} changed after being synced; please check",
        ),
        words(
            "请逐张核实是否本单位作废或红冲：属实的，登记后人工确认；不属实的，联系开票服务商查明原因。",
            "Find out for each whether you voided or reversed it. If so, book that and resolve by hand; if not, "
            "call the invoicing provider.",
        ),
    ),
    "disappeared": Matter(
        "🚨",
        words("同步后查不到", "Gone after sync"),
        words(
            "{of} {count} 张发票原已同步，现税务系统查不到，请核对",
            "{invoices}{of} synced before, no longer in the tax system; please check",
        ),
        words(
            "请当天处理：登录税务数字账户逐张核对，联系开票服务商确认是否被作废或删除。",
            "Deal with it today: look each up in the tax digital account and ask the invoicing provider whether it "
            "was voided or deleted.",
        ),
    ),
    "endpoint": Matter(
        "⚠️",
        words("推送不通", "Webhook failing"),
        words("接收端 {endpoint} 已连续 {lasted}收不到推送", "endpoint {endpoint} unreachable for {lasted}"),
        words(
            "请系统管理员检查接收端是否在线、地址和密钥是否有效。票达会继续重试，恢复后自动补发；长期不通的将停用。",
            "Ask the administrator whether the endpoint is up and its address and key are right. Piaoda keeps trying "
            "and catches up by itself; an endpoint that stays away is switched off.",
        ),
    ),
}

STRANGE = Matter("🔴", words("票达提醒", "Piaoda alert"), words("{of} {count} 张发票", "{invoices}{of}"), words("", ""))
"""For a cause that is newer than this catalogue, or was not told."""

TITLES: Mapping[str, Words] = {
    "grew": words("{title}（续报）", "{title} (update)"),
    "level": words("{title}（升级 L{level}）", "{title} (escalated L{level})"),
    "reminder": words("{title}（提醒）", "{title} (reminder)"),
    "lapsed": words("{title}（处理到期）", "{title} (acknowledgement lapsed)"),
    "recovered": words("税务系统恢复", "Tax system answers again"),
    "still_late": words("恢复后仍逾期", "Still late after recovery"),
    "resolved": words("{title}（已解决）", "{title} (resolved)"),
}
"""By reason; a reason that is not here, as `opened`, leaves the title as it is."""

SPECIAL_TITLES: Mapping[tuple[str, str], Words] = {
    ("deadline", "level"): words("逾期升级 L{level}", "Overdue, escalated L{level}"),
    ("outage", "resolved"): words("税务系统故障结束", "Tax system outage over"),
    ("endpoint", "recovered"): words("推送恢复", "Webhook works again"),
    ("endpoint", "resolved"): words("推送恢复", "Webhook works again"),
}
"""By cause and reason: where the general title would not be what a person says."""

ENDS: Mapping[tuple[str, str], Words] = {
    ("outage", "recovered"): words("{there} 恢复查询，中断 {lasted}，{left}", "{there} back after {lasted}, {left}"),
    ("outage", "resolved"): words("{there} 中断 {lasted}，{left}", "{there} was away for {lasted}, {left}"),
    ("endpoint", "resolved"): words(
        "接收端 {endpoint} 恢复接收，中断 {lasted}", "endpoint {endpoint} back after {lasted}"
    ),
}
"""The sentence of line 1 when the trouble is over, by cause and reason."""

MOVED_ON: Mapping[str, Words] = {
    "title": words("情况有变", "Another matter now"),
    "sentence": words("问题已变，请看这张发票的最新提醒", "is another matter now; see its latest alert"),
}
"""The end of an incident of one invoice that is not settled but in other trouble."""

STILL_LATE: Words = words(
    "{where} 恢复后，{count} 张发票{late}，税务系统仍未查到",
    "{invoices}{of}{late}, still not in the tax system after its recovery",
)

END: Words = words("{where} {left}，历时 {lasted}", "{left}, took {lasted}")

LEFT: Mapping[str, Words] = {
    "none": words("没有发票因此逾期", "no invoice became late"),
    "settled": words("{members} 张已全部处理完毕", "{invoices_ever}{of}, all settled"),
    "found": words("{members} 张已全部查到", "{invoices_ever}, all found"),
    "some": words(
        "受影响 {members} 张，已查到 {settled} 张，还有 {count} 张", "{settled} of {members} found, {count} left"
    ),
}

PLACES: Mapping[str, Words] = {
    "account": words("账户 {name}", "account {name}"),
    "accounts": words("{name} 个账户", "{name} accounts"),
    "seller": words("销方 {name}", "seller {name}"),
    "region": words("地区 {name}", "region {name}"),
    "of": words("{where} 有", " of {where}"),
    "there": words("税务系统", "tax system"),
    "whole": words("{where} 全部发票", "all invoices of {where}"),
    "part": words("{where} 部分发票", "some invoices of {where}"),
    "whole_unnamed": words("全部发票", "all invoices"),
    "part_unnamed": words("部分发票", "some invoices"),
}

ADDED: Mapping[str, Words] = {
    "grown": words("，较 {at} 增加 {grown} 张", ", {grown} more since {at}"),
    "lasting": words("，已持续 {lasted}", ", for {lasted} now"),
    "lapsed": words("，{by} 处理时限已到仍未解决", ", acknowledged by {by} and not solved in time"),
    "lapsed_unnamed": words("，处理时限已到仍未解决", ", acknowledged and not solved in time"),
    "none_late": words("{extent}，尚无发票逾期", "{extent}, none late so far"),
    "oldest_late": words("超过时限（最久 {span}）", " past the deadline, by up to {span}"),
    "late": words("超过时限", " past the deadline"),
}

LABELS: Mapping[str, Words] = {
    "scope": words("影响范围", "Scope"),
    "endpoint": words("接收端", "Endpoint"),
    "since": words("开始时间", "Since"),
    "invoices": words("涉及发票", "Invoices"),
    "open_amount": words("未解决金额", "Amount still open"),
    "amount": words("价税合计", "Total with tax"),
    "oldest": words("最早一张", "Oldest"),
    "acknowledged": words("处理人", "Acknowledged by"),
}

VALUES: Mapping[str, Words] = {
    "lasting": words("{at}，已持续 {lasted}", "{at}, for {lasted} now"),
    "lasted": words("{at}，历时 {lasted}", "{at}, lasted {lasted}"),
    "of": words("{count} 张未解决，累计 {members} 张", "{count} open of {members}"),
    "count": words("{members} 张", "{members}"),
    "issued": words("{at} 开票", "issued {at}"),
    "issued_late": words("{at} 开票，超过时限 {span}", "issued {at}, {span} past its deadline"),
    "acknowledged": words("{by}，{at} 起", "{by}, {at}"),
    "total": words("合计 {sums}", "sum {sums}"),
    "open_total": words("未解决合计 {sums}", "open sum {sums}"),
}

LINES: Mapping[str, Words] = {
    "code": words("返回码：{code}", "Code: {code}"),
    "coded": words("（返回码：{code}）", " (code: {code})"),
    "next_level": words(
        "通知：{at} 前无人处理的，将升级到 L{level}{to}。",
        "Who is next: unless somebody acknowledges before {at}, it goes to L{level}{to}.",
    ),
    "next_to": words("（{names}）", " ({names})"),
    "in_hand": words(
        "通知：{by} 正在处理，{until} 前不再升级和提醒。",
        "Who is next: nobody before {until}, because {by} has it in hand.",
    ),
    "sellers": words("销方：{names}", "Sellers: {names}"),
    "seller": words("{name} {count} 张", "{name} ({count})"),
    "sellers_more": words("{names}，共 {count} 家", "{names}, {count} in all"),
    "kinds": words("票种：{names}", "Kinds: {names}"),
    "regions": words("地区：{names}", "Regions: {names}"),
    "row": words("· {row}", "· {row}"),
    "incident": words("编号 {id}", "incident {id}"),
    "first_seen": words("首次发现 {at}", "first seen {at}"),
    "sequence": words("第 {count} 次通知", "notice {count}"),
}

AFTERWARDS: Mapping[str, Words] = {
    "recovered": words(
        "无需处理。票达正在自动补查，补查后仍未查到的会集中再通知一次。",
        "Nothing to do. Piaoda is checking the rest and tells once more what is then still missing.",
    ),
    "still_late": words(
        "税务系统已恢复，这些发票仍查不到，可能没有上传成功。请在开票软件中核对上传状态，未上传的重新上传；"
        "仍有疑问的，登录税务数字账户查询。查明之前不要重新开具。",
        "The tax system is back and these are still not there, so they may never have been uploaded. Look "
        "up their upload status in the invoicing software and upload again where needed; if in doubt, look in the tax "
        "digital account. Do not issue them again meanwhile.",
    ),
}
"""The next step once the outage is over, by reason."""

LEFT_TO_DO: Mapping[str, Words] = {
    "draining": AFTERWARDS["recovered"],
    "resolved": words(
        "本次故障已结束；仍逾期的发票会另行告警。",
        "This outage is over; invoices that are still late are an incident of their own.",
    ),
}
"""The next step of an outage by its state, once it is over."""

ACTIONS: Mapping[str, Words] = {
    "open": words("查看详情", "Open"),
    "acknowledge": words("我来处理", "Acknowledge"),
    "check": words("立即查验", "Check now"),
    "silence": words("暂停提醒", "Silence"),
    "runbook": words("处理手册", "Runbook"),
}
"""In the order in which they are shown."""
