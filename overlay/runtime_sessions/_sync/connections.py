# Written by codegen/unasync.py from _async/connections.py: edit that one, and `make generate`.
"""The connections that a client and all that derives from it share."""

import os
import warnings
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from runtime_sessions._auth import BearerToken
from runtime_sessions._bodies import TooLargeFailure
from runtime_sessions._deadlines import DeadlineFailure, sync_deadline, sync_teach
from runtime_sessions._errors import SettingsError
from runtime_sessions._http import (
    NO_AUTH,
    Auth,
    BaseTransport,
    Client,
    ConnectFailure,
    Headers,
    Request,
    RequestFailure,
    Response,
    added_by,
    checked_client,
    drop_secrets,
    failure_of,
    headers_for,
    options_of_a_generated_client,
    request_from,
)
from runtime_sessions._places import OneForEachPlace, sync_place
from runtime_sessions._proxies import checked_client_of_our_own, proxy_for
from runtime_sessions._settings import Way
from runtime_sessions._sync.bodies import read
from runtime_sessions._words import shown
from runtime_sessions_api.types import RequestArguments

#: Marks a request that was given to the HTTP library.
_BEGUN = "runtime_sessions_begun"


class Connections:
    """An HTTP client, the caller's or our own, one for each place, and what proves who asks."""

    _is_to_be_closed = False

    def __init__(
        self,
        given: Client | None,
        auth: Auth,
        always: Mapping[str, str],
        limit: int,
        way: Way,
    ) -> None:
        self._given = None if given is None else checked_client(given, Client)
        self._way = way
        # One to begin with: what is wrong with the settings is told here.
        self._unused = [self._given or checked_client_of_our_own(Client, self._way)]
        self._headers = headers_for(self._unused[0], always)
        self._clients = OneForEachPlace(self._client_for_a_place)
        self._auth = auth
        self._always = always
        self._limit = limit
        self._sent: Collection[str] = ()
        self._process = os.getpid()
        self._is_to_be_closed = given is None
        self._is_closed = False

    def _client_for_a_place(self) -> Client:
        try:
            return self._unused.pop()
        except IndexError:
            pass
        if self._given is not None:
            raise SettingsError(
                "the http_client was used in another process or event loop, whose its connections "
                "are: make one, and a client with it, in each. Nothing was sent"
            )
        return checked_client_of_our_own(Client, self._way)

    def _client_here(self) -> Client:
        if self._is_closed:
            raise RuntimeError("the client is closed: make another one")
        return self._clients.at(sync_place())

    def request(self, arguments: RequestArguments, base_url: str, timeout: float) -> Request:
        """Make a request, not yet authenticated. The timeout, in seconds, is that of each step."""
        return request_from(arguments, base_url, self._headers, timeout)

    def send(self, request: Request, left: float | None = None) -> Response:
        """Send a request, authenticated for no longer than this takes, and read its answer.

        Args:
            request: The request.
            left: How long all of it may take, in seconds; None for as long as it takes.
        """
        client = self._client_here()
        plain = request.headers.copy()
        try:
            with sync_deadline(left):
                response = self._authenticated(client, request)
        except BaseException as error:
            self._remember(request.headers, plain)
            drop_secrets(error, partial(shown, secrets=self.secrets()))
            if isinstance(error, DeadlineFailure) and not self._may_have_sent(request):
                raise ConnectFailure("the deadline passed before anything was sent") from None
            raise
        else:
            self._remember(request.headers, plain)
        finally:
            request.headers = plain
        response.request = request
        response.history = []
        return response

    def secrets(self) -> Collection[str]:
        """Return what nobody is to be shown, also when a server sends it back."""
        if isinstance(self._auth, BearerToken):
            return self._auth.secrets()
        return self._sent

    def way_to(self, url: str) -> str:
        """Say by which proxy a URL is reached; nothing for none, or where the caller knows."""
        return "" if self._given else proxy_for(url, self._way)

    def _may_have_sent(self, request: Request) -> bool:
        """Tell whether a request was begun to be sent; an exchange that comes before is no part."""
        is_ours = isinstance(self._auth, BearerToken)
        return not is_ours or _BEGUN in request.extensions

    def _remember(self, signed: Headers, plain: Headers) -> None:
        """Remember what an authentication sent that is not ours, and cannot be asked."""
        if not isinstance(self._auth, BearerToken):
            self._sent = added_by(signed, plain)

    def _authenticated(self, client: Client, request: Request) -> Response:
        """Send all that an authentication wants to be sent; returns the last answer.

        The HTTP library would do so as well, but read the answers before the last without a limit.
        """
        flow = self._auth.sync_auth_flow(request)
        try:
            following = next(flow)
            while True:
                try:
                    response = self._answer(client, following)
                except RequestFailure as failure:
                    # It may know another way, such as a token that is still good.
                    following = flow.throw(failure)
                    continue
                try:
                    following = flow.send(response)
                except StopIteration:
                    return response
        finally:
            flow.close()

    def _answer(self, client: Client, request: Request) -> Response:
        """Send one request, and read its answer up to the limit."""
        sync_teach(request)
        request.extensions[_BEGUN] = True
        # A token does not go where a redirect leads.
        try:
            response = client.send(request, auth=NO_AUTH, stream=True, follow_redirects=False)
            read(response, self._limit)
        except TooLargeFailure as failure:
            # Whoever says no has said so, whatever else is said.
            if failure.response.is_success:
                raise
            return failure.response
        except Exception as error:
            unmapped = failure_of(error)
            if unmapped is None:
                raise
        else:
            return response
        # Out here, for what it was holds all that was sent.
        raise unmapped

    def close(self) -> None:
        """Close the connections of this place, unless they are the caller's. Others are dropped."""
        if not self._is_to_be_closed:
            return
        self._is_to_be_closed = False
        self._is_closed = True
        client = self._clients.take(sync_place())
        for one in [client, *self._unused]:
            if one is not None:
                one.close()

    def __del__(self) -> None:
        if self._is_to_be_closed and self._process == os.getpid():
            warnings.warn("a client was not closed", ResourceWarning, stacklevel=2, source=self)

    def options_of_a_generated_client(self, timeout: float) -> dict[str, Any]:
        """Return what makes a generated client send over these connections."""
        transport = SharedTransport(self)
        return options_of_a_generated_client(transport, self._always, timeout)


class SharedTransport(BaseTransport):
    """A transport for other HTTP clients, which sends over these connections and authenticates."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def handle_request(self, request: Request) -> Response:
        """Send a request, as the HTTP library asks for it."""
        return self._connections.send(request)
