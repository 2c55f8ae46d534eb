from typing import Any, cast
from urllib.parse import quote

from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_body import ErrorBody
from ...types import UNSET, RequestArguments, Response, json_body


def build_request(
    id: str,
) -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """

    _kwargs: RequestArguments = {
        "method": "delete",
        "url": "/sessions/{id}/close".format(
            id=quote(str(id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorBody | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | ErrorBody]:
    """Close a session at once

     Closes the session: queued jobs fail with reason code 4001 and never run, a running job runs to
    completion.
    The official client calls this *cancel*, and calls the draining PATCH *close*.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = build_request(
        id=id,
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
) -> Any | ErrorBody | None:
    """Close a session at once

     Closes the session: queued jobs fail with reason code 4001 and never run, a running job runs to
    completion.
    The official client calls this *cancel*, and calls the draining PATCH *close*.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorBody
    """

    return sync_detailed(
        id=id,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ErrorBody]:
    """Close a session at once

     Closes the session: queued jobs fail with reason code 4001 and never run, a running job runs to
    completion.
    The official client calls this *cancel*, and calls the draining PATCH *close*.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorBody]
    """

    kwargs = build_request(
        id=id,
    )
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
) -> Any | ErrorBody | None:
    """Close a session at once

     Closes the session: queued jobs fail with reason code 4001 and never run, a running job runs to
    completion.
    The official client calls this *cancel*, and calls the draining PATCH *close*.

    Args:
        id (str):

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
        )
    ).parsed
