from typing import Any, cast
from urllib.parse import quote

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.session_update import SessionUpdate
from ...types import UNSET, RequestArguments, Response, json_body


def build_request(
    id: str,
    *,
    body: SessionUpdate,
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """
    headers: dict[str, Any] = {}

    _kwargs: RequestArguments = {
        "method": "patch",
        "url": "/sessions/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorBody | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | ErrorBody]:
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
    body: SessionUpdate,
) -> Response[Any | ErrorBody]:
    """Accept or refuse new jobs

     With `accepting_jobs: false` the session drains: new jobs are refused, queued and running ones
    finish, and the
    session closes when none is left, or at once if there is none. `true` before that: it accepts jobs
    again.

    Args:
        id (str):
        body (SessionUpdate): What to change.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = build_request(
        id=id,
        body=body,
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
    body: SessionUpdate,
) -> Any | ErrorBody | None:
    """Accept or refuse new jobs

     With `accepting_jobs: false` the session drains: new jobs are refused, queued and running ones
    finish, and the
    session closes when none is left, or at once if there is none. `true` before that: it accepts jobs
    again.

    Args:
        id (str):
        body (SessionUpdate): What to change.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    body: SessionUpdate,
) -> Response[Any | ErrorBody]:
    """Accept or refuse new jobs

     With `accepting_jobs: false` the session drains: new jobs are refused, queued and running ones
    finish, and the
    session closes when none is left, or at once if there is none. `true` before that: it accepts jobs
    again.

    Args:
        id (str):
        body (SessionUpdate): What to change.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = build_request(
        id=id,
        body=body,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    body: SessionUpdate,
) -> Any | ErrorBody | None:
    """Accept or refuse new jobs

     With `accepting_jobs: false` the session drains: new jobs are refused, queued and running ones
    finish, and the
    session closes when none is left, or at once if there is none. `true` before that: it accepts jobs
    again.

    Args:
        id (str):
        body (SessionUpdate): What to change.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
