"""A foreign channel (Romania's ANAF), over real HTTP: tokens, the state of a message, its files, the day's limits."""

import io
import xml.etree.ElementTree as ET
import zipfile

import pytest

READY = {"upload_after": 0, "visible_after": 0}
REST = "/anaf_ro/prod/FCTEL/rest"
SECRET = "demo-secret-not-real"
INDEX = "5000000001"
NUMBER = "EX-2026-0001"
UBL = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def factura(tax, **asked):
    return tax.register(
        **{
            "number": NUMBER,
            "kind": "foreign",
            "issued_at": "2026-11-22T22:30:00+00:00",
            "seller": {"tax_id": "RO10000008", "name": "Exemplu & Fiii SRL"},
            "buyer": {"tax_id": "RO10000016", "name": "Exemplu Doi SRL"},
            "amount": {"without_tax": "100.00", "tax": "21.00", "with_tax": "121.00", "currency": "RON"},
            "handle": {"serial_no": INDEX},
        }
        | asked
    )


def refresh(tax, key="demo-app", secret=SECRET, **told):
    grant = {"grant_type": "refresh_token", "refresh_token": SECRET} | told
    return tax.http.post("/anaf_ro/anaf-oauth2/v1/token", data=grant, auth=(key, secret))


@pytest.fixture
def token(tax):
    return refresh(tax).raise_for_status().json()["access_token"]


def ask(tax, token, path, **params):
    return tax.http.get(f"{REST}/{path}", params=params, headers={"Authorization": f"Bearer {token}"})


def header(tax, token, index=INDEX):
    """The attributes of the answer, those of `Errors` included."""
    root = ET.fromstring(ask(tax, token, "stareMesaj", id_incarcare=index).content)
    assert root.tag == "{mfp:anaf:dgti:efactura:stareMesajFactura:v1}header"
    return root.attrib | {key: value for each in root for key, value in each.attrib.items()}


def files(tax, token, index=INDEX):
    reply = ask(tax, token, "descarcare", id=header(tax, token, index)["id_descarcare"])
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}


def face(tax, token):
    root = files(tax, token)[f"{INDEX}.xml"]
    return {each.tag.removeprefix(UBL): each.text for each in root.iter()}


def test_a_message_is_in_processing_and_then_ok(tax, token):
    factura(tax, upload_after=60)
    assert header(tax, token) == {"stare": "in prelucrare"}
    tax.clock.advance(seconds=60)
    answer = header(tax, token)
    assert answer["stare"] == "ok"
    assert answer["id_descarcare"].isdigit()


@pytest.mark.parametrize(
    ("upload", "state"),
    [("stuck", "in prelucrare"), ("fail", "nok"), ("unsigned", "XML cu erori nepreluat de sistem"), ("ok", "ok")],
)
def test_an_upload_ends_as_it_was_told_to(tax, token, upload, state):
    factura(tax, upload=upload, upload_after=0)
    assert header(tax, token)["stare"] == state


def test_a_later_status_of_ours_shows_nowhere(tax, token):
    factura(tax, **READY)
    tax.change(NUMBER, status="void")
    assert header(tax, token)["stare"] == "ok"


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("5000000009", "Nu exista factura cu id_incarcare= 5000000009"),
        ("12a", "Id_incarcare introdus= 12a nu este un numar intreg"),
    ],
)
def test_a_failure_of_the_question_has_no_state(tax, token, index, told):
    assert header(tax, token, index) == {"errorMessage": told}


def test_a_message_that_never_arrived_is_unknown(tax, token):
    factura(tax, upload="never")
    assert "stare" not in header(tax, token)


@pytest.mark.parametrize("path", ["stareMesaj", "descarcare"])
def test_a_question_without_its_parameter_is_a_bad_request(tax, token, path):
    reply = ask(tax, token, path)
    assert (reply.status_code, reply.json()["error"]) == (400, "Bad Request")


def test_the_files_are_the_invoice_in_ubl_and_a_signature(tax, token):
    factura(tax, **READY)
    assert set(files(tax, token)) == {f"{INDEX}.xml", f"semnatura_{INDEX}.xml"}
    told = face(tax, token)
    root = files(tax, token)[f"{INDEX}.xml"]
    assert root.tag == "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
    assert [each.text for each in root.iter(f"{UBL}CompanyID")] == ["RO10000008", "RO10000016"]
    assert [each.text for each in root.iter(f"{UBL}RegistrationName")] == ["Exemplu & Fiii SRL", "Exemplu Doi SRL"]
    assert (told["IssueDate"], told["DocumentCurrencyCode"]) == ("2026-11-23", "RON")
    assert (told["TaxExclusiveAmount"], told["TaxAmount"], told["TaxInclusiveAmount"]) == ("100.00", "21.00", "121.00")


def test_the_files_of_a_refused_invoice_are_its_errors(tax, token):
    factura(tax, upload="fail", upload_after=0)
    root = files(tax, token)[f"{INDEX}.xml"]
    assert root.attrib["Index_incarcare"] == INDEX
    assert [each.attrib["errorMessage"] for each in root]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("35000000001", "Pentru id=35000000001 nu exista"), ("7", "Pentru id=7 nu exista"), ("x1", "nu este un numar")],
)
def test_files_that_are_not_there_are_an_error_with_200(tax, token, asked, told):
    factura(tax, upload="stuck")
    reply = ask(tax, token, "descarcare", id=asked)
    assert reply.status_code == 200
    assert told in reply.json()["eroare"]


def test_an_id_that_was_never_given_has_no_files(tax, token):
    factura(tax, **READY)
    assert "nu exista inregistrata" in ask(tax, token, "descarcare", id=f"4{INDEX}").json()["eroare"]


def test_a_mismatch_gives_other_amounts(tax, token):
    factura(tax, **READY)
    tax.behave(mismatch={"anaf_ro": 1})
    assert face(tax, token)["TaxInclusiveAmount"] == "122.00"


def test_a_liar_gives_the_right_state_with_another_invoices_face(tax, token):
    factura(tax, **READY)
    factura(tax, number="EX-2026-0002", handle={"serial_no": "5000000002"}, **READY)
    tax.behave(lying={"anaf_ro": 1})
    root = files(tax, token)[f"{INDEX}.xml"]
    assert next(root.iter(f"{UBL}ID")).text == "EX-2026-0002"


def test_a_message_is_asked_for_a_hundred_times_a_day_of_bucharest(tax, token):
    factura(tax, **READY)
    factura(tax, number="EX-2026-0002", handle={"serial_no": "5000000002"}, **READY)
    assert all("stare" in header(tax, token) for _ in range(100))
    assert "100 descarcari" in header(tax, token)["errorMessage"]
    assert header(tax, token, "5000000002")["stare"] == "ok"
    tax.clock.advance(hours=21)  # 00:30 in Bucharest
    assert header(tax, token)["stare"] == "ok"


def test_a_message_is_downloaded_ten_times_a_day(tax, token):
    factura(tax, **READY)
    asked = header(tax, token)["id_descarcare"]
    replies = [ask(tax, token, "descarcare", id=asked) for _ in range(11)]
    assert [each.headers["content-type"] for each in replies[:10]] == ["application/zip"] * 10
    assert "10 descarcari" in replies[10].json()["eroare"]


def test_a_reset_forgets_the_days_questions(tax, token):
    factura(tax, **READY)
    for _ in range(101):
        header(tax, token)
    tax.http.post("/admin/reset")
    factura(tax, **READY)
    assert header(tax, refresh(tax).json()["access_token"])["stare"] == "ok"


def test_a_token_lasts_ninety_days(tax):
    factura(tax, **READY)
    granted = refresh(tax).json()
    assert (granted["expires_in"], granted["token_type"]) == (7_776_000, "Bearer")
    tax.clock.advance(seconds=7_775_999)
    assert header(tax, granted["access_token"])["stare"] == "ok"
    tax.clock.advance(seconds=1)
    assert ask(tax, granted["access_token"], "stareMesaj", id_incarcare=INDEX).status_code == 401


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"secret": "wrong"}, "invalid_client"),
        ({"key": "nobody"}, "invalid_client"),
        ({"refresh_token": "wrong"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_get_no_token(tax, told, error):
    reply = refresh(tax, **told)
    assert (reply.status_code, reply.json()["error"]) == (400, error)


def test_credentials_can_be_refused_at_the_token(tax):
    tax.behave(credentials_refused={"anaf_ro": 1})
    assert refresh(tax).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("patch", "http"),
    [
        ({"credentials_refused": 1}, 403),
        ({"token_expired": 1}, 401),
        ({"qps": {"anaf_ro": 0}}, 429),
        ({"maintenance": {"anaf_ro": 1}}, 503),
    ],
)
@pytest.mark.parametrize("path", ["stareMesaj", "descarcare"])
def test_what_the_front_door_refuses_is_http(tax, token, path, patch, http):
    factura(tax, **READY)
    tax.behave(**patch)
    assert ask(tax, token, path, id_incarcare=INDEX, id=f"3{INDEX}").status_code == http


def test_a_strangers_token_is_forbidden(tax):
    assert ask(tax, "nobody-gave-this", "stareMesaj", id_incarcare=INDEX).status_code == 403


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"no_permission": 1}, {"errorMessage": "Nu exista niciun CIF petru care sa aveti drept"}),
        ({"balance_used_up": 1}, {"errorMessage": "S-au facut deja 100 descarcari de mesaj in cursul zilei"}),
        ({"forced": {"anaf_ro": 1, "code": "stare {noua}"}}, {"stare": "stare {noua}"}),
    ],
)
def test_each_answer_can_be_switched_on(tax, token, patch, told):
    factura(tax, **READY)
    tax.behave(**patch)
    assert header(tax, token) == told
    assert ask(tax, token, "descarcare", id=f"3{INDEX}").json()["titlu"] == "Descarcare mesaj"


def test_every_question_is_noted_and_none_is_counted(tax, token):
    factura(tax, **READY)
    files(tax, token)
    header(tax, token, "5000000009")
    ledger = tax.ledger(dialect="anaf_ro")
    assert [(record["operation"], record["number"], record["code"]) for record in ledger["records"]] == [
        ("query", NUMBER, "ok"),
        ("download", NUMBER, "ok"),
        ("query", "5000000009", "absent"),
    ]
    assert (ledger["billed"], ledger["checks_by_day"], ledger["totals"]["tokens"]) == (0, {}, 1)
