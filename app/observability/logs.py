"""Log lines: one JSON object a line, through the standard `logging`. One rule: nothing gets out unredacted.

The face is the standard one: the module's logger, a short constant as the event, all else in `extra`.

    log = logging.getLogger(__name__)
    log.info("check", extra={"account": account, "invoice": record.id, "outcome": answer.outcome})

Each check and each delivery gets one such line that tells it all, with these fields as far as they apply:
`check`: account, invoice (our id), outcome, code and request_id (the provider's), seconds, before, after,
cause, next_at. `delivery`: channel, destination, delivery (the webhook id), result, status, code, seconds,
attempt, next_at. Both: trace_id, where the invoice came with a trace or began one.
`extra` refuses the names of `logging.LogRecord`'s own attributes (`name`, `message`, `args`, `module`, …).
"""

import json
import logging
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

from app.observability import redaction

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_LONGEST_TRACEBACK = 16 * 1024
_written = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode  # redaction leaves no circles
_DELETE = "\x7f"
# JSON may carry these as they are, but terminals and log shippers take them for commands or ends of lines.
_DANGEROUS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


def configure(level: str, stream: TextIO, *, access: bool = False) -> None:
    """Sends every log line of the process to `stream` as JSON; called once, by main.

    `level` is a name such as "info". `access` lets through uvicorn's line a request. uvicorn must be started
    with `log_config=None`, or it puts its own handlers back.
    """
    handler = JsonHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(Thinned(("asyncpg",)))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # No line shows a source line, a thread or a process: the manual's way not to look for them.
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).propagate = access or name != "uvicorn.access"


class JsonLines(logging.Formatter):
    """`ts`, `level`, `logger`, `event`, the fields of `extra`, and `exception` as one field."""

    def format(self, record: logging.LogRecord) -> str:
        head = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _OWN}
        line = head | redaction.fields(extra) | head | _exception(record)
        text = _written(line)
        return text if text.isascii() and _DELETE not in text else text.translate(_DANGEROUS)


class JsonHandler(logging.StreamHandler[TextIO]):
    """The standard handler prints a record it cannot write on stderr, arguments and all; not this one."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        with suppress(OSError, ValueError):
            line = {"level": "error", "logger": record.name, "event": "a log line could not be written"}
            self.stream.write(json.dumps(line) + self.terminator)


class Thinned(logging.Filter):
    """Lets one line in ten seconds through for each logger and message, of loggers that repeat themselves.

    While the database is away, asyncpg's pool logs a traceback for each connection it cannot refill. The next
    line to pass says in `suppressed` how many did not.
    """

    SECONDS = 10

    def __init__(self, loggers: tuple[str, ...]) -> None:
        super().__init__()
        self._loggers = loggers
        self._passed: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self._loggers:
            return True
        key = record.name, str(record.msg)
        since, suppressed = self._passed.get(key, (-float("inf"), 0))
        if abs(record.created - since) < self.SECONDS:
            self._passed[key] = since, suppressed + 1
            return False
        if suppressed:
            record.suppressed = suppressed
        self._passed[key] = record.created, 0
        return True


def _event(record: logging.LogRecord) -> str:
    """The message with its arguments; without them where they do not fit, for the text has its worth."""
    template = record.msg if isinstance(record.msg, str) else str(redaction.plain(record.msg))
    if not record.args:
        return redaction.text(template)
    args = redaction.plain(record.args)
    with suppress(TypeError, ValueError, KeyError):
        return redaction.text(template % (args if isinstance(args, dict) else tuple(args)))
    return redaction.text(template)


def _exception(record: logging.LogRecord) -> dict[str, Any]:
    """The last 16 KB of the traceback: where it was raised, and what it said."""
    if not record.exc_info or not record.exc_info[1]:
        return {}
    parts = [redaction.text(part) for part in traceback.format_exception(record.exc_info[1])]
    while len(parts) > 1 and sum(map(len, parts)) > _LONGEST_TRACEBACK:
        parts.pop(0)
    return {"exception": "".join(parts)}
