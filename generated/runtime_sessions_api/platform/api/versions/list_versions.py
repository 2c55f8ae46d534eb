from ....http_library import httpx
from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.version_list import VersionList
from ...types import UNSET, RequestArguments, Response, json_body


def build_request() -> RequestArguments:
    """Build the request of this operation, for a client of your own to send

    Returns:
        The arguments that `httpx.Client.request` takes, where `url` is only the path, below a base URL.
    """

    _kwargs: RequestArguments = {
        "method": "get",
        "url": "/versions",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> VersionList | None:
    if response.status_code == 200 and (body := json_body(response)) is not UNSET:
        response_200 = VersionList.from_dict(body)

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[VersionList]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[VersionList]:
    """List the versions of the API

     The dated versions that the header `IBM-API-Version` may name. It takes no credentials.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[VersionList]
    """

    kwargs = build_request()
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> VersionList | None:
    """List the versions of the API

     The dated versions that the header `IBM-API-Version` may name. It takes no credentials.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        VersionList
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[VersionList]:
    """List the versions of the API

     The dated versions that the header `IBM-API-Version` may name. It takes no credentials.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[VersionList]
    """

    kwargs = build_request()
    kwargs["url"] = client.absolute_url(kwargs["url"])

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> VersionList | None:
    """List the versions of the API

     The dated versions that the header `IBM-API-Version` may name. It takes no credentials.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        VersionList
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
