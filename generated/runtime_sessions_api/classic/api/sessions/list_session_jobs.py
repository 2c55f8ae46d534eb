from typing import Any
from urllib.parse import quote

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.job_page import JobPage
from ...types import UNSET, RequestArguments, Response, Unset, json_body


def build_request(
    id: str,
    *,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: str | Unset = "desc",
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["offset"] = offset

    params["sort"] = sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: RequestArguments = {
        "method": "get",
        "url": "/sessions/{id}/jobs".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

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
    id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: str | Unset = "desc",
) -> Response[ErrorBody | JobPage]:
    """List the jobs of a session

     A page of the session's jobs, newest first unless `sort` says otherwise.

    Args:
        id (str):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (str | Unset):  Default: 'desc'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | JobPage]
    """

    kwargs = build_request(
        id=id,
        limit=limit,
        offset=offset,
        sort=sort,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: str | Unset = "desc",
) -> ErrorBody | JobPage | None:
    """List the jobs of a session

     A page of the session's jobs, newest first unless `sort` says otherwise.

    Args:
        id (str):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (str | Unset):  Default: 'desc'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | JobPage
    """

    return sync_detailed(
        id=id,
        client=client,
        limit=limit,
        offset=offset,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: str | Unset = "desc",
) -> Response[ErrorBody | JobPage]:
    """List the jobs of a session

     A page of the session's jobs, newest first unless `sort` says otherwise.

    Args:
        id (str):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (str | Unset):  Default: 'desc'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | JobPage]
    """

    kwargs = build_request(
        id=id,
        limit=limit,
        offset=offset,
        sort=sort,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 200,
    offset: int | Unset = 0,
    sort: str | Unset = "desc",
) -> ErrorBody | JobPage | None:
    """List the jobs of a session

     A page of the session's jobs, newest first unless `sort` says otherwise.

    Args:
        id (str):
        limit (int | Unset):  Default: 200.
        offset (int | Unset):  Default: 0.
        sort (str | Unset):  Default: 'desc'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | JobPage
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            limit=limit,
            offset=offset,
            sort=sort,
        )
    ).parsed
