"""What a finance clerk reads when an invoice is not there, and what to do next. One rule: a table, no logic.

The Chinese is written for accountants and the English says the same. Each advice says whether to wait, what
to look at and whom to call; none blames the tool, none lets anybody issue an invoice twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.invoice import Cause, Diagnosis, Outcome
from app.domain.words import Words, words


@dataclass(frozen=True, slots=True)
class Advice:
    text: Words
    next_step: Words


SINCE_SYNC: Words = words(
    "该发票此前已确认同步，之后又有变化：",
    "This invoice had been confirmed and has changed since. ",
)

ADVICE: Mapping[Diagnosis, Advice] = {
    Diagnosis.TOO_EARLY: Advice(
        words(
            "发票刚开具不久，税务系统的查验数据尚未更新，暂时查不到属正常情况。"
            "一般几分钟至几小时可查，最长十几个小时；部分查验渠道当日开具的发票次日才能查。",
            "The invoice is new and the tax system's records have not caught up with it, which is normal. "
            "It usually takes minutes to hours, at worst more than ten hours; "
            "some verification services answer only from the next day.",
        ),
        words("无需处理，等待即可，票达会自动再次查验。", "Nothing to do: wait. Piaoda asks again by itself."),
    ),
    Diagnosis.IN_PROGRESS: Advice(
        words(
            "开票渠道已受理，发票仍在开具或上传过程中，尚无最终结果。",
            "The issuing channel has accepted the invoice and is still issuing or uploading it.",
        ),
        words(
            "请等待，票达会继续查询结果。若长时间停在“处理中”，请联系开票服务商确认任务是否卡住；"
            "结果明确之前不要重新开具，以免重复开票。",
            "Wait; Piaoda keeps asking. If it stays like this for long, ask the invoicing provider "
            "whether the job is stuck. Do not issue it again before the result is known, or there will be "
            "two invoices.",
        ),
    ),
    Diagnosis.NOT_UPLOADED: Advice(
        words(
            "开票渠道显示发票已开具，但税务系统查无此票，很可能尚未上传成功。",
            "The issuing channel reports the invoice as issued, but the tax system does not have it: "
            "most likely it was never uploaded.",
        ),
        words(
            "请登录开票软件查看该发票的上传状态：未上传或上传失败的，重新上传；离线开具的，先联网再上传。"
            "仍无法上传的，联系开票服务商处理。查明之前不要就同一笔业务重新开票。",
            "Look up its upload status in the invoicing software and upload it again; if it was issued "
            "offline, go online first. If that fails, call the invoicing provider. Do not issue a second "
            "invoice for the same sale meanwhile.",
        ),
    ),
    Diagnosis.UPLOAD_FAILED: Advice(
        words(
            "发票开具或上传失败：开票渠道或税务系统已明确退回，等待不会自行恢复。",
            "Issuing or uploading failed: the issuing channel or the tax system refused it for good. "
            "Waiting will not help.",
        ),
        words(
            "请在开票软件中查看失败原因，更正后重新上传；提示“发票重复”的，先核对税务系统中是否已有该票。"
            "自行无法处理的，联系开票服务商，必要时联系主管税务机关。",
            "Read the reason in the invoicing software, correct it and upload again; if it says "
            "duplicate, first see whether the tax system already has the invoice. If you cannot solve it, "
            "call the invoicing provider, then the tax office.",
        ),
    ),
    Diagnosis.NOT_FOUND: Advice(
        words(
            "发票开具已超过正常的入库时间，仍查无此票。",
            "The invoice should have arrived by now and still cannot be found.",
        ),
        words(
            "请先核对发票号码、开票日期、金额是否与票面一致；一致的，登录电子税务局，"
            "在税务数字账户中查询该发票。仍查不到的，联系开票人员或开票服务商，"
            "确认发票是否确已开具并上传。",
            "Compare number, date and amount with the face of the invoice. If they agree, look it up in "
            "the tax digital account of the e-tax bureau. If it is not there either, ask whoever issued "
            "it, or the invoicing provider, whether it was really issued and uploaded.",
        ),
    ),
    Diagnosis.DATA_MISMATCH: Advice(
        words(
            "税务系统中有这张发票，但其底账信息与我方登记的开票信息不一致。",
            "The tax system has this invoice, but its record differs from what was reported to us.",
        ),
        words(
            "请以票面为准，与税务系统底账逐项核对发票号码、开票日期、购销双方税号、金额和税额。"
            "业务系统登记有误的，更正登记后人工确认；发票本身开错的，按规定红冲后重新开具。",
            "Compare the face of the invoice with the tax system's record: number, date, both tax ids, "
            "amount and tax. If the billing system is wrong, correct it and resolve this by hand. If the "
            "invoice itself is wrong, reverse it with a red-letter invoice and issue it anew.",
        ),
    ),
    Diagnosis.AUTHORITY_DOWN: Advice(
        words(
            "税务系统正在停机维护或发生故障，暂时无法查询；这不代表发票有问题。",
            "The tax authority's system is down for maintenance or by a fault, so nothing can be checked "
            "now. It says nothing about the invoice.",
        ),
        words(
            "请等待税务系统恢复，票达会自动补查；期间不要重新开具或重复上传。"
            "持续较久的，留意电子税务局的停机公告，或拨打12366咨询。",
            "Wait until the authority is back; Piaoda then checks by itself. Do not issue or upload again "
            "meanwhile. If it lasts, look for a notice at the e-tax bureau or call 12366.",
        ),
    ),
    Diagnosis.CONNECTION: Advice(
        words(
            "与查询服务的网络连接中断或超时，未取得结果；发票是否已到税务系统，目前尚不清楚。",
            "The connection to the verification service failed or timed out, so there is no answer: "
            "whether the invoice has arrived is not known yet.",
        ),
        words(
            "财务人员无需处理，票达会自动重试。持续一小时以上的，请信息部门检查网络、域名解析、"
            "证书和出口白名单，或向查询服务商核实其服务是否正常。",
            "Nothing for finance to do; Piaoda tries again by itself. If it lasts more than an hour, ask "
            "IT to look at network, DNS, certificates and the outbound allow-list, or ask the provider "
            "about an outage.",
        ),
    ),
    Diagnosis.CREDENTIALS: Advice(
        words(
            "查询账户未通过验证：密钥或令牌失效、授权到期，或电子税务局登录已掉线。该账户下的发票都暂时无法查询。",
            "The account was refused: its key or token is no longer valid, the authorisation has expired, "
            "or the e-tax bureau login was lost. No invoice of this account can be checked until that is "
            "repaired.",
        ),
        words(
            "请系统管理员更新该账户的密钥或授权；需要扫脸或短信验证的，请办税人员重新登录。恢复后票达会自动补查。",
            "Ask the administrator to renew the key or authorisation; if a face or SMS check is needed, "
            "the registered tax clerk must log in again. Piaoda then checks by itself.",
        ),
    ),
    Diagnosis.QUOTA: Advice(
        words(
            "查询次数受限，暂时不能继续查询；发票本身不受影响。",
            "Queries are limited just now; the invoice itself is not affected.",
        ),
        words(
            "等待即可，额度恢复后票达会自动再查。急需结果的，可登录税务数字账户自行查看。",
            "Wait: Piaoda asks again when queries are allowed. If you need it now, look in the tax digital account.",
        ),
    ),
    Diagnosis.UNCHECKABLE: Advice(
        words(
            "现有信息无法查验该发票：缺少必要项目（如校验码、金额），格式不符，或该票种不支持查验。"
            "这不等于税务系统没有这张发票。",
            "This invoice cannot be checked with what we know: something is missing (check code, amount), "
            "has a wrong format, or the kind is not supported. It does not mean that the tax system lacks "
            "it.",
        ),
        words(
            "请对照票面补全或更正发票代码、号码、开票日期、金额和校验码后再查。"
            "确属不支持查验的票种，请登录税务数字账户核实后人工确认。",
            "Complete or correct code, number, date, amount and check code from the face of the invoice, "
            "then check again. If the kind is not supported, look it up in the tax digital account and "
            "resolve it by hand.",
        ),
    ),
    Diagnosis.UNKNOWN: Advice(
        words(
            "查询未取得能够说明问题的应答，发票是否已到税务系统尚不清楚，状态保持不变。",
            "The answer explains nothing: whether the invoice has arrived is not known, and its state is unchanged.",
        ),
        words(
            "暂无需处理，票达会继续查询。反复出现的，请将返回码提供给查询服务商核实；"
            "急需结果的，可登录税务数字账户自行查询。",
            "Nothing to do yet; Piaoda keeps asking. If it comes again and again, give the code to the "
            "provider; if you need to know now, look in the tax digital account.",
        ),
    ),
}

_LATE_BUT_NORMAL = Advice(
    words(
        "已超过设定的同步期限，但距开具时间不长，仍可能是税务系统数据更新延迟。",
        "The deadline has passed, but the invoice is still young: the tax system's records may be late.",
    ),
    words(
        "票达会继续自动查验，可等到次日上午。届时仍查不到的，登录税务数字账户查询该发票，"
        "并联系开票服务商核实是否已上传。",
        "Piaoda keeps asking; you may wait until tomorrow morning. If it is not there then, look in the "
        "tax digital account and ask the invoicing provider whether it was uploaded.",
    ),
)

_DISAPPEARED = Advice(
    words(
        "该发票此前已在税务系统查到，现在却查无此票。",
        "The tax system had this invoice before and does not have it any more.",
    ),
    words(
        "请当天处理：登录税务数字账户核对该发票的状态，联系开票服务商确认是否被作废或删除；核实清楚之前，"
        "购方不宜入账抵扣。两处均查不到的，联系主管税务机关。",
        "Deal with it today: look in the tax digital account, and ask the invoicing provider whether it "
        "was voided or deleted. Until that is clear the buyer should not book or deduct it. If neither "
        "has it, call the tax office.",
    ),
)

_STUCK = Advice(
    words(
        "到期仍没有结果：开票渠道最后一次答复还是处理中，发票很可能卡在开具或上传环节。",
        "It is late without a result: the issuing channel last said that it was still at work, so the invoice is most "
        "likely stuck in issuing or uploading.",
    ),
    words(
        "请登录开票软件或联系开票服务商，按开票流水号查明进度；确认未上传的，要求立即重新上传，结果明确之前不要重新开具。",
        "Look it up in the invoicing software, or call the provider with the serial number. If it was not uploaded, "
        "have that done now; do not issue it again before the result is known.",
    ),
)

SPECIAL: Mapping[tuple[Diagnosis, Outcome | Cause | str | None], Advice] = {
    (Diagnosis.TOO_EARLY, Cause.DEADLINE): _LATE_BUT_NORMAL,
    (Diagnosis.TOO_EARLY, Cause.ESCALATION): _LATE_BUT_NORMAL,
    (Diagnosis.TOO_EARLY, Outcome.FOUND_MATCH): Advice(
        words(
            "开票渠道已确认发票开具成功，税务系统的查验结果尚待取得。",
            "The issuing channel confirms the invoice; proof from the tax system is still to come.",
        ),
        words("无需处理，等待即可，票达会自动查验。", "Nothing to do: wait. Piaoda asks by itself."),
    ),
    (Diagnosis.IN_PROGRESS, Outcome.FOUND_MATCH): Advice(
        words(
            "开票渠道已确认发票开具成功，但至今没有取得税务系统的查验结果。",
            "The issuing channel confirms the invoice, but the tax system has given no proof of it so far.",
        ),
        words(
            "票达会继续自动查验。请先在开票软件中核对该发票的上传状态；显示未上传的，立即重新上传。",
            "Piaoda keeps asking. Look up the upload status in your invoicing software; if it says not uploaded, "
            "upload it again now.",
        ),
    ),
    (Diagnosis.IN_PROGRESS, Cause.DEADLINE): _STUCK,
    (Diagnosis.IN_PROGRESS, Cause.ESCALATION): _STUCK,
    (Diagnosis.NOT_UPLOADED, Outcome.PROCESSING): Advice(
        words(
            "开票渠道受理已超过 14 小时，仍显示处理中，发票很可能卡在上传环节，税务系统尚未收到。",
            "The issuing channel took it more than 14 hours ago and still says it is at work: the upload is most "
            "likely stuck, and the tax system does not have the invoice.",
        ),
        words(
            "请联系开票服务商，提供开票流水号，查明卡住的原因并重新上传；结果明确之前不要重新开具，以免重复开票。",
            "Call the invoicing provider with the serial number: find out what it is stuck on and have it uploaded "
            "again. Do not issue it again before the result is known, or there will be two invoices.",
        ),
    ),
    (Diagnosis.TOO_EARLY, Cause.DISAPPEARED): _DISAPPEARED,
    (Diagnosis.NOT_FOUND, Cause.DISAPPEARED): _DISAPPEARED,
    (Diagnosis.NOT_UPLOADED, Cause.DISAPPEARED): _DISAPPEARED,
    (Diagnosis.DATA_MISMATCH, Outcome.FOUND_VOID): Advice(
        words(
            "该发票在税务系统中已作废。",
            "The tax system shows this invoice as void.",
        ),
        words(
            "请向开票人员核实：确已作废的，在票达中登记作废，并通知购方不得入账抵扣，"
            "业务仍然成立的重新开具；并非本单位作废的，立即联系开票服务商和主管税务机关查明原因。",
            "Ask whoever issued it. If it was voided on purpose, mark it voided here, tell the buyer not "
            "to book or deduct it, and issue a new one if the sale stands. If nobody did, call the "
            "invoicing provider and the tax office at once.",
        ),
    ),
    (Diagnosis.DATA_MISMATCH, Outcome.FOUND_RED_PARTIAL): Advice(
        words(
            "该蓝字发票已被部分红冲。",
            "This invoice has been partly reversed by a red-letter invoice.",
        ),
        words(
            "请在税务数字账户中查看对应的红字发票，核对红冲金额和原因：属实的，"
            "将红字发票登记入账后人工确认；不属实的，查明红字信息确认单由哪一方发起，并联系对方处理。",
            "Find the red-letter invoice in the tax digital account and compare its amount and reason. If "
            "it is right, book it and resolve this by hand. If not, find out which side entered the "
            "red-letter confirmation and call them.",
        ),
    ),
    (Diagnosis.DATA_MISMATCH, Outcome.FOUND_RED_FULL): Advice(
        words(
            "该蓝字发票已被全额红冲，不再有效。",
            "This invoice has been reversed in full by a red-letter invoice and no longer counts.",
        ),
        words(
            "请在税务数字账户中查看对应的红字发票：属实的，冲减收入和销项税额，"
            "通知购方转出已抵扣的进项税额，业务仍然成立的重新开具；不属实的，"
            "查明红字信息确认单由哪一方发起，并联系对方处理。",
            "Find the red-letter invoice in the tax digital account. If it is right, reverse the revenue "
            "and output tax, tell the buyer to reverse any deduction, and issue a new one if the sale "
            "stands. If not, find out which side entered the red-letter confirmation and call them.",
        ),
    ),
    (Diagnosis.DATA_MISMATCH, Outcome.FOUND_ABNORMAL): Advice(
        words(
            "税务系统将该发票标记为异常（如失控发票、异常凭证）。",
            "The tax system marks this invoice as abnormal, for instance out of control or an abnormal voucher.",
        ),
        words(
            "请暂停凭该发票抵扣、报销和付款，尽快联系主管税务机关了解原因，并按要求提供合同、付款和物流等资料。",
            "Do not deduct, reimburse or pay on it. Call the tax office for the reason, and have "
            "contract, payment and delivery papers ready.",
        ),
    ),
    (Diagnosis.QUOTA, Outcome.QUOTA_INVOICE_DAY): Advice(
        words(
            "该发票当日查验次数已用完（税务机关规定每张发票每天最多查验5次）。",
            "Today's checks of this invoice are used up: the tax authority allows five an invoice and day.",
        ),
        words(
            "等待即可，次日零点后票达会自动再查。急需结果的，可登录税务数字账户自行查看。",
            "Wait: Piaoda asks again after midnight, Beijing time. If you need it now, look in the tax "
            "digital account.",
        ),
    ),
    (Diagnosis.QUOTA, Outcome.QUOTA_ACCOUNT): Advice(
        words(
            "查询账户的套餐次数或余额已用完，该账户下的发票都暂时无法查询。",
            "The query package or balance of this account is used up; none of its invoices can be checked.",
        ),
        words(
            "请联系查询服务商续费或增购次数，到账后票达会自动补查。",
            "Renew or top up the package with the provider; Piaoda then checks by itself.",
        ),
    ),
    (Diagnosis.UNCHECKABLE, Outcome.OUT_OF_WINDOW): Advice(
        words(
            "该发票已超出可查验的期限（查验平台一般只支持最近五年内开具的发票）。",
            "This invoice is outside the period that can be checked, usually the last five years.",
        ),
        words(
            "请先核对开票日期是否登记正确；日期无误的，在税务数字账户或主管税务机关查证后人工确认。",
            "See whether the issue date is right. If it is, look it up in the tax digital account or at "
            "the tax office and resolve it by hand.",
        ),
    ),
    (Diagnosis.UNKNOWN, "no_evidence"): Advice(
        words(
            "查询服务答复“已找到”，但未返回足以核对的票面信息（号码、开票日期、销方税号、金额），不能据此认定已同步。",
            "The service says found, but does not tell enough to prove it (number, date, seller, amount), "
            "so it does not count as synced.",
        ),
        words(
            "票达会继续查验。反复出现的，请系统管理员向查询服务商确认接口是否返回全票面信息。",
            "Piaoda keeps asking. If it comes again, have the administrator ask the provider for the full face data.",
        ),
    ),
    (Diagnosis.UNKNOWN, "wrong_invoice"): Advice(
        words(
            "查询服务返回的是另一张发票的信息，已不予采信。",
            "The service answered about another invoice; that answer was set aside.",
        ),
        words(
            "票达会继续查验。反复出现的，请系统管理员携返回码联系查询服务商。",
            "Piaoda keeps asking. If it comes again, have the administrator call the provider.",
        ),
    ),
}
