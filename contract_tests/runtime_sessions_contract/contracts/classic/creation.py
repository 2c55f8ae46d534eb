"""What a session is asked for with by the classic contract."""

from runtime_sessions_contract.contracts.base.creation import Creation
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.openapi.values import Json


class ClassicCreation(Creation):
    """A backend and an instance have to be named; the max TTL is any number."""

    id_form = "[0-9a-hjkmnp-tv-z]{20}"

    def names(self, backend: str, instance: str) -> Json:
        """Both names: the instance is a field of the body."""
        return {"backend": backend, "instance": instance}

    def max_ttl(self, seconds: float) -> Json:
        """The field has a longer name, and takes what is given."""
        return {"max_session_ttl": seconds}

    def asked(self, body: Json, instance: str) -> Asked:
        """What a body asks for: a dedicated session where it does not name a mode."""
        del instance
        return Asked(
            mode=str(body.get("mode", "dedicated")),
            backend=body.get("backend"),
            instance=str(body.get("instance")),
            max_ttl=body.get("max_session_ttl"),
        )
