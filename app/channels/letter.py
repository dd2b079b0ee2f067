"""An alert as an e-mail: plain text, and HTML that looks the same in every mail program.

Its one rule: what the outside said goes into a header without line breaks and into HTML escaped. All of an incident's
mails refer to one Message-ID, so that a mail program shows them as one thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from app.channels.cutting import cut
from app.domain.alert import Alert, Tone

SUBJECT = 200
"""Characters; a telephone shows about 40 of them."""

COLOURS: dict[Tone, str] = {"trouble": "#a30200", "warning": "#b7791f", "good": "#1f7a4d", "news": "#2b5797"}

_FONT = "font-family:-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans SC','Segoe UI',Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom. `id`: of this mail, the same at every attempt; `root`: of the incident's first, or empty."""

    sender: str
    to: Sequence[str]
    id: str
    root: str
    at: datetime


def letter(alert: Alert, envelope: Envelope) -> EmailMessage:
    """Everything in 7 bits, for a server on the way may know no others."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("票达 Piaoda", addr_spec=envelope.sender)
    mail["To"] = [Address(addr_spec=address) for address in envelope.to]
    mail["Subject"] = cut(_one_line(alert.headline), SUBJECT)
    mail["Date"] = envelope.at
    mail["Message-ID"] = envelope.id
    if envelope.root and envelope.root != envelope.id:
        mail["In-Reply-To"] = mail["References"] = envelope.root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if alert.urgent:
        mail["Importance"] = "high"
    mail.set_content("\n".join(_text(alert)) + "\n", cte="base64")
    mail.add_alternative("".join(_html(alert)), subtype="html", cte="base64")
    return mail


def _text(alert: Alert) -> Iterator[str]:
    yield alert.headline
    yield from ["", *(f"{label}: {value}" for label, value in alert.facts)] if alert.facts else []
    yield from ["", *alert.lines] if alert.lines else []
    yield from ["", *(f"{action.label}: {action.url}" for action in alert.actions)] if alert.actions else []
    yield from ["", "-- ", alert.footer] if alert.footer else []


def _html(alert: Alert) -> Iterator[str]:
    colour = COLOURS[alert.tone]
    yield '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>'
    yield f'<body style="margin:0;padding:24px 12px;background:#f3f4f6;color:#1f2937;{_FONT}">'
    yield '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
    yield '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:640px;'
    yield f'background:#ffffff;border:1px solid #e5e7eb;border-top:4px solid {colour};border-radius:6px">'
    yield '<tr><td style="padding:24px">'
    yield f'<h1 style="margin:0 0 16px;font-size:18px;line-height:1.5;color:{colour}">{escape(alert.headline)}</h1>'
    yield from _facts(alert)
    yield from (f'<p style="margin:0 0 8px;font-size:14px;line-height:1.7">{escape(line)}</p>' for line in alert.lines)
    yield from _buttons(alert)
    yield "</td></tr>"
    yield from _footer(alert)
    yield "</table></td></tr></table></body></html>"


def _facts(alert: Alert) -> Iterator[str]:
    if not alert.facts:
        return
    yield '<table width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 16px;border-collapse:collapse">'
    for label, value in alert.facts:
        yield '<tr style="border-bottom:1px solid #e5e7eb"><th align="left" valign="top" style="padding:8px 16px 8px 0;'
        yield f'font-size:13px;font-weight:normal;color:#6b7280;white-space:nowrap">{escape(label)}</th>'
        yield f'<td style="padding:8px 0;font-size:14px;word-break:break-word">{escape(value)}</td></tr>'
    yield "</table>"


def _buttons(alert: Alert) -> Iterator[str]:
    """The first is filled: it is what most readers will want."""
    if not alert.actions:
        return
    yield '<p style="margin:16px 0 0;line-height:2.8">'
    for rank, action in enumerate(alert.actions):
        paint = "background:#1f2937;color:#ffffff" if rank == 0 else "background:#ffffff;color:#1f2937"
        yield f'<a href="{escape(action.url)}" style="padding:8px 16px;margin:0 8px 0 0;border:1px solid #1f2937;'
        yield f'border-radius:4px;font-size:14px;text-decoration:none;white-space:nowrap;{paint}">'
        yield f"{escape(action.label)}</a> "
    yield "</p>"


def _footer(alert: Alert) -> Iterator[str]:
    if alert.footer:
        yield '<tr><td style="padding:12px 24px;border-top:1px solid #e5e7eb;font-size:12px;color:#6b7280">'
        yield f"{escape(alert.footer)}</td></tr>"


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
