"""Who asks: the forms in which a token is sent."""

from collections.abc import Collection, Generator
from typing import NoReturn

from runtime_sessions._http import Auth, Request, Response
from runtime_sessions._secrets import Secret


class UnusableToken(ValueError):  # noqa: N818 - it is a ValueError
    """A token that no header can hold."""


class BearerToken(Auth):
    """`Authorization: Bearer TOKEN`, as documented (contracts: `bearer`). It shows it to nobody."""

    _header = "Authorization"
    _prefix = "Bearer "

    def __init__(self, token: str) -> None:
        token = Secret(token)
        if not token or not all("!" <= character <= "~" for character in token):
            what = " (it ends in a newline)" if token.endswith("\n") else ""
            raise UnusableToken(f"the token is empty, or holds what a header may not{what}")
        self._token = token

    def auth_flow(self, request: Request) -> Generator[Request, Response]:
        """Sign a request with the token, as the HTTP library asks for it."""
        yield self._signed(request, self._token)

    def secrets(self) -> Collection[str]:
        """Return what nobody is to be shown, also when a server sends it back."""
        return (self._token,)

    def _signed(self, request: Request, token: str) -> Request:
        request.headers[self._header] = self._prefix + token
        return request

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and is not pickled")


class AccessToken(BearerToken):
    """`X-Access-Token: TOKEN`, as the official client sends it (classic: `accessToken`)."""

    _header = "X-Access-Token"
    _prefix = ""
