"""What the creator of a session asked for, in terms of every contract."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the creator of a session asked for, in terms of both contracts; None: it did not say."""

    mode: str
    backend: str | None
    instance: str
    max_ttl: float | None = None
    active_ttl: float | None = None
    interactive_ttl: float | None = None

    def in_order(self, default: float | None) -> bool:
        """Whether its TTLs are, where it gives more than one: interactive, active, max.

        Args:
            default: The max TTL that holds where it gives none, if that is known.
        """
        most = default if self.max_ttl is None else self.max_ttl
        spans = (self.interactive_ttl, self.active_ttl, most)
        given = [span for span in spans if span is not None]
        return given == sorted(given)
