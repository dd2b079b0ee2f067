from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.accepted_out import AcceptedOut
from ...models.batch_out import BatchOut
from ...models.cloud_event import CloudEvent
from ...models.invoice_in import InvoiceIn
from ...models.problem_out import ProblemOut
from ...models.voided_in import VoidedIn
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: InvoiceIn | VoidedIn | CloudEvent | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    ce_specversion: str | Unset = UNSET,
    ce_type: str | Unset = UNSET,
    ce_source: str | Unset = UNSET,
    ce_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(ce_specversion, Unset):
        headers["ce-specversion"] = ce_specversion

    if not isinstance(ce_type, Unset):
        headers["ce-type"] = ce_type

    if not isinstance(ce_source, Unset):
        headers["ce-source"] = ce_source

    if not isinstance(ce_id, Unset):
        headers["ce-id"] = ce_id

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/events",
    }

    if isinstance(body, InvoiceIn | VoidedIn):
        if isinstance(body, InvoiceIn):
            _kwargs["json"] = body.to_dict()
        else:
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, CloudEvent):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/cloudevents+json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AcceptedOut | BatchOut | ProblemOut | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> AcceptedOut | BatchOut:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = AcceptedOut.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = BatchOut.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = AcceptedOut.from_dict(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = ProblemOut.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemOut.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemOut.from_dict(response.json())

        return response_403

    if response.status_code == 405:
        response_405 = ProblemOut.from_dict(response.json())

        return response_405

    if response.status_code == 408:
        response_408 = ProblemOut.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemOut.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = ProblemOut.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ProblemOut.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = ProblemOut.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ProblemOut.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ProblemOut.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ProblemOut.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AcceptedOut | BatchOut | ProblemOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: InvoiceIn | VoidedIn | CloudEvent | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    ce_specversion: str | Unset = UNSET,
    ce_type: str | Unset = UNSET,
    ce_source: str | Unset = UNSET,
    ce_id: str | Unset = UNSET,
) -> Response[AcceptedOut | BatchOut | ProblemOut]:
    """Tell that invoices were issued, voided or reversed

     The one doorway for billing systems. Six ways to send:

    - `application/json`: one invoice object;
    - `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
    - `application/cloudevents+json`: one CloudEvent in structured mode;
    - `application/cloudevents-batch+json`: a list of them;
    - `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
    - `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

    A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a
    CloudEvent by
    source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not
    accepted
    are listed with index and problem.

    Args:
        idempotency_key (str | Unset):
        ce_specversion (str | Unset):
        ce_type (str | Unset):
        ce_source (str | Unset):
        ce_id (str | Unset):
        body (InvoiceIn | VoidedIn): The invoice; in CloudEvents binary mode the data, of
            invoice.voided too.
        body (CloudEvent): CloudEvents 1.0 in structured mode; extension attributes are allowed
            and not kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AcceptedOut | AcceptedOut | BatchOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        ce_specversion=ce_specversion,
        ce_type=ce_type,
        ce_source=ce_source,
        ce_id=ce_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: InvoiceIn | VoidedIn | CloudEvent | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    ce_specversion: str | Unset = UNSET,
    ce_type: str | Unset = UNSET,
    ce_source: str | Unset = UNSET,
    ce_id: str | Unset = UNSET,
) -> AcceptedOut | BatchOut | ProblemOut | None:
    """Tell that invoices were issued, voided or reversed

     The one doorway for billing systems. Six ways to send:

    - `application/json`: one invoice object;
    - `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
    - `application/cloudevents+json`: one CloudEvent in structured mode;
    - `application/cloudevents-batch+json`: a list of them;
    - `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
    - `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

    A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a
    CloudEvent by
    source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not
    accepted
    are listed with index and problem.

    Args:
        idempotency_key (str | Unset):
        ce_specversion (str | Unset):
        ce_type (str | Unset):
        ce_source (str | Unset):
        ce_id (str | Unset):
        body (InvoiceIn | VoidedIn): The invoice; in CloudEvents binary mode the data, of
            invoice.voided too.
        body (CloudEvent): CloudEvents 1.0 in structured mode; extension attributes are allowed
            and not kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AcceptedOut | AcceptedOut | BatchOut | ProblemOut
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        ce_specversion=ce_specversion,
        ce_type=ce_type,
        ce_source=ce_source,
        ce_id=ce_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: InvoiceIn | VoidedIn | CloudEvent | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    ce_specversion: str | Unset = UNSET,
    ce_type: str | Unset = UNSET,
    ce_source: str | Unset = UNSET,
    ce_id: str | Unset = UNSET,
) -> Response[AcceptedOut | BatchOut | ProblemOut]:
    """Tell that invoices were issued, voided or reversed

     The one doorway for billing systems. Six ways to send:

    - `application/json`: one invoice object;
    - `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
    - `application/cloudevents+json`: one CloudEvent in structured mode;
    - `application/cloudevents-batch+json`: a list of them;
    - `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
    - `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

    A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a
    CloudEvent by
    source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not
    accepted
    are listed with index and problem.

    Args:
        idempotency_key (str | Unset):
        ce_specversion (str | Unset):
        ce_type (str | Unset):
        ce_source (str | Unset):
        ce_id (str | Unset):
        body (InvoiceIn | VoidedIn): The invoice; in CloudEvents binary mode the data, of
            invoice.voided too.
        body (CloudEvent): CloudEvents 1.0 in structured mode; extension attributes are allowed
            and not kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AcceptedOut | AcceptedOut | BatchOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        ce_specversion=ce_specversion,
        ce_type=ce_type,
        ce_source=ce_source,
        ce_id=ce_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: InvoiceIn | VoidedIn | CloudEvent | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
    ce_specversion: str | Unset = UNSET,
    ce_type: str | Unset = UNSET,
    ce_source: str | Unset = UNSET,
    ce_id: str | Unset = UNSET,
) -> AcceptedOut | BatchOut | ProblemOut | None:
    """Tell that invoices were issued, voided or reversed

     The one doorway for billing systems. Six ways to send:

    - `application/json`: one invoice object;
    - `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
    - `application/cloudevents+json`: one CloudEvent in structured mode;
    - `application/cloudevents-batch+json`: a list of them;
    - `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
    - `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

    A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a
    CloudEvent by
    source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not
    accepted
    are listed with index and problem.

    Args:
        idempotency_key (str | Unset):
        ce_specversion (str | Unset):
        ce_type (str | Unset):
        ce_source (str | Unset):
        ce_id (str | Unset):
        body (InvoiceIn | VoidedIn): The invoice; in CloudEvents binary mode the data, of
            invoice.voided too.
        body (CloudEvent): CloudEvents 1.0 in structured mode; extension attributes are allowed
            and not kept.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AcceptedOut | AcceptedOut | BatchOut | ProblemOut
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            ce_specversion=ce_specversion,
            ce_type=ce_type,
            ce_source=ce_source,
            ce_id=ce_id,
        )
    ).parsed
