from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_out import ProblemOut
from ...models.redelivery_out import RedeliveryOut
from ...types import Response


def _get_kwargs(
    name: str,
    job_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{name}/redeliveries/{job_id}".format(
            name=quote(str(name), safe=""),
            job_id=quote(str(job_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemOut | RedeliveryOut | None:
    if response.status_code == 200:
        response_200 = RedeliveryOut.from_dict(response.json())

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
) -> Response[ProblemOut | RedeliveryOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    job_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemOut | RedeliveryOut]:
    """Get a redelivery

     How far the job has come.

    Args:
        name (str):
        job_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | RedeliveryOut]
    """

    kwargs = _get_kwargs(
        name=name,
        job_id=job_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    job_id: UUID,
    *,
    client: AuthenticatedClient,
) -> ProblemOut | RedeliveryOut | None:
    """Get a redelivery

     How far the job has come.

    Args:
        name (str):
        job_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | RedeliveryOut
    """

    return sync_detailed(
        name=name,
        job_id=job_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    name: str,
    job_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemOut | RedeliveryOut]:
    """Get a redelivery

     How far the job has come.

    Args:
        name (str):
        job_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | RedeliveryOut]
    """

    kwargs = _get_kwargs(
        name=name,
        job_id=job_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    job_id: UUID,
    *,
    client: AuthenticatedClient,
) -> ProblemOut | RedeliveryOut | None:
    """Get a redelivery

     How far the job has come.

    Args:
        name (str):
        job_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | RedeliveryOut
    """

    return (
        await asyncio_detailed(
            name=name,
            job_id=job_id,
            client=client,
        )
    ).parsed
