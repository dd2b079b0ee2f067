from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_out import ProblemOut
from ...models.silence_in import SilenceIn
from ...models.silence_out import SilenceOut
from ...types import Response


def _get_kwargs(
    *,
    body: SilenceIn,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/silences",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemOut | SilenceOut | None:
    if response.status_code == 200:
        response_200 = SilenceOut.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = SilenceOut.from_dict(response.json())

        return response_201

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
) -> Response[ProblemOut | SilenceOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: SilenceIn,
) -> Response[ProblemOut | SilenceOut]:
    """Create a silence

     Keeps alerts about the incidents that it names quiet for a while; the answer tells how many open
    ones that
    hides. Asking for the same one twice makes one.

    Args:
        body (SilenceIn): Nobody is told about these incidents until then; at most 30 days. They
            are kept and shown as ever.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | SilenceOut]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: SilenceIn,
) -> ProblemOut | SilenceOut | None:
    """Create a silence

     Keeps alerts about the incidents that it names quiet for a while; the answer tells how many open
    ones that
    hides. Asking for the same one twice makes one.

    Args:
        body (SilenceIn): Nobody is told about these incidents until then; at most 30 days. They
            are kept and shown as ever.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | SilenceOut
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: SilenceIn,
) -> Response[ProblemOut | SilenceOut]:
    """Create a silence

     Keeps alerts about the incidents that it names quiet for a while; the answer tells how many open
    ones that
    hides. Asking for the same one twice makes one.

    Args:
        body (SilenceIn): Nobody is told about these incidents until then; at most 30 days. They
            are kept and shown as ever.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemOut | SilenceOut]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: SilenceIn,
) -> ProblemOut | SilenceOut | None:
    """Create a silence

     Keeps alerts about the incidents that it names quiet for a while; the answer tells how many open
    ones that
    hides. Asking for the same one twice makes one.

    Args:
        body (SilenceIn): Nobody is told about these incidents until then; at most 30 days. They
            are kept and shown as ever.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemOut | SilenceOut
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
