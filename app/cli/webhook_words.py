"""Webhooks in words for the people at a terminal. One rule: each sentence stands here once, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "none": "还没有 webhook。",
        "enabled": "启用",
        "disabled": "停用",
        "line": "{name}  {state}  待投递 {pending}  已放弃 {dead}  {url}",
        "reason": "停用原因：{disabled_reason}",
        "failing": "自 {failing_since} 起持续失败，共 {failures} 次",
        "success": "最近一次成功：{last_success_at}",
        "secret": "签名密钥（仅显示这一次，请立即保存）：{secret}",
        "again": "这个 webhook 已经存在，设置相同；密钥不再显示，遗失请用 rotate-secret 更换。",
        "public": "公钥：{key}",
        "delivered": "测试消息已送达：HTTP {status}，用时 {took} 秒。",
        "failed": "测试消息未送达（{failure}，HTTP {status}）：{detail}",
        "missed": "停用或失败期间错过 {messages} 条消息。补发：{method} {path}，请求体 {body}",
        "nothing": "没有错过消息。",
        "deleted": "已删除 {name}；尚未投递的消息不再发送，历史记录保留。",
    },
    "en": {
        "none": "No webhooks.",
        "enabled": "enabled",
        "disabled": "disabled",
        "line": "{name}  {state}  {pending} pending  {dead} given up  {url}",
        "reason": "Why it is disabled: {disabled_reason}",
        "failing": "It has failed since {failing_since}, {failures} times in a row.",
        "success": "Last success: {last_success_at}",
        "secret": "Signing secret, shown only this once: {secret}",
        "again": "It was there already, just so. Its secret is not shown again; rotate-secret makes a new one.",
        "public": "Public key: {key}",
        "delivered": "The test was delivered: HTTP {status}, {took} s.",
        "failed": "The test was not delivered ({failure}, HTTP {status}): {detail}",
        "missed": "It missed {messages} messages. To send them: {method} {path} with {body}",
        "nothing": "It missed nothing.",
        "deleted": "{name} is gone; what waited for it is dropped, its history stays.",
    },
}


def listed(items: Sequence[Mapping[str, Any]], language: str) -> str:
    return "\n".join(_line(each, language) for each in items) or _WORDS[language]["none"]


def one(webhook: Mapping[str, Any], language: str) -> str:
    words = _WORDS[language]
    facts = {"reason": "disabled_reason", "failing": "failing_since", "success": "last_success_at"}
    told = [words[word].format(**webhook) for word, fact in facts.items() if webhook[fact]]
    keys = [words["public"].format(key=key) for key in webhook["public_keys"]]
    return "\n".join([_line(webhook, language), *told, *keys])


def made(webhook: Mapping[str, Any], language: str) -> str:
    words = _WORDS[language]
    secret = words["secret"].format(**webhook) if "secret" in webhook else words["again"]
    return f"{one(webhook, language)}\n{secret}"


def tested(said: Mapping[str, Any], language: str) -> str:
    good = said["result"] == "delivered"
    return _WORDS[language]["delivered" if good else "failed"].format(**said)


def enabled(answer: Mapping[str, Any], language: str) -> str:
    words, missed = _WORDS[language], answer["missed"]
    told = words["missed"].format(**missed, **missed["redeliver"]) if missed else words["nothing"]
    return f"{one(answer['webhook'], language)}\n{told}"


def deleted(name: str, language: str) -> str:
    return _WORDS[language]["deleted"].format(name=name)


def _line(webhook: Mapping[str, Any], language: str) -> str:
    words = _WORDS[language]
    state = words["enabled" if webhook["enabled"] else "disabled"]
    return words["line"].format(**webhook, state=state)
