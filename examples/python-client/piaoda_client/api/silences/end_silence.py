from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_out import ProblemOut
from ...models.silence_out import SilenceOut
from ...types import Response


def _get_kwargs(
    silence_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/silences/{silence_id}".format(
            silence_id=quote(str(silence_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemOut | SilenceOut | None:
    if response.status_code == 200:
        response_200 = SilenceOut.from_dict(response.json())

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
) -> Response[ProblemOut | SilenceOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    silence_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemOut | SilenceOut]:
    """End a silence

     Now: what is still wrong is told. It stays in the list. Safe to repeat.

    Args:
        silence_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | SilenceOut]
    """

    kwargs = _get_kwargs(
        silence_id=silence_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    silence_id: UUID,
    *,
    client: AuthenticatedClient,
) -> ProblemOut | SilenceOut | None:
    """End a silence

     Now: what is still wrong is told. It stays in the list. Safe to repeat.

    Args:
        silence_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | SilenceOut
    """

    return sync_detailed(
        silence_id=silence_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    silence_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemOut | SilenceOut]:
    """End a silence

     Now: what is still wrong is told. It stays in the list. Safe to repeat.

    Args:
        silence_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | SilenceOut]
    """

    kwargs = _get_kwargs(
        silence_id=silence_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    silence_id: UUID,
    *,
    client: AuthenticatedClient,
) -> ProblemOut | SilenceOut | None:
    """End a silence

     Now: what is still wrong is told. It stays in the list. Safe to repeat.

    Args:
        silence_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | SilenceOut
    """

    return (
        await asyncio_detailed(
            silence_id=silence_id,
            client=client,
        )
    ).parsed
