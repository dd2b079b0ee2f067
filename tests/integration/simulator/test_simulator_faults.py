"""What goes wrong on the wire, seen by a real client over a real socket."""

import logging
import socket

import httpx2
import pytest

from tests.integration.simulator import (
    test_simulator_aliyun,
    test_simulator_baiwang,
    test_simulator_huawei,
    test_simulator_jumdata,
    test_simulator_leqi,
    test_simulator_tencent,
)

READY = {"upload_after": 0, "visible_after": 0}
SERIAL = "26112309300000000001"
PROOFS = {
    "tencent": test_simulator_tencent.ask,
    "aliyun": test_simulator_aliyun.ask,
    "huawei": test_simulator_huawei.ask,
    "jumdata": test_simulator_jumdata.ask,
}
DIALECTS = pytest.mark.parametrize("dialect", ["nuonuo", "baidu", "baiwang", "leqi", *PROOFS])


@pytest.fixture
def ask(tax, dialect):
    """One question of the dialect, with a token fetched while all was well."""
    invoice = tax.register(**READY)
    if dialect == "baidu":
        token = tax.baidu_token().json()["access_token"]
        return lambda: tax.verify(invoice, token=token)
    if dialect == "baiwang":
        token = test_simulator_baiwang.token_of(tax)
        return lambda: test_simulator_baiwang.ask(tax, token=token)
    if dialect == "leqi":
        return lambda: test_simulator_leqi.ask(tax)
    if dialect in PROOFS:
        return lambda: PROOFS[dialect](tax, invoice)
    token = tax.nuonuo_token()["access_token"]
    return lambda: tax.query({"serialNos": [SERIAL]}, token=token)


def codes(tax) -> list[str]:
    return [line["code"] for line in tax.ledger()["records"]]


@DIALECTS
def test_in_an_outage_the_connection_closes_without_a_byte(tax, ask, dialect):
    tax.behave(outage={dialect: 1})
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        ask()
    assert codes(tax) == ["outage"]


def test_an_outage_meets_the_token_too(tax):
    tax.behave(outage=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        tax.nuonuo_token()
    with pytest.raises(httpx2.RemoteProtocolError):
        tax.baidu_token()


def test_an_outage_of_one_dialect_leaves_the_other_and_the_admin_api_alone(tax):
    tax.behave(outage={"baidu": 1})
    assert "access_token" in tax.nuonuo_token()
    assert tax.http.get("/admin").status_code == 200


@pytest.mark.parametrize("http", ["httptools", "h11"])
def test_a_connection_is_dropped_quietly_under_either_implementation_of_http(start, http, caplog):
    tax = start(http=http)
    tax.behave(outage=1)
    with caplog.at_level(logging.DEBUG, logger="uvicorn"):
        address = (tax.http.base_url.host, tax.http.base_url.port)
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(b"POST /accessToken HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
            assert connection.recv(1024) == b""
        assert tax.http.get("/admin").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_check_that_is_dropped_after_processing_has_been_counted_and_charged(tax):
    invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
    tax.behave(drop_after_processing={"baidu": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        tax.verify(invoice, token=token)
    ledger = tax.ledger(number=invoice["number"])
    assert (ledger["billed"], ledger["checks_by_day"]) == (1, {"2026-11-23": 1})
    tax.behave(drop_after_processing=0)
    assert tax.verify(invoice, token=token).json()["words_result"]["VerifyFrequency"] == "2"


def test_a_query_that_is_dropped_after_processing_stands_in_the_ledger(tax):
    invoice, token = tax.register(**READY), tax.nuonuo_token()["access_token"]
    tax.behave(drop_after_processing={"nuonuo": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        tax.query({"serialNos": [SERIAL]}, token=token)
    assert tax.ledger(number=invoice["number"])["matching"] == 1


@DIALECTS
def test_html_comes_with_200_and_without_processing(tax, ask, dialect):
    tax.behave(html_with_200={dialect: 1})
    answer = ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "系统维护" in answer.text
    assert codes(tax) == ["html"]


@DIALECTS
def test_a_truncated_answer_is_whole_http_and_broken_json(tax, ask, dialect):
    tax.behave(truncated={dialect: 1})
    answer = ask()
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        answer.json()
    assert tax.ledger()["totals"]["questions"] == 1


@DIALECTS
def test_a_slow_answer_comes_after_the_client_gave_up_and_was_processed(tax, ask, dialect):
    tax.behave(slow={dialect: 1, "seconds": 0.6})
    tax.http.timeout = 0.2
    with pytest.raises(httpx2.ReadTimeout):
        ask()
    tax.http.timeout = 5
    assert tax.ledger()["totals"]["questions"] == 1
    assert ask().status_code == 200


def test_a_fault_with_a_probability_meets_that_share_of_the_calls(tax):
    invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
    tax.behave(maintenance={"baidu": 0.25}, daily_limit=None)
    met = [tax.check(invoice, token=token) for _ in range(200)].count("1021")
    assert 30 <= met <= 70


def test_the_same_seed_gives_the_same_faults(start):
    def run(seed: int) -> list[str]:
        tax = start(seed=seed)
        invoice, token = tax.register(**READY), tax.baidu_token().json()["access_token"]
        tax.behave(maintenance=0.5, daily_limit=None)
        return [tax.check(invoice, token=token) for _ in range(30)]

    first = run(1)
    assert run(1) == first
    assert run(2) != first
