"""The closed lists as a finance clerk reads them. One rule: every member has a label in both languages."""

from collections.abc import Mapping

from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Outcome, State

Words = Mapping[str, str]
"""One text in each language, by `zh` and `en`."""


def words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


STATES: Mapping[State, Words] = {
    State.PENDING: words("待同步", "Pending"),
    State.SYNCED: words("已同步", "Synced"),
    State.OVERDUE: words("逾期", "Overdue"),
    State.ESCALATED: words("待人工", "Escalated"),
    State.VOIDED: words("已作废", "Voided"),
}

CAUSES: Mapping[Cause, Words] = {
    Cause.ISSUED: words("发票开具", "Issued"),
    Cause.CONFIRMED: words("查验一致", "Confirmed by the tax system"),
    Cause.DEADLINE: words("超过同步期限", "Deadline passed"),
    Cause.ESCALATION: words("逾期过久", "Overdue for too long"),
    Cause.REJECTED: words("开具或上传失败", "Refused"),
    Cause.MISMATCH: words("与底账不一致", "Data differ"),
    Cause.UNCHECKABLE: words("无法查验", "Cannot be checked"),
    Cause.ABNORMAL: words("发票状态异常", "Abnormal status"),
    Cause.CHANGED: words("同步后状态变化", "Changed after sync"),
    Cause.DISAPPEARED: words("同步后查无此票", "Disappeared after sync"),
    Cause.MANUAL: words("人工确认", "Confirmed by a person"),
    Cause.VOIDED: words("开票方作废", "Voided by the issuer"),
}

DIAGNOSES: Mapping[Diagnosis, Words] = {
    Diagnosis.TOO_EARLY: words("刚开具，尚查不到", "Too early"),
    Diagnosis.IN_PROGRESS: words("开具或上传中", "In progress"),
    Diagnosis.NOT_UPLOADED: words("已开具未上传", "Not uploaded"),
    Diagnosis.UPLOAD_FAILED: words("开具或上传失败", "Upload failed"),
    Diagnosis.NOT_FOUND: words("查无此票", "Not found"),
    Diagnosis.DATA_MISMATCH: words("与税务系统不符", "Differs at the tax system"),
    Diagnosis.AUTHORITY_DOWN: words("税务系统停机", "Authority down"),
    Diagnosis.CONNECTION: words("网络不通", "No connection"),
    Diagnosis.CREDENTIALS: words("账户或授权失效", "Credentials refused"),
    Diagnosis.QUOTA: words("查询次数受限", "Queries limited"),
    Diagnosis.UNCHECKABLE: words("无法查验", "Cannot be checked"),
    Diagnosis.UNKNOWN: words("原因不明", "Unknown"),
}

OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.FOUND_MATCH: words("查验一致", "Found, agrees"),
    Outcome.FOUND_VOID: words("已作废", "Found, void"),
    Outcome.FOUND_RED_PARTIAL: words("部分红冲", "Found, partly red-flushed"),
    Outcome.FOUND_RED_FULL: words("全额红冲", "Found, fully red-flushed"),
    Outcome.FOUND_ABNORMAL: words("状态异常", "Found, abnormal"),
    Outcome.MISMATCH: words("信息不一致", "Data differ"),
    Outcome.NOT_FOUND: words("查无此票", "Not found"),
    Outcome.PROCESSING: words("处理中", "Processing"),
    Outcome.REJECTED: words("开具或上传失败", "Refused"),
    Outcome.DUPLICATE_ACCEPTED: words("此前已受理", "Accepted before"),
    Outcome.TOO_EARLY: words("当日尚不可查", "Too early"),
    Outcome.QUOTA_INVOICE_DAY: words("该票当日查验次数已用完", "Daily checks of this invoice used up"),
    Outcome.RATE_LIMITED: words("查询过于频繁", "Too many queries"),
    Outcome.QUOTA_ACCOUNT: words("账户次数或余额用完", "Account quota used up"),
    Outcome.AUTH: words("账户或授权失效", "Credentials refused"),
    Outcome.BAD_REQUEST: words("查验信息不合要求", "Inputs refused"),
    Outcome.OUT_OF_WINDOW: words("超出可查验期限", "Outside the checking window"),
    Outcome.AUTHORITY_DOWN: words("税务系统停机", "Authority down"),
    Outcome.TRANSIENT: words("未取得有效应答", "No usable answer"),
}

KINDS: Mapping[Kind, Words] = {
    Kind.VAT_SPECIAL: words("增值税专用发票", "VAT special invoice"),
    Kind.VAT_ORDINARY: words("增值税普通发票", "VAT ordinary invoice"),
    Kind.VAT_SPECIAL_ELECTRONIC: words("增值税电子专用发票", "VAT electronic special invoice"),
    Kind.VAT_ORDINARY_ELECTRONIC: words("增值税电子普通发票", "VAT electronic ordinary invoice"),
    Kind.VAT_ROLL: words("增值税普通发票（卷票）", "VAT ordinary invoice (roll)"),
    Kind.TOLL_ELECTRONIC: words("通行费增值税电子普通发票", "Toll electronic invoice"),
    Kind.MOTOR_VEHICLE: words("机动车销售统一发票", "Motor vehicle sales invoice"),
    Kind.USED_VEHICLE: words("二手车销售统一发票", "Used vehicle sales invoice"),
    Kind.DIGITAL_SPECIAL: words("数电票（增值税专用发票）", "Digital special invoice"),
    Kind.DIGITAL_ORDINARY: words("数电票（普通发票）", "Digital ordinary invoice"),
    Kind.DIGITAL_MOTOR_VEHICLE: words("数电票（机动车销售统一发票）", "Digital motor vehicle invoice"),
    Kind.DIGITAL_USED_VEHICLE: words("数电票（二手车销售统一发票）", "Digital used vehicle invoice"),
    Kind.DIGITAL_PAPER_SPECIAL: words("数电纸质发票（增值税专用发票）", "Digital paper special invoice"),
    Kind.DIGITAL_PAPER_ORDINARY: words("数电纸质发票（普通发票）", "Digital paper ordinary invoice"),
    Kind.RAILWAY_TICKET: words("数电票（铁路电子客票）", "Railway e-ticket"),
    Kind.AIR_ITINERARY: words("数电票（航空运输电子客票行程单）", "Air transport itinerary"),
    Kind.BLOCKCHAIN: words("区块链电子发票", "Blockchain invoice"),
    Kind.GENERAL_ELECTRONIC: words("通用（电子）发票", "General electronic invoice"),
    Kind.FOREIGN: words("境外票据", "Foreign invoice"),
}
