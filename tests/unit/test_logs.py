"""What stands in the log, and what never does: every test reads the lines that came out of the stream."""

import io
import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pydantic
import pytest

from app.domain.invoice import Amount, Invoice, Outcome, Party
from app.domain.secret import Secret
from app.observability import logs

BUYER = "上海某某贸易有限公司"
BUYER_EN = "Example Trading Co Ltd"
CANARIES = {
    "api key": "pdk_c4n4ryC4N4RY01",
    "signing secret": "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5",
    "token": "c4n4ry-0123456789-abcdef",
    "robot key": "c4n4ry00-1111-2222-3333-444444444444",
    "signature": "c4n4ryC0nvincing+/=",
    "password": "c4n4ry-0pen-5esame",
    "hook": "T00/B00/c4n4ryC4N4RY",
    "buyer": BUYER,
    "english buyer": BUYER_EN,
}
KEY, SIGNING, TOKEN, ROBOT, SIGN, PASSWORD, HOOK = list(CANARIES.values())[:7]

# How secrets and names travel in texts that we did not write: requests, answers, errors, reprs.
TEXTS = [
    f"Authorization: Bearer {KEY}",
    f"authorization: bearer {TOKEN}",
    f"Authorization: Basic {TOKEN}",
    f"presented {KEY} which nobody knows",
    f"{SIGNING},{SIGNING}",
    f"GET https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={ROBOT}&debug=1",
    f"POST https://oapi.dingtalk.com/robot/send?access_token={TOKEN}&timestamp=1&sign={SIGN}",
    f"POST https://hooks.slack.com/services/{HOOK} 404",
    f"https://open.feishu.cn/open-apis/bot/v2/hook/{ROBOT}",
    f"tunnel to hooks.slack.com/services/{HOOK}",
    f"POST /open-apis/bot/v2/hook/{ROBOT}",
    f"POST /webhookb2/{ROBOT}@{ROBOT}/IncomingWebhook/{ROBOT}",
    f"Bearer {TOKEN}",
    f"it said basic {TOKEN}",
    f"eyJhbGciOiJub25lIn0.eyJzdWIiOiIx{KEY[4:]}.{ROBOT}",
    f"X-Nuonuo-Sign: {SIGN}",
    f"{{'X-Nuonuo-Sign': '{SIGN}', 'accessToken': '{TOKEN}'}}",
    f"[(b'x-nuonuo-sign', b'{SIGN}'), (b'authorization', b'Bearer {KEY}')]",
    f'{{"access_token":"{TOKEN}","expires_in":86400}}',
    f'{{"appSecret" : "{PASSWORD}", "app_key": "{TOKEN}"}}',
    f'"{{\\"access_token\\":\\"{TOKEN}\\",\\"buyerName\\":\\"{BUYER}\\"}}"',
    f"postgresql://piaoda:{PASSWORD}@db.internal:5432/piaoda",
    f"postgresql://piaoda:p@{PASSWORD}@db.internal:5432/piaoda",
    f"Cookie: session={TOKEN}; csrf={PASSWORD}",
    f"client_secret={PASSWORD}&grant_type=client_credentials",
    f"xoxb-{TOKEN}",
    f"-----BEGIN PRIVATE KEY-----\n{TOKEN}\n-----END PRIVATE KEY-----",
    f"-----BEGIN RSA PRIVATE KEY-----\n{TOKEN}\n",
    f'{{"buyer": {{"tax_id": null, "name": "{BUYER}"}}}}',
    f'{{"buyer":{{"name":"{BUYER}","tax_id":null}}}}',
    f"{{'buyerName': '{BUYER}'}}",
    f'{{"gfmc": "{BUYER}", "购方名称": "{BUYER}"}}',
    f"购买方名称：{BUYER}",
    f"购方: {BUYER}",
    f"buyer={BUYER} rejected",
    f"buyer_name: {BUYER_EN}, number: 7",
    f"payer_name={BUYER_EN}",
    f"<GFMC>{BUYER}</GFMC><BuyerName>{BUYER}</BuyerName><name>{BUYER}</name>",
    f"Invoice(number='7', buyer=Party(tax_id=None, name='{BUYER}'), check_code=None)",
    f"Party(tax_id='91', name='{BUYER}')",
    f'{{"name": "{BUYER}',
    f'{{"name": "say \\"{BUYER}\\" twice"}}',
    f"null value violates a constraint\nDETAIL:  Failing row contains (1, {BUYER},\n{BUYER}).\nHINT: none",
    f"(sqlalchemy.exc.IntegrityError) [SQL: INSERT]\n[parameters: ('{BUYER}', '{TOKEN}')]",
    f"title\n  too long [type=string_too_long, input_value='{BUYER}', input_type=str]",
    f"[SQL: INSERT]\n[parameters: ('{BUYER}', '{TOKEN}')]",
    f"buyer.title\n  too long [type=string_too_long, input_value='{BUYER}', input_type=str]",
]


@dataclass(frozen=True)
class Account:
    name: str
    credentials: dict[str, str] = field(default_factory=dict)


INVOICE = Invoice(
    number="25112000000000000001",
    issued_at=datetime(2026, 11, 22, tzinfo=UTC),
    seller=Party(),
    amount=Amount(with_tax=Decimal("106.00")),
    buyer=Party(name=BUYER),
)


class Unspeakable:
    """Its text cannot be had, and the complaint about that tells a secret."""

    def __str__(self) -> str:
        raise ValueError(KEY)


class Output(io.StringIO):
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def line(self) -> dict[str, Any]:
        (line,) = self.lines()
        return line


@pytest.fixture
def out() -> Iterator[Output]:
    """A configured `logging`, put back afterwards: pytest has its own handlers there."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    with warnings.catch_warnings():
        stream = Output()
        logs.configure("info", stream)
        yield stream
        logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def log(out: Output) -> logging.Logger:
    """A logger of its own: pytest hangs handlers on all the others, and they choke on wrong arguments."""
    (handler,) = (h for h in logging.getLogger().handlers if isinstance(h, logs.JsonHandler))
    logger = logging.Logger("app.test", logging.INFO)  # noqa: LOG001 - one that pytest does not know
    logger.addHandler(handler)
    return logger


def leaks(output: str) -> list[str]:
    return [what for what, canary in CANARIES.items() if canary in output or json.dumps(canary)[1:-1] in output]


def raise_and_log(log: logging.Logger, text: str) -> None:
    try:
        try:
            raise ValueError(text)  # noqa: TRY301 - a cause is wanted
        except ValueError as cause:
            raise RuntimeError(f"outer {text}") from cause
    except RuntimeError:
        log.exception("failed")


WAYS_IN: dict[str, Callable[[logging.Logger, str], None]] = {
    "as the message": lambda log, text: log.info(text),
    "as an argument": lambda log, text: log.info("got %s", text),
    "as the repr of an argument": lambda log, text: log.info("got %r", text),
    "as a named argument": lambda log, text: log.info("got %(it)s", {"it": text}),
    "among too many arguments": lambda log, text: log.info("got %s", text, text),  # noqa: PLE1205 - on purpose
    "with a wrong format": lambda log, text: log.info(text + " %d", text),  # noqa: G003 - on purpose
    "as a field": lambda log, text: log.info("x", extra={"detail": text}),
    "deep in a field": lambda log, text: log.info("x", extra={"a": {"b": [{"c": (text,)}]}}),
    "as a field's name": lambda log, text: log.info("x", extra={text: 1}),
    "as a nested field's name": lambda log, text: log.info("x", extra={"a": {text: 1}}),
    "in a set": lambda log, text: log.info("x", extra={"a": {text}}),
    "in an exception as a field": lambda log, text: log.info("x", extra={"error": ValueError(text)}),
    "in an exception as an argument": lambda log, text: log.info("x %s", ValueError(text)),
    "in an exception as the message": lambda log, text: log.error(ValueError(text)),
    "in a traceback and its cause": raise_and_log,
    "as bytes": lambda log, text: log.info("x %s", text.encode(), extra={"body": text.encode()}),
    "in an object": lambda log, text: log.info("x %s", Account(text), extra={"account": Account(text)}),
    "in an object as the message": lambda log, text: log.info(Account(text)),
    "cut off at the longest": lambda log, text: log.info("x", extra={"a": " " * 1990 + text}),
}


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_no_secret_and_no_buyers_name_is_in_any_line_whatever_text_carried_it(out, log, capsys, way_in):
    leaky = []
    for text in TEXTS:
        WAYS_IN[way_in](log, text)
        written = out.getvalue() + "".join(capsys.readouterr())
        leaky += [(leak, text) for leak in leaks(written)]
        out.truncate(out.seek(0))
    assert leaky == []


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize(
    "name",
    [
        "buyer",
        "buyer_name",
        "buyerName",
        "payer",
        "payer_name",
        "purchaser",
        "购方名称",
        "gfmc",
        "token",
        "access_token",
        "api_key",
        "key",
        "password",
        "app_secret",
        "X-Nuonuo-Sign",
        "Authorization",
        "Cookie",
    ],
)
def test_a_field_named_like_a_person_or_a_credential_never_shows_its_value(out, log, name, canary):
    log.info("x", extra={name: canary, "inner": {name: canary, "deeper": [{name: {"value": canary}}]}})
    assert leaks(out.getvalue()) == []


@pytest.mark.parametrize(
    "word",
    [
        *("token", "secret", "password", "passwd", "signature", "sign", "authorization", "credential", "key", "cookie"),
        *("name", "buyer", "payer", "purchaser", "gmf", "gfmc", "ghf", "购买方", "购方", "购货方", "付款方"),
    ],
)
def test_each_telling_word_is_enough_to_mask_what_it_is_given(out, log, word):
    log.info("x", extra={"detail": [f"{word}={ROBOT}", f"{word.upper()}: '{ROBOT}'", f'{{"{word}" : "{ROBOT}"}}']})
    assert leaks(out.getvalue()) == []


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
@pytest.mark.parametrize(
    "wrap", [Secret, pydantic.SecretStr, lambda text: {"name": text}, lambda text: Party(name=text)]
)
def test_a_wrapped_value_stays_wrapped(out, log, wrap, canary):
    wrapped = wrap(canary)
    log.info("got %s and %r", wrapped, wrapped, extra={"it": wrapped, "all": [wrapped], "map": {"it": wrapped}})
    log.info(wrapped)
    assert len(out.lines()) == 2
    assert leaks(out.getvalue()) == []


def test_an_invoice_is_only_named_by_its_type(out, log):
    log.info("refused %s", INVOICE, extra={"invoice": INVOICE, "several": [INVOICE]})
    line = out.line()
    assert line["event"] == "refused <Invoice>"
    assert line["invoice"] == "<Invoice>"
    assert line["several"] == ["<Invoice>"]


def test_a_refused_body_is_not_quoted_by_its_refusal(out, log):
    class Buyer(pydantic.BaseModel):
        title: int

    with pytest.raises(pydantic.ValidationError) as refusal:
        Buyer.model_validate({"title": BUYER})
    log.error("refused", exc_info=refusal.value)
    assert leaks(out.getvalue()) == []
    assert "input_value=***" in out.line()["exception"]


@pytest.mark.parametrize("text", ["x" * 5000, "名" * 5000, "\ud800" * 5000, "\\" * 5000, '"' * 5000, "name=" * 1000])
def test_a_value_is_cut_to_two_kilobytes(out, log, text):
    log.info("x", extra={"body": text})
    assert len(out.line()["body"].encode()) <= 2048


@pytest.mark.parametrize("cut", range(1960, 2060, 7))
def test_what_the_cut_leaves_of_a_secret_is_masked_too(out, log, cut):
    log.info("x", extra={"url": " " * cut + f"://h/?key={ROBOT}"})
    assert ROBOT[:6] not in out.getvalue()


@pytest.mark.parametrize(
    "breaker", ["\n", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x9b", "\x00"]
)
def test_nobody_can_forge_a_line(out, log, breaker):
    forged = f'x{breaker}{{"level":"critical","event":"forged"}}'
    log.info(forged, extra={"field": forged, forged: 1})
    log.info("got %s", forged)
    assert len(out.getvalue().splitlines()) == 2
    assert breaker not in out.getvalue().removesuffix("\n").replace("\n", "", 1)
    assert [line["level"] for line in out.lines()] == ["info", "info"]


def test_a_field_cannot_pose_as_the_lines_own(out, log):
    log.info("x", extra={"level": "critical", "ts": "1970", "logger": "root", "event": "forged"})
    line = out.line()
    assert (line["level"], line["logger"], line["event"]) == ("info", "app.test", "x")
    assert line["ts"] != "1970"


def test_a_line_tells_when_how_grave_who_and_what(out, log):
    log.warning("breaker opened for %s", "nuonuo")
    line = out.line()
    assert list(line) == ["ts", "level", "logger", "event"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["ts"])
    assert line["event"] == "breaker opened for nuonuo"


def test_a_check_is_one_line_with_its_facts_as_they_are(out, log):
    facts = {
        "account": "nuonuo-main",
        "outcome": Outcome.NOT_FOUND,
        "code": "009",
        "seconds": 0.25,
        "billed": True,
    }
    log.info("check", extra={**facts, "invoice": "0190", "cause": None})
    line = out.line()
    assert line["event"] == "check"
    assert {name: line[name] for name in facts} == {**facts, "outcome": "not_found"}
    assert line["cause"] is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("106.00"), "106.00"),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "2026-11-22T03:00:00+00:00"),
        (date(2026, 11, 22), "2026-11-22"),
        (timedelta(minutes=1, milliseconds=500), 60.5),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (Path("/etc/piaoda.yaml"), "/etc/piaoda.yaml"),
        (float("nan"), "nan"),
        (MappingProxyType({"region": "beijing"}), {"region": "beijing"}),
        ("数电票", "数电票"),
        (b"body", "<bytes>"),
    ],
)
def test_plain_values_are_shown_in_their_plain_form(out, log, value, shown):
    log.info("x", extra={"value": value})
    assert out.line()["value"] == shown


def test_chinese_is_written_as_it_is_read(out, log):
    log.info("x", extra={"text": "未找到"})
    assert "未找到" in out.getvalue()


def test_a_structure_without_end_ends(out, log):
    endless: dict[str, Any] = {}
    endless["again"] = [endless]
    log.info("x", extra={"endless": endless, "long": list(range(1000))})
    assert len(out.line()["long"]) == 50


def test_an_exception_is_one_field_with_its_causes(out, log):
    raise_and_log(log, "boom")
    line = out.line()
    assert line["exception"].startswith("Traceback (most recent call last):")
    assert "ValueError: boom" in line["exception"]
    assert line["exception"].rstrip().endswith("RuntimeError: outer boom")


def test_of_a_long_traceback_the_end_is_kept(out, log):
    error = ValueError("at the bottom")
    error.__notes__ = ["n" * 2000] * 20 + ["the last word"]
    log.error("x", exc_info=error)
    exception = out.line()["exception"]
    assert 10_000 < len(exception) <= 16 * 1024
    assert exception.endswith("the last word\n")


def test_arguments_that_do_not_fit_leave_the_text(out, log, capsys):
    log.info("%d invoices of %s", "many")  # noqa: PLE1206 - on purpose
    assert out.line()["event"] == "%d invoices of %s"
    assert capsys.readouterr().err == ""


def test_a_line_that_cannot_be_written_says_so_and_nothing_else(out, log, capsys):
    log.info("x", extra={"error": ValueError(Unspeakable())})
    assert out.line() == {"level": "error", "logger": "app.test", "event": "a log line could not be written"}
    assert leaks(out.getvalue() + capsys.readouterr().err) == []


def test_a_closed_stream_hurts_nobody(log, out, capsys):
    out.close()
    log.info("x %s", KEY)
    assert capsys.readouterr().err == ""


def test_the_level_decides_what_is_written(out):
    logging.getLogger("app.test").debug("quiet")
    assert out.getvalue() == ""


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error", "asyncio", "asyncpg.pool"])
def test_other_peoples_loggers_write_the_same_lines(out, name):
    logging.getLogger(name).error(
        "Uvicorn running on %s://%s:%d", "http", "127.0.0.1", 8000, extra={"color_message": "!"}
    )
    line = out.line()
    assert (line["logger"], line["event"]) == (name, "Uvicorn running on http://127.0.0.1:8000")
    assert "color_message" not in line


def test_a_line_a_request_is_off_by_default(out):
    logging.getLogger("uvicorn.access").warning("GET /v1/invoices")
    assert out.getvalue() == ""


def test_a_line_a_request_can_be_had(out):
    logs.configure("info", out, access=True)
    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "127.0.0.1", "GET", "/v1/invoices")
    assert out.line()["event"] == '127.0.0.1 - "GET /v1/invoices"'


def test_whoever_wrote_lines_before_writes_no_more(out):
    predecessor = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(predecessor)
    logs.configure("info", out)
    logging.getLogger("app.test").info("x")
    assert len(out.lines()) == 1
    assert predecessor.stream.getvalue() == ""


def test_half_a_character_is_spelt_out(out, log):
    log.info("x", extra={"text": "\ud800"})
    assert out.line()["text"] == r"\ud800"


def test_warnings_of_the_interpreter_become_lines(out):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logs.configure("info", out)
        warnings.warn("this is going away", UserWarning, stacklevel=1)
    assert out.line()["logger"] == "py.warnings"


def pool_failure(seconds: float, message: str = "Failed to restore", logger: str = "asyncpg.pool") -> logging.LogRecord:
    return logging.makeLogRecord({"name": logger, "msg": message, "levelno": 30, "created": 1_800_000_000 + seconds})


def passed(*records: logging.LogRecord) -> list[bool]:
    thinned = logs.Thinned(("asyncpg",))
    return [bool(thinned.filter(record)) for record in records]


def test_the_pools_complaint_is_written_once_in_ten_seconds():
    assert passed(*map(pool_failure, (0, 1, 9.9, 10, 15, 20))) == [True, False, False, True, False, True]


def test_how_often_it_was_left_out_is_told(out):
    for seconds in (0, 1, 2, 3, 11):
        logging.getLogger("asyncpg.pool").handle(pool_failure(seconds))
    first, second = out.lines()
    assert "suppressed" not in first
    assert second["suppressed"] == 3


def test_each_message_and_each_logger_is_counted_by_itself():
    assert passed(pool_failure(0), pool_failure(0, message="other"), pool_failure(0, logger="asyncpg.connection")) == [
        True,
        True,
        True,
    ]


def test_our_own_lines_are_never_thinned():
    assert passed(*(pool_failure(0, "check", "app.poller") for _ in range(3))) == [True, True, True]


def test_a_clock_set_back_does_not_silence_the_pool_for_hours():
    assert passed(pool_failure(3600), pool_failure(0)) == [True, True]


def test_a_secret_shows_itself_only_when_asked():
    secret = Secret(PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r} {[secret]} {secret!s:>10}"
    assert secret.reveal() == PASSWORD
    assert secret == Secret(PASSWORD)
    assert secret != PASSWORD
    assert not Secret("")
    assert {secret: 1}[Secret(PASSWORD)] == 1


def test_a_secret_does_not_become_json():
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(PASSWORD)})
