"""What the pages of all tax systems say alike. One rule: what is said of one alone stands in its data file."""

from app.domain.invoice import Outcome
from app.domain.words import words

HEAD = {
    "apply": words("申请什么", "What to apply for"),
    "fields": words("填哪些字段", "Which fields to fill in"),
    "report": words("开票系统要报送什么", "What the billing system must report"),
    "cost": words("限制与费用", "Limits and cost"),
    "codes": words("每个返回码会显示成什么", "What each code will show as"),
    "known": words("已知局限", "Known limits"),
    "source": words("依据", "Source"),
}
THEN = {
    Outcome.FOUND_MATCH: words("核对票面，一致即为已同步", "compared; synced when all agrees"),
    Outcome.FOUND_VOID: words("转人工", "a person must act"),
    Outcome.FOUND_RED_PARTIAL: words("转人工；已报送红冲的除外", "a person must act, unless its reversal was reported"),
    Outcome.FOUND_RED_FULL: words("转人工；已报送红冲的除外", "a person must act, unless its reversal was reported"),
    Outcome.FOUND_ABNORMAL: words("转人工", "a person must act"),
    Outcome.MISMATCH: words("转人工", "a person must act"),
    Outcome.NOT_FOUND: words("按计划再查，过期限报逾期", "asked again by the plan; late after its deadline"),
    Outcome.PROCESSING: words("按计划再查，过期限报逾期", "asked again by the plan; late after its deadline"),
    Outcome.REJECTED: words("转人工", "a person must act"),
    Outcome.DUPLICATE_ACCEPTED: words("核对票面，一致即为已同步", "compared; synced when all agrees"),
    Outcome.TOO_EARLY: words("次日再查", "asked again the next day"),
    Outcome.QUOTA_INVOICE_DAY: words("次日再查", "asked again the next day"),
    Outcome.RATE_LIMITED: words("放慢，稍后再查", "slower; asked again"),
    Outcome.QUOTA_ACCOUNT: words("暂停该账户，恢复后自动补查", "the account pauses; caught up afterwards"),
    Outcome.AUTH: words("暂停该账户，恢复后自动补查", "the account pauses; caught up afterwards"),
    Outcome.BAD_REQUEST: words("转人工：资料要补全或更正", "a person must act: facts are missing or wrong"),
    Outcome.OUT_OF_WINDOW: words("转人工", "a person must act"),
    Outcome.AUTHORITY_DOWN: words("暂停该账户，恢复后自动补查", "the account pauses; caught up afterwards"),
    Outcome.TRANSIENT: words("状态不变，稍后再查", "nothing changes; asked again"),
}
COLUMNS = {
    "code": words("返回码", "Code"),
    "says": words("含义", "Says"),
    "shows": words("票达显示", "Shows as"),
    "then": words("随后", "Then"),
    "billed": words("计费", "Billed"),
    "kind": words("票种", "Kind"),
    "type": words("服务商代码", "Provider's code"),
    "needs": words("必需的信息", "Needed"),
    "field": words("字段", "Field"),
    "what": words("填什么", "What it is"),
}
YES = words("是", "yes")
OPTIONAL = words("（可选）", " (optional)")
ELSEWHERE = words(
    "[English]({name}.md) · [全部税务系统](README.zh-CN.md)", "[中文]({name}.zh-CN.md) · [all tax systems](README.md)"
)
PROOF = words("再配一个查验账户，这里写它的名字", "name an account that verifies, to have it confirmed")
ASKED = words(
    "缺一项就不去查，直接转人工，并写明缺什么；表中没有的票种不查。校验码整串报送，只取最后六位（区块链发票五位）；"
    "二手车的 `amount.with_tax` 填车价合计。",
    "An invoice that lacks one of these is not asked about: a person reads what is missing. So are kinds that are not "
    "listed. Report the whole check code; its last six characters are used (blockchain: five). `amount.with_tax` of a "
    "used vehicle is its price.",
)
FOREIGN = words("`kind` 填 `foreign`，还须报送：{needs}。", "`kind` is `foreign`. Needed beside it: {needs}.")
UNLISTED = words(
    "表中没有的代码不作任何结论：状态不变，稍后再查，并计入 `piaoda_unlisted_codes_total`。",
    "A code that is not here decides nothing: the invoice stays as it is, is asked about again, and "
    "`piaoda_unlisted_codes_total` counts it.",
)
FAMILY = words("`A.*` 指 A 及其下没有单列的代码。", "`A.*` is A and every code below it without a line of its own.")
PROVED = words(
    "配了 `proof` 的，“查验一致”还要由查验账户最后确认，“查验信息不合要求”也先转去查验。",
    "Where the account has a `proof`, that one has the last word on what agrees, and is asked what this one refuses to "
    "look up.",
)
DEAD_TOKEN = words(
    "令牌被拒绝时自动换一次再问，仍被拒绝才暂停账户",
    "a refused token is renewed and the question asked again, once, before the account pauses",
)
