"""The preview as one HTML page without foreign resources: how each tool shows a message, and the JSON beside it.

One rule: an approximation, and it says so; what counts is the JSON.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.cli.preview import Preview

LOOKS: Mapping[str, tuple[str, str]] = {
    "slack": ("slack", "Slack"),
    "slack_app": ("slack", "Slack"),
    "wecom": ("wecom", "企业微信 WeCom"),
    "wecom_app": ("wecom", "企业微信 WeCom"),
    "dingtalk": ("dingtalk", "钉钉 DingTalk"),
    "feishu": ("feishu", "飞书 Feishu"),
    "teams": ("teams", "Teams"),
    "email": ("email", "邮件 E-mail"),
    "sms": ("sms", "短信 SMS"),
}
"""From a kind to the look of its tool: several kinds share one."""

_TEMPLATE = "【票达】票达：{severity}，{count}张发票待处理，编号{code}，请登录查看。"
_PLAIN = ("plain", "Apprise")


def page(previews: Sequence[Preview], kinds: Mapping[str, str]) -> str:
    """`kinds`: of each destination by its name."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("preview.html").render(
        previews=previews, looks=_looks(kinds), pretty=_pretty, text_message=_text_message
    )


def _looks(kinds: Mapping[str, str]) -> Mapping[tuple[str, str], Sequence[str]]:
    """The destinations by the look of their tool."""
    looks: dict[tuple[str, str], list[str]] = {}
    for name, kind in kinds.items():
        looks.setdefault(LOOKS.get(kind, _PLAIN), []).append(name)
    return looks


def _text_message(documents: Sequence[Any]) -> str:
    """The template that `channels/sms.py` recommends, filled in: text messages say nothing of their own."""
    variables = json.loads(documents[0]["TemplateParam"]) if documents else {}
    return _TEMPLATE.format_map({"severity": "", "count": "", "code": ""} | variables)


def _pretty(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)
