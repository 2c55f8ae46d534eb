"""What the platform contract answers in its own way."""

from collections.abc import Mapping
from typing import Final

from runtime_sessions_contract.contracts.base.answers import REFUSED, Answers
from runtime_sessions_contract.openapi.values import Json

MODES: Final = frozenset({"dedicated", "batch"})


class PlatformAnswers(Answers):
    """An instance that is not the caller's is not found, whatever is asked for in it."""

    unknown_backend = 400
    unknown_backend_rule = "unknown-backend-on-the-platform"
    foreign_instance = 404
    no_instance_code = 1279
    newest_first_rule = "jobs-newest-first"
    unrun_rule = "unrun-jobs-fail-with-1217"
    open_max_ttl = 600
    open_plan_code = 1352
    ignores_unknown = True
    empty_page_for_unknown = True
    traced = True
    reasons_seen = frozenset(
        {"session_created", "session_closed_early", "session_inactivated_by_interactive_ttl"}
    )
    unprovoked: Mapping[tuple[str, str], str] = {
        ("listJobs", "403"): "an instance that is not the caller's is answered with 404",
    }

    def refusal(self, operation: str, url: str, body: Json | None) -> tuple[str, tuple[int, ...]]:
        """The service was seen to answer 500 to a mode that there is not."""
        if "search=" in url:
            return "workload-search", ()
        if operation != "createSession" or body is None:
            return REFUSED, ()
        if body.get("mode") not in MODES:
            return "wrong-mode", (500,)
        return "invalid-create-is-refused", ()
