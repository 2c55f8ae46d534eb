from typing import Any

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.created_session import CreatedSession
from ...models.error_body import ErrorBody
from ...models.session_request import SessionRequest
from ...types import UNSET, RequestArguments, Response, json_body


def build_request(
    *,
    body: SessionRequest,
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """
    headers: dict[str, Any] = {}

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
) -> CreatedSession | ErrorBody | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = CreatedSession.from_dict(body)

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
) -> Response[CreatedSession | ErrorBody]:
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
) -> Response[CreatedSession | ErrorBody]:
    """Create a session

     Creates a session and answers with its id. Every call makes a new session: there is no idempotency
    key.
    `messages` is present when there is something to say, such as that jobs will not run as a session at
    all.

    Args:
        body (SessionRequest): What to create.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreatedSession | ErrorBody]
    """

    kwargs = build_request(
        body=body,
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
) -> CreatedSession | ErrorBody | None:
    """Create a session

     Creates a session and answers with its id. Every call makes a new session: there is no idempotency
    key.
    `messages` is present when there is something to say, such as that jobs will not run as a session at
    all.

    Args:
        body (SessionRequest): What to create.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreatedSession | ErrorBody
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: SessionRequest,
) -> Response[CreatedSession | ErrorBody]:
    """Create a session

     Creates a session and answers with its id. Every call makes a new session: there is no idempotency
    key.
    `messages` is present when there is something to say, such as that jobs will not run as a session at
    all.

    Args:
        body (SessionRequest): What to create.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreatedSession | ErrorBody]
    """

    kwargs = build_request(
        body=body,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: SessionRequest,
) -> CreatedSession | ErrorBody | None:
    """Create a session

     Creates a session and answers with its id. Every call makes a new session: there is no idempotency
    key.
    `messages` is present when there is something to say, such as that jobs will not run as a session at
    all.

    Args:
        body (SessionRequest): What to create.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreatedSession | ErrorBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
