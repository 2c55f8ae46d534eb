from typing import Any

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...models.session import Session
from ...models.session_request import SessionRequest
from ...types import UNSET, RequestArguments, Response, Unset, json_body


def build_request(
    *,
    body: SessionRequest,
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
        "method": "post",
        "url": "/sessions",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorBody | Session | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = Session.from_dict(body)

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
) -> Response[ErrorBody | Session]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: SessionRequest,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | Session]:
    """Create a session

     Creates a session and answers with it. Every call makes a new session: there is no idempotency key.
    A session that never ran a job closes by itself after 30 minutes. The open plan has no dedicated
    sessions:
    creating one there is refused with 400 and the code 1352. A `mode` that there is not is refused,
    too; the service
    was seen to answer 500 to that (erratum P10).

    Args:
        ibm_api_version (str | Unset):  Default: '2025-05-01'.
        body (SessionRequest): What to create. `interactive_ttl` and `active_ttl` are a channel
            partner's to set, the first with the second or
            alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Session]
    """

    kwargs = build_request(
        body=body,
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
    body: SessionRequest,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | Session | None:
    """Create a session

     Creates a session and answers with it. Every call makes a new session: there is no idempotency key.
    A session that never ran a job closes by itself after 30 minutes. The open plan has no dedicated
    sessions:
    creating one there is refused with 400 and the code 1352. A `mode` that there is not is refused,
    too; the service
    was seen to answer 500 to that (erratum P10).

    Args:
        ibm_api_version (str | Unset):  Default: '2025-05-01'.
        body (SessionRequest): What to create. `interactive_ttl` and `active_ttl` are a channel
            partner's to set, the first with the second or
            alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Session
    """

    return sync_detailed(
        client=client,
        body=body,
        ibm_api_version=ibm_api_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: SessionRequest,
    ibm_api_version: str | Unset = "2025-05-01",
) -> Response[ErrorBody | Session]:
    """Create a session

     Creates a session and answers with it. Every call makes a new session: there is no idempotency key.
    A session that never ran a job closes by itself after 30 minutes. The open plan has no dedicated
    sessions:
    creating one there is refused with 400 and the code 1352. A `mode` that there is not is refused,
    too; the service
    was seen to answer 500 to that (erratum P10).

    Args:
        ibm_api_version (str | Unset):  Default: '2025-05-01'.
        body (SessionRequest): What to create. `interactive_ttl` and `active_ttl` are a channel
            partner's to set, the first with the second or
            alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorBody | Session]
    """

    kwargs = build_request(
        body=body,
        ibm_api_version=ibm_api_version,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: SessionRequest,
    ibm_api_version: str | Unset = "2025-05-01",
) -> ErrorBody | Session | None:
    """Create a session

     Creates a session and answers with it. Every call makes a new session: there is no idempotency key.
    A session that never ran a job closes by itself after 30 minutes. The open plan has no dedicated
    sessions:
    creating one there is refused with 400 and the code 1352. A `mode` that there is not is refused,
    too; the service
    was seen to answer 500 to that (erratum P10).

    Args:
        ibm_api_version (str | Unset):  Default: '2025-05-01'.
        body (SessionRequest): What to create. `interactive_ttl` and `active_ttl` are a channel
            partner's to set, the first with the second or
            alone.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorBody | Session
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            ibm_api_version=ibm_api_version,
        )
    ).parsed
