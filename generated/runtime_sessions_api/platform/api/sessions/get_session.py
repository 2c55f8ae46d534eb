from typing import Any
from urllib.parse import quote

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.session import Session
from ...types import UNSET, RequestArguments, Response, Unset, json_body


def build_request(
    id: str,
    *,
    ibm_api_version: str | Unset = "2025-05-01",
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """
    headers: dict[str, Any] = {}
    if not isinstance(ibm_api_version, Unset):
        headers["IBM-API-Version"] = ibm_api_version

    _kwargs: RequestArguments = {
        "method": "get",
        "url": "/sessions/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | Session | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = Session.from_dict(body)

        return response_200

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
) -> Response[ErrorBody | Session]:
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
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | Session]:
    """Get a session

     The state of a session, how it came to it, and what remains of its time.

    Args:
        id (str):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Session]
    """

    kwargs = build_request(
        id=id,
        ibm_api_version=ibm_api_version,
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
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | Session | None:
    """Get a session

     The state of a session, how it came to it, and what remains of its time.

    Args:
        id (str):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Session
    """

    return sync_detailed(
        id=id,
        client=client,
        ibm_api_version=ibm_api_version,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | Session]:
    """Get a session

     The state of a session, how it came to it, and what remains of its time.

    Args:
        id (str):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Session]
    """

    kwargs = build_request(
        id=id,
        ibm_api_version=ibm_api_version,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | Session | None:
    """Get a session

     The state of a session, how it came to it, and what remains of its time.

    Args:
        id (str):
        ibm_api_version (str | Unset):  Default: '2025-05-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Session
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            ibm_api_version=ibm_api_version,
        )
    ).parsed
