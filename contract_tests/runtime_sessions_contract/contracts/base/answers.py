"""What a contract answers otherwise than others."""

from abc import ABC
from collections.abc import Mapping
from typing import Final

from runtime_sessions_contract.openapi.values import Json

NO_500: Final = "an internal error cannot be asked for"
REFUSED: Final = "malformed-is-refused"


class Answers(ABC):
    """The statuses, codes and rules that are one contract's own.

    Attributes:
        unknown_backend: The status of create on a backend that is not there.
        unknown_backend_rule: The rule that says so.
        foreign_instance: The status of create in an instance that is not the caller's.
        no_instance_code: The code with which a call in an instance is refused that is not there.
        newest_first_rule: The rule that says in which order jobs are listed.
        unrun_rule: The rule that says how a job ends that is queued when its session ends.
        open_max_ttl: The longest max TTL of the emulator's open plan, in seconds.
        open_plan_code: The code with which the open plan refuses dedicated sessions; None: it
            only warns.
        ignores_unknown: Whether query parameters that an operation does not have are ignored.
        empty_page_for_unknown: Whether the jobs of a session that is not there, or another's, are
            an empty page; else they are not found.
        traced: Whether each error has a trace of its own. No contract promises it: the bundled
            emulator is held to it.
        reasons_seen: The reasons of a state that somebody has seen in an answer of the service.
        unprovoked: The answers, by operation and status, that nobody can bring about, each with
            the reason.
    """

    unknown_backend: int
    unknown_backend_rule: str
    foreign_instance: int
    no_instance_code: int | None = None
    newest_first_rule: str
    unrun_rule: str
    open_max_ttl: float = 28800
    open_plan_code: int | None = None
    ignores_unknown: bool = False
    empty_page_for_unknown: bool = False
    traced: bool = False
    reasons_seen: frozenset[str] = frozenset()
    unprovoked: Mapping[tuple[str, str], str] = {}

    def in_open_plan(self, instance: str) -> bool:
        """Whether an instance is of the open plan by its name."""
        del instance
        return False

    def why_not(self, operation: str, status: str) -> str | None:
        """Why nobody can bring about this answer; None where somebody can."""
        return NO_500 if status == "500" else self.unprovoked.get((operation, status))

    def refusal(self, operation: str, url: str, body: Json | None) -> tuple[str, tuple[int, ...]]:
        """What is known of how servers refuse a malformed request.

        Args:
            operation: The operation that it is for.
            url: Where it is sent to, with its query.
            body: The JSON object that is sent; None where it is none.

        Returns:
            The rule that refuses it, and statuses that do so beside 400.
        """
        del operation, url, body
        return REFUSED, ()
