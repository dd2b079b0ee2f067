"""What the demo's service and simulator are told: a piaoda.yaml and an environment.

One rule: it is the configuration a user would write, so that the file can be read as an example.
"""

import os
from collections.abc import Mapping

from app.demo.ground import Ground
from app.demo.receiver import ERP, SLACK, WECOM
from app.settings.process import PREFIX

_DOCUMENT = """\
# Written by `piaoda demo` at each start; its address book is this machine alone.
# A day passes in two minutes here: 6h are 30 seconds.
default_account: nuonuo-main

accounts:
  nuonuo-main:            # the channel that issues: fast, but the issuer's own word
    adapter: nuonuo
    url: {simulator}/open/v1/services
    token_url: {simulator}/accessToken
    credentials: {{app_key: demo-app, app_secret: demo-secret-not-real}}
    proof: baidu-main
  baidu-main:             # the proof (查验): what it finds counts
    adapter: baidu
    url: {simulator}/rest/2.0/ocr/v1/vat_invoice_verification
    token_url: {simulator}/oauth/2.0/token
    credentials: {{api_key: demo-key, secret_key: demo-secret-not-real}}
    limits: {{rate: 25, concurrency: 8}}
    plan: {{ladder: [30m, 90m, 4h], daily_at: ["01:30", "09:00", "14:00", "20:00"]}}

deadlines:
  default: {{overdue_after: 6h, escalate_after: 12h}}
  grace: 1h

rechecks: {{after: [3h, 1d], month_end: false}}

destinations:
  erp:                    # hears everything, signed by Standard Webhooks
    kind: webhook
    url: {erp}
    secrets: [{secret}]
  finance-wecom:          # hears of trouble, one message an incident, and of its end
    kind: wecom
    url: {wecom}?key=demo
    gather: 3s
  ops-slack:              # hears what is still there some hours later, in English
    kind: slack
    url: {slack}
    language: en
    gather: 3s

alerts:
  levels: [{{to: [finance-wecom]}}, {{after: 4h, to: [ops-slack]}}]
  gather: 30m
  update_every: 2h
  outage: {{patience: 30m, steady: 30m, drain: 2h}}

egress: {{allow: ["127.0.0.1"]}}
loops: {{poll_every: 0.2s, watch_every: 0.5s, notify_every: 0.2s}}
"""


def write(ground: Ground, receiver: str) -> None:
    """Writes the piaoda.yaml of the demo; nobody else may read it, as it holds a secret."""
    ground.config.unlink(missing_ok=True)
    ground.config.touch(mode=0o600)
    places = {"erp": receiver + ERP, "wecom": receiver + WECOM, "slack": receiver + SLACK}
    text = _DOCUMENT.format(simulator=ground.simulator, secret=ground.secret, **places)
    ground.config.write_text(text, encoding="utf-8")


def environment(ground: Ground, database_url: str) -> Mapping[str, str]:
    """The children's environment: ours, with the settings spelt out and nothing left to a `…_FILE`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings = ground.settings
    given = {
        "HOST": settings.host,
        "PORT": str(ground.service_port),
        "DATABASE_URL": database_url,
        "DATA_DIR": str(settings.data_dir),
        "CONFIG": str(ground.config),
        "BOOTSTRAP_KEY": ground.key,
        "LOG_LEVEL": settings.log_level,
        "LANG": settings.language,
        "CONSOLE_ACCESS": settings.console_access,
        "CLOCK_SCALE": str(ground.scale.factor),
        "CLOCK_ORIGIN": ground.scale.origin.isoformat(),
    }
    return inherited | {PREFIX + name: value for name, value in given.items()}
