"""Requests that are worth a try by the platform contract."""

from collections.abc import Mapping

from runtime_sessions_api.platform.models import ListJobsSort
from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.contracts.base.samples import Samples
from runtime_sessions_contract.openapi.values import Json


class PlatformSamples(Samples):
    """It has three TTLs, ignores what it does not know, and mends what is out of range."""

    fuzz_checks: Mapping[str, Json] = {
        # TTLs can be out of order, and the open plan refuses: the model knows when.
        "createSession": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400]}},
        # Submitting jobs is another part of the service.
        "listJobs": {
            "allow_header_conformance": {"enabled": False},
            "unsupported_method": {"enabled": False},
        },
        # Cursors are opaque: one that nobody gave is refused, and no schema can say which that is.
        "listWorkloads": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400]}},
    }

    def creations(self, backend: str) -> list[Json]:
        """Either name of the backend or none, fields that are no ones, and TTLs in any order."""
        return [
            {"backend": None},
            {"backend": None, "backend_name": backend},
            {"backend_name": f"{NOWHERE}backend"},
            {"instance": f"{NOWHERE}instance"},
            {"unheard_of": {"of": "anybody"}},
            {"interactive_ttl": 7},
            {"interactive_ttl": 9, "active_ttl": 300, "max_ttl": 400, "mode": "batch"},
            {"interactive_ttl": 60, "active_ttl": 60, "max_ttl": 60},
            {"interactive_ttl": 61, "active_ttl": 60},
            {"interactive_ttl": 5, "active_ttl": 500, "max_ttl": 400},
            {"interactive_ttl": 401, "max_ttl": 400},
        ]

    def pages(self) -> list[Json]:
        """Limits and offsets out of range are the default; jobs with what they were given."""
        return [
            *({"limit": limit} for limit in (0, -1, 201, 2**31 - 1)),
            {"offset": -1},
            {"sort": ListJobsSort.ASC},
            {"limit": 0, "offset": 2},
            {"exclude_params": False},
            {"exclude_params": True, "limit": 3},
        ]

    def wrong_fields(self) -> list[Json]:
        """TTLs, modes and names that are none."""
        return [
            *({"max_ttl": wrong} for wrong in (0, -1, 1.5, 2**31, "60", True, None, [60])),
            *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
            *({"interactive_ttl": wrong} for wrong in (0, 0.5, "60", None, 28801)),
            *({"interactive_ttl": 60, "active_ttl": wrong} for wrong in (0, 59, 28801, None)),
            {"backend": 1},
            {"backend_name": None},
        ]

    def wrong_bodies(self, backend: str, instance: str) -> list[object]:
        """Bodies that name no mode, and a list."""
        del instance
        return [{"backend": backend}, {}, [{"mode": "batch"}]]

    def wrong_pages(self) -> list[str]:
        """Parameters that are twice there, or of another type."""
        return [
            "limit=x",
            "limit=",
            "limit=1.5",
            "offset=x",
            "limit=1&limit=2",
            "exclude_params=perhaps",
            "sort=newest",
            "pending=perhaps",
            "program=",
            "created_after=yesterday",
        ]

    def wrong_lists(self) -> list[str]:
        """Limits out of range, and parameters that are twice there, too short, or of no kind."""
        return [
            "limit=0",
            "limit=51",
            "limit=x",
            "sort=created",
            "user=you",
            "search=ab",
            "status=open",
            "mode=dedicated",
            "created_after=yesterday",
            "limit=1&limit=2",
        ]
