import datetime
from typing import Any

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.list_workloads_sort import ListWorkloadsSort
from ...models.list_workloads_user import ListWorkloadsUser
from ...models.workload_mode import WorkloadMode
from ...models.workload_page import WorkloadPage
from ...models.workload_status import WorkloadStatus
from ...types import UNSET, RequestArguments, Response, Timestamp, Unset, json_body


def build_request(
    *,
    user: ListWorkloadsUser | str | Unset = UNSET,
    sort: ListWorkloadsSort | str | Unset = ListWorkloadsSort.CREATEDAT,
    limit: int | Unset = 10,
    previous: str | Unset = UNSET,
    next_: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    search: str | Unset = UNSET,
    status: list[WorkloadStatus] | list[str] | Unset = UNSET,
    mode: WorkloadMode | str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    ibm_api_version: str | Unset = "2025-05-01",
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """
    headers: dict[str, Any] = {}
    if not isinstance(ibm_api_version, Unset):
        headers["IBM-API-Version"] = ibm_api_version

    params: dict[str, Any] = {}

    json_user: str | Unset = UNSET
    if not isinstance(user, Unset):
        json_user = ListWorkloadsUser(user).value

    params["user"] = json_user

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = ListWorkloadsSort(sort).value

    params["sort"] = json_sort

    params["limit"] = limit

    params["previous"] = previous

    params["next"] = next_

    params["backend"] = backend

    params["search"] = search

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item = WorkloadStatus(status_item_data).value
            json_status.append(status_item)

    params["status"] = json_status

    json_mode: str | Unset = UNSET
    if not isinstance(mode, Unset):
        json_mode = WorkloadMode(mode).value

    params["mode"] = json_mode

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = Timestamp.encode(created_after)
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = Timestamp.encode(created_before)
    params["created_before"] = json_created_before

    json_tags: list[str] | Unset = UNSET
    if not isinstance(tags, Unset):
        json_tags = tags

    params["tags"] = json_tags

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: RequestArguments = {
        "method": "get",
        "url": "/workloads",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | WorkloadPage | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = WorkloadPage.from_dict(body)

        return response_200

    if response.status_code == 400 and (body := json_body(response)) is not UNSET:
        response_400 = ErrorBody.from_dict(body)

        return response_400

    if response.status_code == 401 and (body := json_body(response)) is not UNSET:
        response_401 = ErrorBody.from_dict(body)

        return response_401

    if response.status_code == 404 and (body := json_body(response)) is not UNSET:
        response_404 = ErrorBody.from_dict(body)

        return response_404

    if response.status_code == 500 and (body := json_body(response)) is not UNSET:
        response_500 = ErrorBody.from_dict(body)

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorBody | WorkloadPage]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    user: ListWorkloadsUser | str | Unset = UNSET,
    sort: ListWorkloadsSort | str | Unset = ListWorkloadsSort.CREATEDAT,
    limit: int | Unset = 10,
    previous: str | Unset = UNSET,
    next_: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    search: str | Unset = UNSET,
    status: list[WorkloadStatus] | list[str] | Unset = UNSET,
    mode: WorkloadMode | str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | WorkloadPage]:
    """List sessions, batches and jobs

     A page of the caller's workloads in this instance: sessions, batches, and the jobs that are in
    neither. Oldest
    first unless `sort` says otherwise. A workload is listed if it passes every filter that is given.
    `next` and
    `previous` of the answer lead to the pages beside it: the cursor is the parameter of the same name
    in their `href`.

    Args:
        user (ListWorkloadsUser | str | Unset):
        sort (ListWorkloadsSort | str | Unset):  Default: ListWorkloadsSort.CREATEDAT.
        limit (int | Unset):  Default: 10.
        previous (str | Unset):
        next_ (str | Unset):
        backend (str | Unset):
        search (str | Unset):
        status (list[WorkloadStatus] | list[str] | Unset):
        mode (WorkloadMode | str | Unset): What a workload is.
            - session: a session in the mode `dedicated`.
            - batch: a session in the mode `batch`.
            - job: a job outside of sessions.
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | WorkloadPage]
    """

    kwargs = build_request(
        user=user,
        sort=sort,
        limit=limit,
        previous=previous,
        next_=next_,
        backend=backend,
        search=search,
        status=status,
        mode=mode,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        ibm_api_version=ibm_api_version,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    user: ListWorkloadsUser | str | Unset = UNSET,
    sort: ListWorkloadsSort | str | Unset = ListWorkloadsSort.CREATEDAT,
    limit: int | Unset = 10,
    previous: str | Unset = UNSET,
    next_: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    search: str | Unset = UNSET,
    status: list[WorkloadStatus] | list[str] | Unset = UNSET,
    mode: WorkloadMode | str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | WorkloadPage | None:
    """List sessions, batches and jobs

     A page of the caller's workloads in this instance: sessions, batches, and the jobs that are in
    neither. Oldest
    first unless `sort` says otherwise. A workload is listed if it passes every filter that is given.
    `next` and
    `previous` of the answer lead to the pages beside it: the cursor is the parameter of the same name
    in their `href`.

    Args:
        user (ListWorkloadsUser | str | Unset):
        sort (ListWorkloadsSort | str | Unset):  Default: ListWorkloadsSort.CREATEDAT.
        limit (int | Unset):  Default: 10.
        previous (str | Unset):
        next_ (str | Unset):
        backend (str | Unset):
        search (str | Unset):
        status (list[WorkloadStatus] | list[str] | Unset):
        mode (WorkloadMode | str | Unset): What a workload is.
            - session: a session in the mode `dedicated`.
            - batch: a session in the mode `batch`.
            - job: a job outside of sessions.
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | WorkloadPage
    """

    return sync_detailed(
        client=client,
        user=user,
        sort=sort,
        limit=limit,
        previous=previous,
        next_=next_,
        backend=backend,
        search=search,
        status=status,
        mode=mode,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        ibm_api_version=ibm_api_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    user: ListWorkloadsUser | str | Unset = UNSET,
    sort: ListWorkloadsSort | str | Unset = ListWorkloadsSort.CREATEDAT,
    limit: int | Unset = 10,
    previous: str | Unset = UNSET,
    next_: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    search: str | Unset = UNSET,
    status: list[WorkloadStatus] | list[str] | Unset = UNSET,
    mode: WorkloadMode | str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | WorkloadPage]:
    """List sessions, batches and jobs

     A page of the caller's workloads in this instance: sessions, batches, and the jobs that are in
    neither. Oldest
    first unless `sort` says otherwise. A workload is listed if it passes every filter that is given.
    `next` and
    `previous` of the answer lead to the pages beside it: the cursor is the parameter of the same name
    in their `href`.

    Args:
        user (ListWorkloadsUser | str | Unset):
        sort (ListWorkloadsSort | str | Unset):  Default: ListWorkloadsSort.CREATEDAT.
        limit (int | Unset):  Default: 10.
        previous (str | Unset):
        next_ (str | Unset):
        backend (str | Unset):
        search (str | Unset):
        status (list[WorkloadStatus] | list[str] | Unset):
        mode (WorkloadMode | str | Unset): What a workload is.
            - session: a session in the mode `dedicated`.
            - batch: a session in the mode `batch`.
            - job: a job outside of sessions.
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | WorkloadPage]
    """

    kwargs = build_request(
        user=user,
        sort=sort,
        limit=limit,
        previous=previous,
        next_=next_,
        backend=backend,
        search=search,
        status=status,
        mode=mode,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        ibm_api_version=ibm_api_version,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    user: ListWorkloadsUser | str | Unset = UNSET,
    sort: ListWorkloadsSort | str | Unset = ListWorkloadsSort.CREATEDAT,
    limit: int | Unset = 10,
    previous: str | Unset = UNSET,
    next_: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    search: str | Unset = UNSET,
    status: list[WorkloadStatus] | list[str] | Unset = UNSET,
    mode: WorkloadMode | str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | WorkloadPage | None:
    """List sessions, batches and jobs

     A page of the caller's workloads in this instance: sessions, batches, and the jobs that are in
    neither. Oldest
    first unless `sort` says otherwise. A workload is listed if it passes every filter that is given.
    `next` and
    `previous` of the answer lead to the pages beside it: the cursor is the parameter of the same name
    in their `href`.

    Args:
        user (ListWorkloadsUser | str | Unset):
        sort (ListWorkloadsSort | str | Unset):  Default: ListWorkloadsSort.CREATEDAT.
        limit (int | Unset):  Default: 10.
        previous (str | Unset):
        next_ (str | Unset):
        backend (str | Unset):
        search (str | Unset):
        status (list[WorkloadStatus] | list[str] | Unset):
        mode (WorkloadMode | str | Unset): What a workload is.
            - session: a session in the mode `dedicated`.
            - batch: a session in the mode `batch`.
            - job: a job outside of sessions.
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | WorkloadPage
    """

    return (
        await asyncio_detailed(
            client=client,
            user=user,
            sort=sort,
            limit=limit,
            previous=previous,
            next_=next_,
            backend=backend,
            search=search,
            status=status,
            mode=mode,
            created_after=created_after,
            created_before=created_before,
            tags=tags,
            ibm_api_version=ibm_api_version,
        )
    ).parsed
