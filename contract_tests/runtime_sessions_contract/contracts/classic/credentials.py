"""Who calls by the classic contract: either of two headers says so."""

from collections.abc import Mapping

from runtime_sessions_contract.contracts.base.credentials import Credentials
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.secrets import Secrets


class ClassicCredentials(Credentials):
    """A bearer token, or the same token in a header of its own."""

    def forms(self, token: str | None, instance: str) -> list[dict[str, str]]:
        """A bearer token, and an access token."""
        del instance
        if token is None:
            return [{}]
        return [{"Authorization": f"Bearer {token}"}, {"X-Access-Token": token}]

    def by_api_key(self, api_key: str, instance: str) -> None:
        """Nothing: a token is all that it takes."""

    def caller(
        self, headers: Mapping[str, str], secrets: Secrets, instances: frozenset[str]
    ) -> Caller | None:
        """Whose token it is; None where the two headers carry different ones."""
        del instances
        tokens = set[str]()
        if (value := headers.get("authorization")) is not None:
            scheme, _, credentials = value.partition(" ")
            tokens.add(credentials if scheme.lower() == "bearer" else "")
        if (value := headers.get("x-access-token")) is not None:
            tokens.add(value)
        if len(tokens) > 1:
            return None
        return secrets.caller(tokens.pop() if tokens else "")
