"""What a session is asked for with by the platform contract."""

from math import ceil

from runtime_sessions_contract.contracts.base.creation import Creation
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.openapi.values import Json


class PlatformCreation(Creation):
    """A mode has to be named, a backend can be; the instance is not a field of the body."""

    id_form = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

    def names(self, backend: str, instance: str) -> Json:
        """A dedicated session on the backend."""
        del instance
        return {"mode": "dedicated", "backend": backend}

    def max_ttl(self, seconds: float) -> Json:
        """Whole seconds only."""
        return {"max_ttl": ceil(seconds)}

    def asked(self, body: Json, instance: str) -> Asked:
        """What a body asks for: it has two names for the backend, and more than one TTL."""
        return Asked(
            mode=str(body.get("mode")),
            backend=body.get("backend", body.get("backend_name")),
            instance=instance,
            max_ttl=body.get("max_ttl"),
            active_ttl=body.get("active_ttl"),
            interactive_ttl=body.get("interactive_ttl"),
        )
