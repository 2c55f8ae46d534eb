"""IBM's token manager, behind what this library needs of it.

It exchanges an API key for a token at IBM Cloud's IAM, and knows until when a token is good.
"""

import textwrap
import time
from http import HTTPStatus
from importlib import import_module
from typing import Any

from runtime_sessions._retries import PASSING
from runtime_sessions._secrets import Secret


class ExchangeError(Exception):
    """IAM gave no token. The text never shows the key."""

    def __init__(self, said: str, *, will_pass: bool) -> None:
        super().__init__(said)
        self.will_pass = will_pass


class IamTokens:
    """The tokens of one API key."""

    def __init__(self, key: Secret, url: str | None) -> None:
        try:
            library = import_module("ibm_cloud_sdk_core")
        except ImportError:
            raise ImportError(
                "an API key needs pip install runtime-sessions[iam]; a token needs auth=BearerToken"
            ) from None
        self._key = key
        self._manager: Any = library.IAMTokenManager(key, url=url)

    @property
    def url(self) -> str:
        """Where IAM is."""
        return str(self._manager.url)

    def current(self) -> str:
        """Return the token that was fetched last, whether or not it is still good."""
        return str(self._manager.access_token or "")

    def fresh(self) -> str:
        """Return the token, if it need not be renewed yet; else nothing."""
        return self.current() if self._manager.refresh_time > time.time() else ""

    def not_yet_expired(self) -> str:
        """Return the token, if it does for now though it is to be renewed soon; else nothing."""
        margin = self._manager.IAM_EXPIRATION_WINDOW
        return self.current() if self._manager.expire_time - margin > time.time() else ""

    def expire(self) -> None:
        """Take the token for one that is no longer good."""
        self._manager.expire_time = 0
        self._manager.refresh_time = 0

    def fetch(self, timeout: float) -> str:
        """Return a token, from IAM where it is to be renewed. The timeout is in seconds.

        Raises:
            ExchangeError: IAM gave none.
        """
        # An API key does not go where a redirect leads.
        self._manager.http_config = {"timeout": timeout, "allow_redirects": False}
        had = self._manager.access_token
        try:
            return str(self._manager.get_token())
        except Exception as error:  # noqa: BLE001 - of requests, of JWT, and its own
            # What it had is kept if what came is no token.
            self._manager.access_token = had
            # Else the next to ask would sleep for a minute.
            self._manager.request_time = 0
            failure = self._failure(error)
        # Out here, for `error` holds the key.
        raise failure

    def _failure(self, error: Exception) -> ExchangeError:
        words = textwrap.shorten(str(error).replace(self._key, "[secure]"), 300)
        status = getattr(error, "status_code", HTTPStatus.BAD_GATEWAY)
        return ExchangeError(
            f"no token for the API key from IAM at {self.url}: {words}",
            will_pass=status in PASSING,
        )
