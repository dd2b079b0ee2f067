from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.delivery_detail_out import DeliveryDetailOut
from ...models.problem_out import ProblemOut
from ...types import Response


def _get_kwargs(
    name: str,
    message_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{name}/deliveries/{message_id}".format(
            name=quote(str(name), safe=""),
            message_id=quote(str(message_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> DeliveryDetailOut | ProblemOut | None:
    if response.status_code == 200:
        response_200 = DeliveryDetailOut.from_dict(response.json())

        return response_200

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
) -> Response[DeliveryDetailOut | ProblemOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    message_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[DeliveryDetailOut | ProblemOut]:
    """Get a delivery

     Each attempt at it (request and reply, secrets masked), and the message.

    Args:
        name (str):
        message_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DeliveryDetailOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        name=name,
        message_id=message_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    message_id: UUID,
    *,
    client: AuthenticatedClient,
) -> DeliveryDetailOut | ProblemOut | None:
    """Get a delivery

     Each attempt at it (request and reply, secrets masked), and the message.

    Args:
        name (str):
        message_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DeliveryDetailOut | ProblemOut
    """

    return sync_detailed(
        name=name,
        message_id=message_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    name: str,
    message_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[DeliveryDetailOut | ProblemOut]:
    """Get a delivery

     Each attempt at it (request and reply, secrets masked), and the message.

    Args:
        name (str):
        message_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DeliveryDetailOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        name=name,
        message_id=message_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    message_id: UUID,
    *,
    client: AuthenticatedClient,
) -> DeliveryDetailOut | ProblemOut | None:
    """Get a delivery

     Each attempt at it (request and reply, secrets masked), and the message.

    Args:
        name (str):
        message_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DeliveryDetailOut | ProblemOut
    """

    return (
        await asyncio_detailed(
            name=name,
            message_id=message_id,
            client=client,
        )
    ).parsed
