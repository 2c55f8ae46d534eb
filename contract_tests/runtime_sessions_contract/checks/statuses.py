"""Which answers fit a call, by what is known of its caller, of its request and of the session."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from runtime_sessions_contract.checks.queries import page_of
from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.operations import Operation
from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Caller

BAD, UNAUTHORIZED, NOT_FOUND = 400, 401, 404
#: What a session of the bundled emulator gets whose creator says nothing, in seconds.
MAX_TTL: Final = 28800


@dataclass(frozen=True, slots=True)
class Fit:
    """The statuses that fit a call, the check that they do, and the rule that this stands on."""

    statuses: tuple[int, ...]
    rule: str
    check: str = "status fits"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a target.

    Args:
        contract: The form of the contract that the target is held to.
    """

    document: Document
    target: Target

    def fit(
        self, exchange: Exchange, session: Session | None, given: Container[str | None]
    ) -> Fit | None:
        """What fits; None where nothing can be said.

        `given` are the ids of sessions that are there although nobody was seen to create them.
        """
        operation = exchange.operation
        if operation is None:
            return None
        if operation.public:
            return Fit((operation.success,), "versions-are-public")
        match exchange.caller:
            case None:
                return None
            case Caller.NOBODY:
                # Whoever is let in is what matters; what comes first is the server's business.
                let_in = exchange.succeeded
                rule = "credentials-needed" if let_in else "credentials-first"
                return Fit((UNAUTHORIZED,), rule, "authentication first")
            case Caller.ASTRAY:
                return Fit((NOT_FOUND,), "instance-not-found")
            case _:
                return self._of_user(operation, exchange, session, given)

    def _of_user(
        self,
        operation: Operation,
        exchange: Exchange,
        session: Session | None,
        given: Container[str | None],
    ) -> Fit | None:
        """What fits a call of somebody who may make it."""
        valid = self.valid(exchange)
        if operation.name == "createSession":
            return self._of_create(operation, self.asked(exchange)) if valid else None
        bad = () if valid else (BAD,)
        if operation.name == self.document.workloads:
            # A cursor that no answer gave is refused, and which that is only the server knows.
            cursor = any(name in {"next", "previous"} for name, _ in exchange.query)
            statuses = (operation.success, BAD) if cursor else (operation.success, *bad)
            return Fit(statuses, "workload-filters")
        if session is None:
            return self._of_no_session(operation, exchange, given, bad)
        if session.of(exchange):
            return Fit((operation.success, *bad), "own-session-is-found", "own session found")
        return self._of_stranger(operation, exchange, session, bad)

    def _of_no_session(
        self,
        operation: Operation,
        exchange: Exchange,
        given: Container[str | None],
        bad: tuple[int, ...],
    ) -> Fit | None:
        """What fits a call about a session that nobody was seen to create."""
        if self._anything(operation, exchange, given):
            return None
        if self._empty_page(operation):
            return Fit((operation.success, *bad), "unknown-session-has-no-jobs")
        return Fit((NOT_FOUND, *bad), "unknown-session")

    def _of_stranger(
        self, operation: Operation, exchange: Exchange, session: Session, bad: tuple[int, ...]
    ) -> Fit:
        """What fits a call about a session of another user, or of another instance."""
        check = "others' sessions hidden"
        if self._empty_page(operation):
            return Fit((operation.success, *bad), "unknown-session-has-no-jobs", check)
        rule = "session-is-its-owners" if exchange.succeeded else "hidden-as-unknown"
        if exchange.caller is session.owner:
            rule = "session-is-in-its-instance"
        return Fit((NOT_FOUND, *bad), rule, check)

    def _empty_page(self, operation: Operation) -> bool:
        """Whether an operation answers an empty page where there is no such session."""
        return (
            self.target.contract.answers.empty_page_for_unknown
            and operation.name == self.document.jobs
        )

    @staticmethod
    def _anything(operation: Operation, exchange: Exchange, given: Container[str | None]) -> bool:
        """Whether a session of which nothing is known may be there, or the path be another one."""
        name = exchange.session_id or ""
        # A segment of dots, or one that hides a slash, may mean another path.
        elsewhere = operation.in_path and (name in {"", ".", ".."} or "/" in name)
        return elsewhere or (name in given and exchange.caller is Caller.USER)

    def _of_create(self, operation: Operation, asked: Asked) -> Fit | None:
        """What fits what a valid body of create asks for."""
        answers, target = self.target.contract.answers, self.target
        if (asked.backend or "").startswith(NOWHERE):
            return Fit((answers.unknown_backend,), answers.unknown_backend_rule)
        if asked.instance.startswith(NOWHERE):
            return Fit((answers.foreign_instance,), "instance-of-somebody-else-classic")
        default = self.known_max_ttl(asked) if target.bundled else None
        if not asked.in_order(default):
            return Fit((BAD,), "interactive-ttl-of-a-partner")
        if self.refused_by_plan(asked):
            return Fit((BAD,), "open-plan-refuses")
        # Of the bundled emulator it is known what it has; all others may have reasons of their own.
        known = asked.backend in {None, target.backend} and asked.instance in target.instances
        return Fit((operation.success,), "create-makes-anew") if target.bundled and known else None

    def refused_by_plan(self, asked: Asked) -> bool:
        """Whether the plan has no such sessions."""
        refuses = self.target.contract.answers.open_plan_code is not None and self.open_plan(asked)
        return refuses and asked.mode == "dedicated"

    def known_max_ttl(self, asked: Asked) -> float:
        """The longest and the default max TTL of the bundled emulator, in the plan asked for."""
        return self.target.contract.answers.open_max_ttl if self.open_plan(asked) else MAX_TTL

    def open_plan(self, asked: Asked) -> bool:
        """Whether a session was asked for in the open plan."""
        named = self.target.contract.answers.in_open_plan(asked.instance)
        return named or asked.instance == self.target.open_instance

    def asked(self, exchange: Exchange) -> Asked:
        """What a call of create asks for."""
        body = as_object(exchange.request_json()) or {}
        return self.target.contract.creation.asked(body, exchange.instance)

    def valid(self, exchange: Exchange) -> bool:
        """Whether the request is certainly one that the contract allows."""
        operation = exchange.operation
        if operation is None:
            return False
        if (body := operation.definition.get("requestBody")) is not None:
            schema = body["content"]["application/json"]["schema"]["$ref"]
            if exchange.request_headers.get("content-type") != "application/json":
                return False
            if not self.document.valid(schema, exchange.request_json()):
                return False
        for name, parameter in operation.headers.items():
            try:
                parameter.value([exchange.request_headers[name.lower()]])
            except (LookupError, ValueError):
                return False
        return (
            page_of(exchange, unknown_ignored=self.target.contract.answers.ignores_unknown)
            is not None
        )
