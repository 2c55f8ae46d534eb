"""What a session is asked for with."""

from abc import ABC, abstractmethod

from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.openapi.values import Json


class Creation(ABC):
    """The body of create, written and read.

    Attributes:
        id_form: What the ids of sessions look like. No contract promises it: the bundled emulator
            is held to it.
    """

    id_form: str

    @abstractmethod
    def names(self, backend: str, instance: str) -> Json:
        """The smallest body of create that names what the server knows."""

    @abstractmethod
    def max_ttl(self, seconds: float) -> Json:
        """The field that asks for a max TTL: one that can be asked for, near the given one."""

    @abstractmethod
    def asked(self, body: Json, instance: str) -> Asked:
        """What a body of create asks for, when it is sent in an instance."""

    def body(self, backend: str, instance: str, fields: Json) -> Json:
        """A body of create.

        Args:
            backend: A backend that the server knows.
            instance: An instance that it knows.
            fields: What else to ask for, by the names that all contracts have in common. A field
                that is None is left out.
        """
        wanted = dict(fields)
        seconds = wanted.pop("max_ttl", None)
        ttl = {} if seconds is None else self.max_ttl(seconds)
        body = self.names(backend, instance) | ttl | wanted
        return {name: value for name, value in body.items() if value is not None}
