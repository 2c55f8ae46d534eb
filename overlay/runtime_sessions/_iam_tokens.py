"""What IBM Cloud's IAM is asked for a token, and until when what it answers is good."""

import os
import time
from urllib.parse import urlencode

from runtime_sessions._errors import SettingsError, fields_of
from runtime_sessions._http import Request, Response
from runtime_sessions._retries import PASSING
from runtime_sessions._secrets import Secret
from runtime_sessions._settings import checked_url
from runtime_sessions._words import excerpt, shown

IAM_URL = "https://iam.cloud.ibm.com"
#: What IAM has for the grant of a key; the same that IBM's own libraries send.
_GRANT = "urn:ibm:params:oauth:grant-type:apikey"
#: After this part of its time a token is renewed, as IBM's own libraries do it.
_FRESH = 0.8
#: After this part of it, it is taken for no longer good: a call takes its time, too.
_GOOD = 0.99


class ExchangeError(Exception):
    """IAM gave no token. The text never shows the key."""

    def __init__(self, said: str, *, will_pass: bool) -> None:
        super().__init__(said)
        self.will_pass = will_pass


def _found_url(given: str | None) -> str:
    """Return where IAM is: as the argument says, else the environment, else IBM Cloud's."""
    where = "the argument `iam_url`" if given is not None else "IAM_URL in the environment"
    url = os.environ.get("IAM_URL") or IAM_URL if given is None else given
    try:
        return checked_url(Secret(url))
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


class IamTokens:
    """The tokens of one API key."""

    def __init__(self, key: Secret, url: str | None = None) -> None:
        self._key = key
        self.url = _found_url(url)
        self._token = Secret()
        self._refused = Secret()
        self._fresh_until = 0.0
        self._good_until = 0.0

    def secrets(self) -> tuple[str, ...]:
        """Return what nobody is to be shown."""
        return (self._key, self._token, self._refused)

    def current(self) -> str:
        """Return the token that was fetched last, whether or not it is still good."""
        return self._token

    def fresh(self) -> str:
        """Return the token, if it need not be renewed yet; else nothing."""
        return self._token if time.time() < self._fresh_until else ""

    def not_yet_expired(self) -> str:
        """Return the token, if it does for now though it is to be renewed soon; else nothing."""
        return self._token if time.time() < self._good_until else ""

    def expire(self) -> None:
        """Take the token for one that is no longer good."""
        self._refused = self._token
        self._fresh_until = self._good_until = 0.0

    def request(self, call: Request) -> Request:
        """Return the request for a token, in the time of the call that wants it."""
        form = {"grant_type": _GRANT, "apikey": self._key, "response_type": "cloud_iam"}
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": call.headers.get("User-Agent", ""),
        }
        return Request(
            "POST",
            f"{self.url}/identity/token",
            content=urlencode(form).encode(),
            headers=headers,
            extensions={"timeout": call.extensions.get("timeout", {})},
        )

    def take(self, response: Response) -> None:
        """Take the token of an answer.

        Raises:
            ExchangeError: It has none.
        """
        if not response.is_success:
            raise self._refusal(response)
        fields = fields_of(response.content)
        token, lasts = fields.get("access_token"), fields.get("expires_in")
        is_token = isinstance(token, str) and token and all("!" <= one <= "~" for one in token)
        if not is_token or isinstance(lasts, bool) or not isinstance(lasts, int | float):
            raise self.failure("an answer without a token came", will_pass=True)
        now = time.time()
        self._token = Secret(token)
        self._fresh_until = now + _FRESH * lasts
        self._good_until = now + _GOOD * lasts

    def failure(self, said: str, *, will_pass: bool) -> ExchangeError:
        """Return the error of an exchange that failed."""
        words = shown(said, self.secrets())
        return ExchangeError(
            f"no token for the API key from IAM at {self.url}: {words}", will_pass=will_pass
        )

    def _refusal(self, response: Response) -> ExchangeError:
        fields = fields_of(response.content)
        told = fields.get("errorMessage")
        words = told if isinstance(told, str) else excerpt(response, self.secrets())
        said = f"{response.status_code} {response.reason_phrase} {words}".strip()
        return self.failure(said, will_pass=response.status_code in PASSING)
