"""Whether a server is there, and knows who calls."""

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.target.recognise import ask, came, suggestion
from runtime_sessions_contract.target.target import CannotRunError, Target
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
    try:
        trusted()
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotRunError(
            f"The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: {why}"
        ) from None
    for token, name in ((secrets.token, "TOKEN"), (secrets.other_token, "OTHER_TOKEN")):
        if token is None:
            continue
        told = " ".join(f'-H "{key}: {value}"' for key, value in target.headers(f"${name}").items())
        line = f"curl -sS -i {target.url}/sessions/none {told}"
        try:
            answer = ask(target, "/sessions/none", target.headers(token))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CannotRunError(
                f"Nothing answers at {target.url} ({secrets.redact(str(error))}). Try: {line}"
            ) from None
        if answer.status_code == 401:  # noqa: PLR2004 - documented
            said = came(target, answer)
            raise CannotRunError(
                f"{target.url} answered 401 ({said}): {name} is not a token that it knows."
                f"{suggestion(target)} Check it: {line}"
            )
