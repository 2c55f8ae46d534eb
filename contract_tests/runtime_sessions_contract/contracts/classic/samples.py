"""Requests that are worth a try by the classic contract."""

from runtime_sessions_contract.contracts.base.samples import Samples
from runtime_sessions_contract.openapi.values import Json


class ClassicSamples(Samples):
    """Its schemas are closed: a field or a parameter that it does not have is malformed."""

    def pages(self) -> list[Json]:
        """Either order, in either case."""
        return [{"sort": "asc"}, {"sort": "DESC", "limit": 3}, {"sort": "ASC", "offset": 2}]

    def wrong_fields(self) -> list[Json]:
        """TTLs, modes and names that are none, and the platform's name of the max TTL."""
        return [
            *({"max_session_ttl": wrong} for wrong in (0, -1, "60", True, None, [60])),
            *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
            {"backend": 1},
            {"instance": None},
            {"max_ttl": 60},
        ]

    def wrong_bodies(self, backend: str, instance: str) -> list[object]:
        """Bodies that lack one of the names, and a list."""
        return [
            {"backend": backend},
            {"instance": "a/b/c"},
            [{"backend": backend, "instance": instance}],
        ]

    def wrong_updates(self) -> list[object]:
        """A field too much is malformed, too."""
        return [{}, {"accepting_jobs": False, "state": "closed"}, [], None, True]

    def wrong_pages(self) -> list[str]:
        """Pages out of range, twice or not a number, and parameters that are none."""
        return [
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=x",
            "limit=",
            "limit=1.5",
            "offset=-1",
            "offset=x",
            "limit=1&limit=2",
            "offset=2147483648",
            "sort=newest",
            "state=closed",
        ]
