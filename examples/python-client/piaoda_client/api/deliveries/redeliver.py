from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_out import ProblemOut
from ...models.redeliver_in import RedeliverIn
from ...models.redelivery_out import RedeliveryOut
from ...types import Response


def _get_kwargs(
    name: str,
    *,
    body: RedeliverIn,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/webhooks/{name}/redeliver".format(
            name=quote(str(name), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemOut | RedeliveryOut | None:
    if response.status_code == 202:
        response_202 = RedeliveryOut.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = ProblemOut.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = ProblemOut.from_dict(response.json())

        return response_405

    if response.status_code == 408:
        response_408 = ProblemOut.from_dict(response.json())

        return response_408

    if response.status_code == 413:
        response_413 = ProblemOut.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ProblemOut.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = ProblemOut.from_dict(response.json())

        return response_422

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
    *,
    client: AuthenticatedClient,
    body: RedeliverIn,
) -> Response[ProblemOut | RedeliveryOut]:
    """Send messages again

     Under the same webhook-id: named messages, what is dead, or everything since an instant. The answer
    is a job;
    what is fresh goes first.

    Args:
        name (str):
        body (RedeliverIn): Exactly one of: `message`; `messages`; `state` dead, with `failure`,
            `type`, `since` and `until` where wanted;
            or `since` alone, with `until` and `types` where wanted.

            `since` alone is everything that the webhook's filters let through, also what it was never
            told.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | RedeliveryOut]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RedeliverIn,
) -> ProblemOut | RedeliveryOut | None:
    """Send messages again

     Under the same webhook-id: named messages, what is dead, or everything since an instant. The answer
    is a job;
    what is fresh goes first.

    Args:
        name (str):
        body (RedeliverIn): Exactly one of: `message`; `messages`; `state` dead, with `failure`,
            `type`, `since` and `until` where wanted;
            or `since` alone, with `until` and `types` where wanted.

            `since` alone is everything that the webhook's filters let through, also what it was never
            told.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | RedeliveryOut
    """

    return sync_detailed(
        name=name,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RedeliverIn,
) -> Response[ProblemOut | RedeliveryOut]:
    """Send messages again

     Under the same webhook-id: named messages, what is dead, or everything since an instant. The answer
    is a job;
    what is fresh goes first.

    Args:
        name (str):
        body (RedeliverIn): Exactly one of: `message`; `messages`; `state` dead, with `failure`,
            `type`, `since` and `until` where wanted;
            or `since` alone, with `until` and `types` where wanted.

            `since` alone is everything that the webhook's filters let through, also what it was never
            told.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | RedeliveryOut]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RedeliverIn,
) -> ProblemOut | RedeliveryOut | None:
    """Send messages again

     Under the same webhook-id: named messages, what is dead, or everything since an instant. The answer
    is a job;
    what is fresh goes first.

    Args:
        name (str):
        body (RedeliverIn): Exactly one of: `message`; `messages`; `state` dead, with `failure`,
            `type`, `since` and `until` where wanted;
            or `since` alone, with `until` and `types` where wanted.

            `since` alone is everything that the webhook's filters let through, also what it was never
            told.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | RedeliveryOut
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            body=body,
        )
    ).parsed
