"""What the classic contract answers in its own way."""

from runtime_sessions_contract.contracts.base.answers import Answers


class ClassicAnswers(Answers):
    """What is not there is not found; an instance of somebody else's is forbidden."""

    unknown_backend = 404
    unknown_backend_rule = "unknown-backend"
    foreign_instance = 403
    newest_first_rule = "session-jobs-newest-first"
    unrun_rule = "unrun-jobs-fail-with-4001"

    def in_open_plan(self, instance: str) -> bool:
        """Whether the hub and the group are those of the open plan."""
        return instance.startswith("ibm-q/open/")
