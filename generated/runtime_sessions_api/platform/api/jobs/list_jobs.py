import datetime
from typing import Any

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.job_page import JobPage
from ...models.list_jobs_sort import ListJobsSort
from ...types import UNSET, RequestArguments, Response, Timestamp, Unset, json_body


def build_request(
    *,
    session_id: str | Unset = UNSET,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: ListJobsSort | str | Unset = ListJobsSort.DESC,
    pending: bool | Unset = UNSET,
    program: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    exclude_params: bool | Unset = True,
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

    params["session_id"] = session_id

    params["limit"] = limit

    params["offset"] = offset

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = ListJobsSort(sort).value

    params["sort"] = json_sort

    params["pending"] = pending

    params["program"] = program

    params["backend"] = backend

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

    params["exclude_params"] = exclude_params

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: RequestArguments = {
        "method": "get",
        "url": "/jobs",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | JobPage | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = JobPage.from_dict(body)

        return response_200

    if response.status_code == 400 and (body := json_body(response)) is not UNSET:
        response_400 = ErrorBody.from_dict(body)

        return response_400

    if response.status_code == 401 and (body := json_body(response)) is not UNSET:
        response_401 = ErrorBody.from_dict(body)

        return response_401

    if response.status_code == 403 and (body := json_body(response)) is not UNSET:
        response_403 = ErrorBody.from_dict(body)

        return response_403

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
) -> Response[ErrorBody | JobPage]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    session_id: str | Unset = UNSET,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: ListJobsSort | str | Unset = ListJobsSort.DESC,
    pending: bool | Unset = UNSET,
    program: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    exclude_params: bool | Unset = True,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | JobPage]:
    """List jobs, such as those of a session

     A page of the caller's jobs in this instance, newest first unless `sort` says otherwise; with
    `session_id`, of
    those in that session. A job is listed if it passes every filter that is given.

    Args:
        session_id (str | Unset):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (ListJobsSort | str | Unset):  Default: ListJobsSort.DESC.
        pending (bool | Unset):
        program (str | Unset):
        backend (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        exclude_params (bool | Unset):  Default: True.
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | JobPage]
    """

    kwargs = build_request(
        session_id=session_id,
        limit=limit,
        offset=offset,
        sort=sort,
        pending=pending,
        program=program,
        backend=backend,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        exclude_params=exclude_params,
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
    session_id: str | Unset = UNSET,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: ListJobsSort | str | Unset = ListJobsSort.DESC,
    pending: bool | Unset = UNSET,
    program: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    exclude_params: bool | Unset = True,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | JobPage | None:
    """List jobs, such as those of a session

     A page of the caller's jobs in this instance, newest first unless `sort` says otherwise; with
    `session_id`, of
    those in that session. A job is listed if it passes every filter that is given.

    Args:
        session_id (str | Unset):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (ListJobsSort | str | Unset):  Default: ListJobsSort.DESC.
        pending (bool | Unset):
        program (str | Unset):
        backend (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        exclude_params (bool | Unset):  Default: True.
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | JobPage
    """

    return sync_detailed(
        client=client,
        session_id=session_id,
        limit=limit,
        offset=offset,
        sort=sort,
        pending=pending,
        program=program,
        backend=backend,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        exclude_params=exclude_params,
        ibm_api_version=ibm_api_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    session_id: str | Unset = UNSET,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: ListJobsSort | str | Unset = ListJobsSort.DESC,
    pending: bool | Unset = UNSET,
    program: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    exclude_params: bool | Unset = True,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | JobPage]:
    """List jobs, such as those of a session

     A page of the caller's jobs in this instance, newest first unless `sort` says otherwise; with
    `session_id`, of
    those in that session. A job is listed if it passes every filter that is given.

    Args:
        session_id (str | Unset):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (ListJobsSort | str | Unset):  Default: ListJobsSort.DESC.
        pending (bool | Unset):
        program (str | Unset):
        backend (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        exclude_params (bool | Unset):  Default: True.
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | JobPage]
    """

    kwargs = build_request(
        session_id=session_id,
        limit=limit,
        offset=offset,
        sort=sort,
        pending=pending,
        program=program,
        backend=backend,
        created_after=created_after,
        created_before=created_before,
        tags=tags,
        exclude_params=exclude_params,
        ibm_api_version=ibm_api_version,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    session_id: str | Unset = UNSET,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: ListJobsSort | str | Unset = ListJobsSort.DESC,
    pending: bool | Unset = UNSET,
    program: str | Unset = UNSET,
    backend: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    tags: list[str] | Unset = UNSET,
    exclude_params: bool | Unset = True,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | JobPage | None:
    """List jobs, such as those of a session

     A page of the caller's jobs in this instance, newest first unless `sort` says otherwise; with
    `session_id`, of
    those in that session. A job is listed if it passes every filter that is given.

    Args:
        session_id (str | Unset):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (ListJobsSort | str | Unset):  Default: ListJobsSort.DESC.
        pending (bool | Unset):
        program (str | Unset):
        backend (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        tags (list[str] | Unset):
        exclude_params (bool | Unset):  Default: True.
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | JobPage
    """

    return (
        await asyncio_detailed(
            client=client,
            session_id=session_id,
            limit=limit,
            offset=offset,
            sort=sort,
            pending=pending,
            program=program,
            backend=backend,
            created_after=created_after,
            created_before=created_before,
            tags=tags,
            exclude_params=exclude_params,
            ibm_api_version=ibm_api_version,
        )
    ).parsed
