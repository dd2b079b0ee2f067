from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.deliveries_out import DeliveriesOut
from ...models.failure import Failure
from ...models.list_deliveries_state import ListDeliveriesState
from ...models.list_deliveries_type import ListDeliveriesType
from ...models.problem_out import ProblemOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    name: str,
    *,
    state: ListDeliveriesState | Unset = UNSET,
    failure: Failure | Unset = UNSET,
    type_: ListDeliveriesType | Unset = UNSET,
    invoice: UUID | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state.value

    params["state"] = json_state

    json_failure: str | Unset = UNSET
    if not isinstance(failure, Unset):
        json_failure = failure.value

    params["failure"] = json_failure

    json_type_: str | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = type_.value

    params["type"] = json_type_

    json_invoice: str | Unset = UNSET
    if not isinstance(invoice, Unset):
        json_invoice = str(invoice)
    params["invoice"] = json_invoice

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{name}/deliveries".format(
            name=quote(str(name), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> DeliveriesOut | ProblemOut | None:
    if response.status_code == 200:
        response_200 = DeliveriesOut.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemOut.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemOut.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemOut.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemOut.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = ProblemOut.from_dict(response.json())

        return response_405

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
) -> Response[DeliveriesOut | ProblemOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    state: ListDeliveriesState | Unset = UNSET,
    failure: Failure | Unset = UNSET,
    type_: ListDeliveriesType | Unset = UNSET,
    invoice: UUID | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[DeliveriesOut | ProblemOut]:
    """List the deliveries to a webhook

     What became of each message, newest first; takes the name of any destination, chat too.

    Args:
        name (str):
        state (ListDeliveriesState | Unset):
        failure (Failure | Unset): Why an attempt failed, in one closed word.
        type_ (ListDeliveriesType | Unset):
        invoice (UUID | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DeliveriesOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        name=name,
        state=state,
        failure=failure,
        type_=type_,
        invoice=invoice,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient,
    state: ListDeliveriesState | Unset = UNSET,
    failure: Failure | Unset = UNSET,
    type_: ListDeliveriesType | Unset = UNSET,
    invoice: UUID | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> DeliveriesOut | ProblemOut | None:
    """List the deliveries to a webhook

     What became of each message, newest first; takes the name of any destination, chat too.

    Args:
        name (str):
        state (ListDeliveriesState | Unset):
        failure (Failure | Unset): Why an attempt failed, in one closed word.
        type_ (ListDeliveriesType | Unset):
        invoice (UUID | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DeliveriesOut | ProblemOut
    """

    return sync_detailed(
        name=name,
        client=client,
        state=state,
        failure=failure,
        type_=type_,
        invoice=invoice,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    state: ListDeliveriesState | Unset = UNSET,
    failure: Failure | Unset = UNSET,
    type_: ListDeliveriesType | Unset = UNSET,
    invoice: UUID | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[DeliveriesOut | ProblemOut]:
    """List the deliveries to a webhook

     What became of each message, newest first; takes the name of any destination, chat too.

    Args:
        name (str):
        state (ListDeliveriesState | Unset):
        failure (Failure | Unset): Why an attempt failed, in one closed word.
        type_ (ListDeliveriesType | Unset):
        invoice (UUID | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DeliveriesOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        name=name,
        state=state,
        failure=failure,
        type_=type_,
        invoice=invoice,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient,
    state: ListDeliveriesState | Unset = UNSET,
    failure: Failure | Unset = UNSET,
    type_: ListDeliveriesType | Unset = UNSET,
    invoice: UUID | Unset = UNSET,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> DeliveriesOut | ProblemOut | None:
    """List the deliveries to a webhook

     What became of each message, newest first; takes the name of any destination, chat too.

    Args:
        name (str):
        state (ListDeliveriesState | Unset):
        failure (Failure | Unset): Why an attempt failed, in one closed word.
        type_ (ListDeliveriesType | Unset):
        invoice (UUID | Unset):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DeliveriesOut | ProblemOut
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            state=state,
            failure=failure,
            type_=type_,
            invoice=invoice,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
