"""A foreign proof (Mexico's SAT), over real HTTP: expressions, statuses, and what the service says of nonsense."""

import xml.etree.ElementTree as ET

import pytest

READY = {"upload_after": 0, "visible_after": 0}
UUID = "5A7E1C00-0000-4000-8000-00000000000F"
PATH = "/sat_mx/ConsultaCFDIService.svc"
ACTION = "http://tempuri.org/IConsultaCFDIService/Consulta"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:tem="http://tempuri.org/">'
    "<soapenv:Body><tem:Consulta><tem:expresionImpresa><![CDATA[{}]]></tem:expresionImpresa></tem:Consulta>"
    "</soapenv:Body></soapenv:Envelope>"
)
ANSWER = "{http://schemas.datacontract.org/2004/07/Sat.Cfdi.Negocio.ConsultaCfdi.Servicio}"


def cfdi(tax, **asked):
    return tax.register(
        **{
            "number": UUID,
            "kind": "foreign",
            "seller": {"tax_id": "EJE200101AA1", "name": "Ejemplo Uno"},
            "buyer": {"tax_id": "XA&200101BB2", "name": "Ejemplo Dos"},
            "amount": {"without_tax": "100.00", "tax": "16.00", "with_tax": "116.00", "currency": "MXN"},
            "handle": {},
        }
        | asked
    )


def post(tax, expression, action=ACTION):
    headers = {"SOAPAction": f'"{action}"', "Content-Type": "text/xml; charset=utf-8"}
    return tax.http.post(PATH, content=ENVELOPE.format(expression).encode(), headers=headers)


def consult(tax, issuer="EJE200101AA1", receiver="XA&200101BB2", total="116.00", uuid=UUID):
    reply = post(tax, f"?re={issuer}&rr={receiver}&tt={total}&id={uuid}")
    assert reply.status_code == 200
    (result,) = ET.fromstring(reply.content).iter("{http://tempuri.org/}ConsultaResult")
    return {each.tag.removeprefix(ANSWER): each.text or "" for each in result}


def status(tax, **asked):
    return consult(tax, **asked)["CodigoEstatus"]


def test_a_visible_invoice_is_in_force(tax):
    cfdi(tax, **READY)
    assert consult(tax) == {
        "CodigoEstatus": "S - Comprobante obtenido satisfactoriamente.",
        "EsCancelable": "Cancelable sin aceptación",
        "Estado": "Vigente",
        "EstatusCancelacion": "",
        "ValidacionEFOS": "200",
    }


def test_an_invoice_is_unknown_until_it_is_visible(tax):
    cfdi(tax, upload_after=0, visible_after=600)
    answer = consult(tax)
    assert (answer["CodigoEstatus"], answer["Estado"]) == ("N - 602: Comprobante no encontrado.", "No Encontrado")
    tax.clock.advance(seconds=600)
    assert consult(tax)["Estado"] == "Vigente"


@pytest.mark.parametrize(
    "asked",
    [
        {"issuer": "EJE200101AA2"},
        {"receiver": "XAX200101BB2"},
        {"total": "116.01"},
        {"uuid": "5A7E1C00-0000-4000-8000-000000000002"},
    ],
)
def test_an_expression_that_differs_anywhere_finds_nothing(tax, asked):
    cfdi(tax, **READY)
    assert status(tax, **asked).startswith("N - 602")


@pytest.mark.parametrize(
    "asked",
    [
        {"total": "0000000116.000000"},
        {"uuid": UUID.lower()},
        {"issuer": "eje200101aa1"},
        {"receiver": "XA&amp;200101BB2"},
    ],
)
def test_an_expression_may_be_padded_escaped_or_in_small_letters(tax, asked):
    cfdi(tax, **READY)
    assert status(tax, **asked).startswith("S - ")


def test_the_newer_order_with_the_end_of_the_seal_is_understood(tax):
    cfdi(tax, **READY)
    reply = post(tax, f"?id={UUID}&re=EJE200101AA1&rr=XA&200101BB2&tt=116.00&fe=AbCdEf==")
    assert "S - Comprobante" in reply.text


@pytest.mark.parametrize("asked", [{"total": "many"}, {"total": "NaN"}, {"issuer": ""}, {"uuid": ""}])
def test_an_expression_that_says_too_little_is_601(tax, asked):
    cfdi(tax, **READY)
    assert status(tax, **asked).startswith("N - 601")


def test_a_void_invoice_is_cancelled(tax):
    cfdi(tax, **READY)
    tax.change(UUID, status="void")
    answer = consult(tax)
    assert (answer["Estado"], answer["EstatusCancelacion"]) == ("Cancelado", "Cancelado sin aceptación")


def test_an_abnormal_invoice_has_its_issuer_on_the_list(tax):
    cfdi(tax, **READY)
    tax.change(UUID, status="abnormal")
    answer = consult(tax)
    assert (answer["Estado"], answer["ValidacionEFOS"]) == ("Vigente", "100")


def test_a_mismatch_reads_as_not_found(tax):
    cfdi(tax, **READY)
    tax.behave(mismatch={"sat_mx": 1})
    assert status(tax).startswith("N - 602")


@pytest.mark.parametrize(("code", "told"), [("601", "N - 601"), ("602", "N - 602"), ("N - 777", "N - 777")])
def test_a_code_can_be_forced(tax, code, told):
    cfdi(tax, **READY)
    tax.behave(forced={"sat_mx": 1, "code": code})
    assert status(tax).startswith(told)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [({"maintenance": {"sat_mx": 1}}, 503), ({"qps": {"sat_mx": 0}}, 429), ({"credentials_refused": 1}, 403)],
)
def test_what_the_front_door_refuses_is_http(tax, patch, expected):
    cfdi(tax, **READY)
    tax.behave(**patch)
    assert post(tax, f"?re=EJE200101AA1&rr=XA&200101BB2&tt=116.00&id={UUID}").status_code == expected


@pytest.mark.parametrize("content", [b"", b"<not", b"<!DOCTYPE a><a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_envelope_is_a_fault(tax, content):
    reply = tax.http.post(PATH, content=content, headers={"SOAPAction": ACTION})
    assert (reply.status_code, "faultcode" in reply.text) == (500, True)


def test_another_action_is_a_fault(tax):
    assert post(tax, "?re=a", action="http://tempuri.org/Other").status_code == 500


def test_every_question_is_noted_free_of_charge_and_outside_the_days_checks(tax):
    cfdi(tax, **READY)
    for _ in range(7):
        assert status(tax).startswith("S - ")
    status(tax, uuid="nobody")
    ledger = tax.ledger(dialect="sat_mx")
    assert [record["code"] for record in ledger["records"]] == ["S"] * 7 + ["602"]
    assert (ledger["billed"], ledger["checks_by_day"], ledger["records"][7]["number"]) == (0, {}, "nobody")
