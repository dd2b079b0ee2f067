from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.feed_out import FeedOut
from ...models.problem_out import ProblemOut
from ...models.read_feed_type_item import ReadFeedTypeItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: str | Unset = UNSET,
    limit: int | Unset = 100,
    type_: list[ReadFeedTypeItem] | Unset = UNSET,
    wait: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    json_type_: list[str] | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = []
        for type_item_data in type_:
            type_item = type_item_data.value
            json_type_.append(type_item)

    params["type"] = json_type_

    params["wait"] = wait

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/feed",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FeedOut | ProblemOut | None:
    if response.status_code == 200:
        response_200 = FeedOut.from_dict(response.json())

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
) -> Response[FeedOut | ProblemOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 100,
    type_: list[ReadFeedTypeItem] | Unset = UNSET,
    wait: int | Unset = UNSET,
) -> Response[FeedOut | ProblemOut]:
    """Read the feed

     The messages that webhooks are sent, to pull: in the order of commits, page by page. Keep
    `next_cursor` and go
    on with it: nothing is ever skipped. Where there is nothing yet, `wait` keeps the call until there
    is something.

    Args:
        after (str | Unset):
        limit (int | Unset):  Default: 100.
        type_ (list[ReadFeedTypeItem] | Unset):
        wait (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FeedOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        after=after,
        limit=limit,
        type_=type_,
        wait=wait,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 100,
    type_: list[ReadFeedTypeItem] | Unset = UNSET,
    wait: int | Unset = UNSET,
) -> FeedOut | ProblemOut | None:
    """Read the feed

     The messages that webhooks are sent, to pull: in the order of commits, page by page. Keep
    `next_cursor` and go
    on with it: nothing is ever skipped. Where there is nothing yet, `wait` keeps the call until there
    is something.

    Args:
        after (str | Unset):
        limit (int | Unset):  Default: 100.
        type_ (list[ReadFeedTypeItem] | Unset):
        wait (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FeedOut | ProblemOut
    """

    return sync_detailed(
        client=client,
        after=after,
        limit=limit,
        type_=type_,
        wait=wait,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 100,
    type_: list[ReadFeedTypeItem] | Unset = UNSET,
    wait: int | Unset = UNSET,
) -> Response[FeedOut | ProblemOut]:
    """Read the feed

     The messages that webhooks are sent, to pull: in the order of commits, page by page. Keep
    `next_cursor` and go
    on with it: nothing is ever skipped. Where there is nothing yet, `wait` keeps the call until there
    is something.

    Args:
        after (str | Unset):
        limit (int | Unset):  Default: 100.
        type_ (list[ReadFeedTypeItem] | Unset):
        wait (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FeedOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        after=after,
        limit=limit,
        type_=type_,
        wait=wait,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: str | Unset = UNSET,
    limit: int | Unset = 100,
    type_: list[ReadFeedTypeItem] | Unset = UNSET,
    wait: int | Unset = UNSET,
) -> FeedOut | ProblemOut | None:
    """Read the feed

     The messages that webhooks are sent, to pull: in the order of commits, page by page. Keep
    `next_cursor` and go
    on with it: nothing is ever skipped. Where there is nothing yet, `wait` keeps the call until there
    is something.

    Args:
        after (str | Unset):
        limit (int | Unset):  Default: 100.
        type_ (list[ReadFeedTypeItem] | Unset):
        wait (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FeedOut | ProblemOut
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            limit=limit,
            type_=type_,
            wait=wait,
        )
    ).parsed
