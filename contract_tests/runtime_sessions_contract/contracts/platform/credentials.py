"""Who calls by the platform contract: a bearer token or an API key, in an instance of its own."""

from collections.abc import Mapping
from typing import Final

from runtime_sessions_contract.contracts.base.credentials import Credentials
from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.secrets import Secrets

CRN: Final = "Service-CRN"


class PlatformCredentials(Credentials):
    """Who names no instance is nobody, and so is who names another's."""

    instance_header = CRN.lower()
    parameters: Mapping[str, str] = {"IBM-API-Version": "2026-04-15"}

    def forms(self, token: str | None, instance: str) -> list[dict[str, str]]:
        """A bearer token, and the CRN of the instance."""
        bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
        return [bearer | ({CRN: instance} if instance else {})]

    def by_api_key(self, api_key: str, instance: str) -> dict[str, str]:
        """The key in the place of the token, and the CRN of the instance."""
        return {"Authorization": f"apikey {api_key}", CRN: instance}

    def caller(
        self, headers: Mapping[str, str], secrets: Secrets, instances: frozenset[str]
    ) -> Caller | None:
        """Whose token or key it is, in which instance; None where that one may be the caller's."""
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        caller = secrets.caller(credentials if scheme.lower() == "bearer" else "")
        if scheme.lower() == "apikey" and credentials and credentials == secrets.api_key:
            caller = Caller.USER
        crn = headers.get(CRN.lower(), "")
        if caller is Caller.NOBODY or not crn:
            return Caller.NOBODY
        if crn in instances:
            return caller
        # Of a CRN that was not made up here nobody knows whether it is the caller's too.
        return Caller.ASTRAY if crn.startswith(NOWHERE) else None
