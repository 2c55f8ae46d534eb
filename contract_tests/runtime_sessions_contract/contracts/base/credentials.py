"""What says who makes a call, and in which instance."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.secrets import Secrets


class Credentials(ABC):
    """How a contract learns who calls.

    Attributes:
        instance_header: The header, in lower case, that says in which instance a call is made;
            None where calls are made in none.
        parameters: The header parameters that all operations take beside, and what is sent in them.
    """

    instance_header: str | None = None
    parameters: Mapping[str, str] = {}

    @abstractmethod
    def forms(self, token: str | None, instance: str) -> list[dict[str, str]]:
        """The headers that say who calls, once in each form that the contract has.

        Args:
            token: Whose token to send; None: nobody's.
            instance: The instance to call in.
        """

    def headers(self, token: str | None, instance: str, form: int = 0) -> dict[str, str]:
        """The headers that say who calls, in one of the forms: the last where there are less."""
        forms = self.forms(token, instance)
        return forms[min(form, len(forms) - 1)]

    @abstractmethod
    def by_api_key(self, api_key: str, instance: str) -> dict[str, str] | None:
        """The headers that say who calls, by an API key; None: the contract takes none."""

    @abstractmethod
    def caller(
        self, headers: Mapping[str, str], secrets: Secrets, instances: frozenset[str]
    ) -> Caller | None:
        """Who calls.

        Args:
            headers: The headers of a request, by their names in lower case.
            secrets: The tokens that are known.
            instances: The instances that are known to be the user's.

        Returns:
            Who it is; None where the headers contradict each other.
        """

    def instance_of(self, headers: Mapping[str, str]) -> str:
        """The instance that a call is made in; an empty text where no header says so."""
        return "" if self.instance_header is None else headers.get(self.instance_header, "")
