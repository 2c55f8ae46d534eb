"""What this library takes of the HTTP library, and what it knows of it.

The HTTP library itself is named once, in `runtime_sessions_api.http_library`.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from importlib import import_module
from typing import Any, TypeVar

from runtime_sessions_api.http_library import LIBRARY, httpx
from runtime_sessions_api.types import RequestArguments

AsyncBaseTransport = httpx.AsyncBaseTransport
AsyncByteStream = httpx.AsyncByteStream
AsyncClient = httpx.AsyncClient
Auth = httpx.Auth
BaseTransport = httpx.BaseTransport
ByteStream = httpx.SyncByteStream
Client = httpx.Client
Headers = httpx.Headers
Proxy = httpx.Proxy
ReadTimeout = httpx.ReadTimeout
Request = httpx.Request
Response = httpx.Response
#: No answer came, for whatever reason.
RequestFailure = httpx.RequestError
#: No connection could be made.
ConnectFailure = httpx.ConnectError
#: A URL, or what is to be one, cannot be parsed.
UrlFailure = httpx.InvalidURL
#: An answer came that cannot be read.
DecodingFailure = httpx.DecodingError


class EndlessHeadersFailure(httpx.RemoteProtocolError):
    """The headers of an answer went on beyond what the HTTP library takes."""


#: An authentication that adds nothing.
NO_AUTH = Auth()

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)

# A create on a connection that the server just gave up may have been carried out. Servers keep
# idle connections for five seconds and more: ours are given up before.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0)

_STEPS = ("connect", "read", "write", "pool")
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)


@cache
def tls_context() -> Any:  # noqa: ANN401 - an ssl.SSLContext, whose module is not imported for it
    """Return the TLS context of the process: to make one takes 18 ms, a client without it 0.05."""
    return httpx.create_ssl_context()


def _keep_no_cookie(response: Response) -> None:
    """Do nothing: no contract has cookies, and Python's parser warns of what it cannot take."""


def client_of_our_own(
    kind: type[ClientT],
    direct: Mapping[str, None] | None,
    proxy: str | None = None,
    *,
    verifies: bool = True,
) -> ClientT:
    """Make an HTTP client. It has no connection yet, and no proxy for what is to be direct.

    Args:
        kind: Which kind of client.
        direct: The patterns of URLs for which there is no proxy.
        proxy: The URL of the proxy for all else; None for what the environment says.
        verifies: Whether certificates are verified.
    """
    client = kind(
        verify=tls_context() if verifies else False, limits=LIMITS, mounts=direct, proxy=proxy
    )
    # Not an empty jar: to make what a jar is shown takes a tenth of a call.
    client.cookies.extract_cookies = _keep_no_cookie  # type: ignore[method-assign]
    return client


def checked_client(given: ClientT, kind: type[ClientT]) -> ClientT:
    """Take a caller's HTTP client, or say which one is wanted."""
    if isinstance(given, kind):  # pyright: ignore[reportUnnecessaryIsInstance]
        return given
    wanted = f"http_client is an {LIBRARY}.{kind.__name__}"
    library = _library_of(type(given))
    if library != LIBRARY:
        raise TypeError(
            f"{wanted}, not one of {library}: this installation of runtime_sessions stands on "
            f"{LIBRARY}, and the two do not mix"
        )
    raise TypeError(f"{wanted}, not {type(given).__name__}")


def _library_of(kind: type) -> str:
    """Name the HTTP library that a class of clients is from; LIBRARY when it is from none."""
    modules = {parent.__module__.partition(".")[0] for parent in kind.__mro__}
    others = modules & {"httpx", "httpx2"} - {LIBRARY}
    return others.pop() if others else LIBRARY


def headers_for(client: Client | AsyncClient, always: Mapping[str, str]) -> Headers:
    """Return what each request of a client carries, beside what proves who asks."""
    headers = client.headers.copy()
    headers["Accept"] = "application/json"
    # What else there is cannot be decoded within bounds.
    headers["Accept-Encoding"] = "gzip, deflate"
    headers.update(always)
    headers["User-Agent"] = f"runtime-sessions {headers.get('User-Agent', '')}"
    return headers


def request_from(
    arguments: RequestArguments, base_url: str, headers: Headers, timeout: float
) -> Request:
    """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
    request = Request(
        arguments["method"],
        _parsed_url(base_url + arguments["url"]),
        params=arguments.get("params"),
        headers=headers,
        json=arguments.get("json"),
        extensions={"timeout": dict.fromkeys(_STEPS, timeout)},
    )
    if "headers" in arguments:
        request.headers.update(arguments["headers"])
    return request


_parsed_url = lru_cache(maxsize=1024)(httpx.URL)


def options_of_a_generated_client(
    transport: BaseTransport | AsyncBaseTransport, always: Mapping[str, str], timeout: float
) -> dict[str, Any]:
    """Return what makes a generated client send through a transport that authenticates."""
    return {
        "httpx_args": {"transport": transport, "trust_env": False},
        "timeout": httpx.Timeout(timeout),
        "headers": dict(always),
        # The transport authenticates: in the place of a token goes the Accept header.
        "token": "application/json",
        "prefix": "",
        "auth_header_name": "Accept",
    }


def was_never_sent(failure: RequestFailure) -> bool:
    """Tell whether it is certain that the server saw nothing of the request."""
    cause = failure.__cause__
    if type(cause).__module__.partition(".")[0] == "aiohttp":
        # httpx-aiohttp makes a ConnectTimeout of every lost connection, also of one in use.
        aiohttp = import_module("aiohttp")
        certain = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
        return isinstance(cause, certain)
    return isinstance(failure, _BEFORE_SENDING)


def failure_of(error: Exception) -> RequestFailure | None:
    """Return the failure that an error is, where it does not say so; None where it does.

    What aiohttp raises, httpx-aiohttp passes on in part as it is.
    """
    if any(map(_is_of_endless_headers, _causes(error))):
        return EndlessHeadersFailure("its headers are larger than is read")
    if type(error).__module__.partition(".")[0] == "aiohttp":
        return httpx.RemoteProtocolError(str(error))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of, also where the HTTP library hides that."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_of_endless_headers(error: BaseException) -> bool:
    """Tell whether a parser had enough: h11 (100 KiB), or that of aiohttp (8 KiB, 128 headers)."""
    hint = getattr(error, "error_status_hint", None)
    is_long = type(error).__name__ == "LineTooLong"
    is_many = type(error).__name__ == "BadHttpMessage" and "Too many headers" in str(error)
    return hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE or is_long or is_many


def added_by(signed: Headers, plain: Headers) -> set[str]:
    """Return what an authentication added to headers: whole values, and what follows a scheme."""
    values = {value for _, value in {*signed.multi_items()} - {*plain.multi_items()}}
    return values | {value.rpartition(" ")[2] for value in values}


def drop_secrets(error: BaseException | None, show: Callable[[str], str]) -> None:
    """Drop the frames of the HTTP library, whose variables hold the token; its words are shown."""
    if error is None or error.__traceback__ is None:
        return
    error.__traceback__ = None
    if error.args and all(isinstance(one, str) for one in error.args):
        error.args = tuple(show(one) for one in error.args)
    drop_secrets(error.__cause__, show)
    drop_secrets(error.__context__, show)
    for one in getattr(error, "exceptions", ()):
        drop_secrets(one, show)
