"""Whether a server is there, and knows who calls."""

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.target.target import TIMEOUT, CannotRunError, Target
from runtime_sessions_contract.wire.trust import trusted


def check(target: Target) -> None:
    """See whether the server is there and knows the tokens.

    Raises:
        CannotRunError: It is not, or does not.
    """
    secrets = target.secrets
    if secrets.token == secrets.other_token:
        raise CannotRunError(
            "OTHER_TOKEN is the same as TOKEN: give a second user's token, or leave it out."
        )
    for token, name in ((secrets.token, "TOKEN"), (secrets.other_token, "OTHER_TOKEN")):
        if token is None:
            continue
        told = " ".join(f'-H "{key}: {value}"' for key, value in target.headers(f"${name}").items())
        line = f"curl -sS -i {target.url}/sessions/none {told}"
        try:
            status = httpx.get(
                f"{target.url}/sessions/none",
                headers=target.headers(token),
                timeout=TIMEOUT,
                verify=trusted(),
                trust_env=target.on_loopback is False,
            ).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CannotRunError(
                f"Nothing answers at {target.url} ({secrets.redact(str(error))}). Try: {line}"
            ) from None
        if status == 401:  # noqa: PLR2004 - documented
            foreign = target.contract.answers.foreign_instance == status
            raise CannotRunError(
                f"{target.url} answered 401: {name} is not a token that it knows"
                f"{', or INSTANCE is not one that it may use' if foreign else ''}. Check it: {line}"
            )
