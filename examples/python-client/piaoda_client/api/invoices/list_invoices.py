from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.cause import Cause
from ...models.diagnosis import Diagnosis
from ...models.invoices_out import InvoicesOut
from ...models.list_invoices_kind_item import ListInvoicesKindItem
from ...models.list_invoices_sort import ListInvoicesSort
from ...models.problem_out import ProblemOut
from ...models.state import State
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    state: list[State] | Unset = UNSET,
    cause: list[Cause] | Unset = UNSET,
    diagnosis: list[Diagnosis] | Unset = UNSET,
    account: list[str] | Unset = UNSET,
    seller: str | Unset = UNSET,
    buyer: str | Unset = UNSET,
    kind: list[ListInvoicesKindItem] | Unset = UNSET,
    number: str | Unset = UNSET,
    code: str | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    issued_from: str | Unset = UNSET,
    issued_to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: ListInvoicesSort | Unset = ListInvoicesSort.VALUE_0,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = []
        for state_item_data in state:
            state_item = state_item_data.value
            json_state.append(state_item)

    params["state"] = json_state

    json_cause: list[str] | Unset = UNSET
    if not isinstance(cause, Unset):
        json_cause = []
        for cause_item_data in cause:
            cause_item = cause_item_data.value
            json_cause.append(cause_item)

    params["cause"] = json_cause

    json_diagnosis: list[str] | Unset = UNSET
    if not isinstance(diagnosis, Unset):
        json_diagnosis = []
        for diagnosis_item_data in diagnosis:
            diagnosis_item = diagnosis_item_data.value
            json_diagnosis.append(diagnosis_item)

    params["diagnosis"] = json_diagnosis

    json_account: list[str] | Unset = UNSET
    if not isinstance(account, Unset):
        json_account = account

    params["account"] = json_account

    params["seller"] = seller

    params["buyer"] = buyer

    json_kind: list[str] | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = []
        for kind_item_data in kind:
            kind_item = kind_item_data.value
            json_kind.append(kind_item)

    params["kind"] = json_kind

    params["number"] = number

    params["code"] = code

    json_label: list[str] | Unset = UNSET
    if not isinstance(label, Unset):
        json_label = label

    params["label"] = json_label

    params["issued_from"] = issued_from

    params["issued_to"] = issued_to

    params["q"] = q

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/invoices",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> InvoicesOut | ProblemOut | None:
    if response.status_code == 200:
        response_200 = InvoicesOut.from_dict(response.json())

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
) -> Response[InvoicesOut | ProblemOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    state: list[State] | Unset = UNSET,
    cause: list[Cause] | Unset = UNSET,
    diagnosis: list[Diagnosis] | Unset = UNSET,
    account: list[str] | Unset = UNSET,
    seller: str | Unset = UNSET,
    buyer: str | Unset = UNSET,
    kind: list[ListInvoicesKindItem] | Unset = UNSET,
    number: str | Unset = UNSET,
    code: str | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    issued_from: str | Unset = UNSET,
    issued_to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: ListInvoicesSort | Unset = ListInvoicesSort.VALUE_0,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[InvoicesOut | ProblemOut]:
    """List invoices

     Filters are joined by AND; one given several times means any of its values (labels: all of them).
    Page by page
    with `cursor`: the order stays the same under concurrent writes, so that no invoice is shown twice
    or skipped.
    A parameter that is not known is refused, never ignored.

    Args:
        state (list[State] | Unset):
        cause (list[Cause] | Unset):
        diagnosis (list[Diagnosis] | Unset):
        account (list[str] | Unset):
        seller (str | Unset):
        buyer (str | Unset):
        kind (list[ListInvoicesKindItem] | Unset):
        number (str | Unset):
        code (str | Unset):
        label (list[str] | Unset):
        issued_from (str | Unset):
        issued_to (str | Unset):
        q (str | Unset):
        sort (ListInvoicesSort | Unset):  Default: ListInvoicesSort.VALUE_0.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InvoicesOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        state=state,
        cause=cause,
        diagnosis=diagnosis,
        account=account,
        seller=seller,
        buyer=buyer,
        kind=kind,
        number=number,
        code=code,
        label=label,
        issued_from=issued_from,
        issued_to=issued_to,
        q=q,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    state: list[State] | Unset = UNSET,
    cause: list[Cause] | Unset = UNSET,
    diagnosis: list[Diagnosis] | Unset = UNSET,
    account: list[str] | Unset = UNSET,
    seller: str | Unset = UNSET,
    buyer: str | Unset = UNSET,
    kind: list[ListInvoicesKindItem] | Unset = UNSET,
    number: str | Unset = UNSET,
    code: str | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    issued_from: str | Unset = UNSET,
    issued_to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: ListInvoicesSort | Unset = ListInvoicesSort.VALUE_0,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> InvoicesOut | ProblemOut | None:
    """List invoices

     Filters are joined by AND; one given several times means any of its values (labels: all of them).
    Page by page
    with `cursor`: the order stays the same under concurrent writes, so that no invoice is shown twice
    or skipped.
    A parameter that is not known is refused, never ignored.

    Args:
        state (list[State] | Unset):
        cause (list[Cause] | Unset):
        diagnosis (list[Diagnosis] | Unset):
        account (list[str] | Unset):
        seller (str | Unset):
        buyer (str | Unset):
        kind (list[ListInvoicesKindItem] | Unset):
        number (str | Unset):
        code (str | Unset):
        label (list[str] | Unset):
        issued_from (str | Unset):
        issued_to (str | Unset):
        q (str | Unset):
        sort (ListInvoicesSort | Unset):  Default: ListInvoicesSort.VALUE_0.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InvoicesOut | ProblemOut
    """

    return sync_detailed(
        client=client,
        state=state,
        cause=cause,
        diagnosis=diagnosis,
        account=account,
        seller=seller,
        buyer=buyer,
        kind=kind,
        number=number,
        code=code,
        label=label,
        issued_from=issued_from,
        issued_to=issued_to,
        q=q,
        sort=sort,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    state: list[State] | Unset = UNSET,
    cause: list[Cause] | Unset = UNSET,
    diagnosis: list[Diagnosis] | Unset = UNSET,
    account: list[str] | Unset = UNSET,
    seller: str | Unset = UNSET,
    buyer: str | Unset = UNSET,
    kind: list[ListInvoicesKindItem] | Unset = UNSET,
    number: str | Unset = UNSET,
    code: str | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    issued_from: str | Unset = UNSET,
    issued_to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: ListInvoicesSort | Unset = ListInvoicesSort.VALUE_0,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> Response[InvoicesOut | ProblemOut]:
    """List invoices

     Filters are joined by AND; one given several times means any of its values (labels: all of them).
    Page by page
    with `cursor`: the order stays the same under concurrent writes, so that no invoice is shown twice
    or skipped.
    A parameter that is not known is refused, never ignored.

    Args:
        state (list[State] | Unset):
        cause (list[Cause] | Unset):
        diagnosis (list[Diagnosis] | Unset):
        account (list[str] | Unset):
        seller (str | Unset):
        buyer (str | Unset):
        kind (list[ListInvoicesKindItem] | Unset):
        number (str | Unset):
        code (str | Unset):
        label (list[str] | Unset):
        issued_from (str | Unset):
        issued_to (str | Unset):
        q (str | Unset):
        sort (ListInvoicesSort | Unset):  Default: ListInvoicesSort.VALUE_0.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InvoicesOut | ProblemOut]
    """

    kwargs = _get_kwargs(
        state=state,
        cause=cause,
        diagnosis=diagnosis,
        account=account,
        seller=seller,
        buyer=buyer,
        kind=kind,
        number=number,
        code=code,
        label=label,
        issued_from=issued_from,
        issued_to=issued_to,
        q=q,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    state: list[State] | Unset = UNSET,
    cause: list[Cause] | Unset = UNSET,
    diagnosis: list[Diagnosis] | Unset = UNSET,
    account: list[str] | Unset = UNSET,
    seller: str | Unset = UNSET,
    buyer: str | Unset = UNSET,
    kind: list[ListInvoicesKindItem] | Unset = UNSET,
    number: str | Unset = UNSET,
    code: str | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    issued_from: str | Unset = UNSET,
    issued_to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    sort: ListInvoicesSort | Unset = ListInvoicesSort.VALUE_0,
    limit: int | Unset = 50,
    cursor: str | Unset = UNSET,
) -> InvoicesOut | ProblemOut | None:
    """List invoices

     Filters are joined by AND; one given several times means any of its values (labels: all of them).
    Page by page
    with `cursor`: the order stays the same under concurrent writes, so that no invoice is shown twice
    or skipped.
    A parameter that is not known is refused, never ignored.

    Args:
        state (list[State] | Unset):
        cause (list[Cause] | Unset):
        diagnosis (list[Diagnosis] | Unset):
        account (list[str] | Unset):
        seller (str | Unset):
        buyer (str | Unset):
        kind (list[ListInvoicesKindItem] | Unset):
        number (str | Unset):
        code (str | Unset):
        label (list[str] | Unset):
        issued_from (str | Unset):
        issued_to (str | Unset):
        q (str | Unset):
        sort (ListInvoicesSort | Unset):  Default: ListInvoicesSort.VALUE_0.
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InvoicesOut | ProblemOut
    """

    return (
        await asyncio_detailed(
            client=client,
            state=state,
            cause=cause,
            diagnosis=diagnosis,
            account=account,
            seller=seller,
            buyer=buyer,
            kind=kind,
            number=number,
            code=code,
            label=label,
            issued_from=issued_from,
            issued_to=issued_to,
            q=q,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
