"""Which answers fit a call, by what is known of its caller, of its request and of the session."""

from collections.abc import Container
from dataclasses import dataclass

from runtime_sessions_contract._contract import Contract, Operation, as_object
from runtime_sessions_contract._dialect import NOWHERE, Asked
from runtime_sessions_contract._pages import page_of
from runtime_sessions_contract._session import Session
from runtime_sessions_contract._target import Target
from runtime_sessions_contract._wire import Caller, Exchange

BAD, UNAUTHORIZED, NOT_FOUND = 400, 401, 404
#: What a session of the bundled emulator gets whose creator says nothing, in seconds.
MAX_TTL = 28800


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a target.

    Args:
        contract: The form of the contract that the target is held to.
    """

    contract: Contract
    target: Target

    def statuses(
        self, exchange: Exchange, session: Session | None, given: Container[str | None]
    ) -> tuple[int, ...] | None:
        """The statuses that fit; None where nothing can be said.

        `given` are the ids of sessions that are there although nobody was seen to create them.
        """
        operation = exchange.operation
        if operation is None or exchange.caller is None:
            return None
        if operation.public:
            return (operation.success,)
        if exchange.caller is Caller.NOBODY:
            return (UNAUTHORIZED,)
        if exchange.caller is Caller.ASTRAY:
            return (NOT_FOUND,)
        valid = self.valid(exchange)
        if operation.name == "createSession":
            return self._of_create(operation, self.asked(exchange)) if valid else None
        bad = () if valid else (BAD,)
        if operation.name == self.contract.workloads:
            # A cursor that no answer gave is refused, and which that is only the server knows.
            cursor = any(name in {"next", "previous"} for name, _ in exchange.query)
            return (operation.success, BAD) if cursor else (operation.success, *bad)
        if session is not None and session.of(exchange):
            return (operation.success, *bad)
        if session is None and self._anything(operation, exchange, given):
            return None
        listed = self.target.dialect.strangers_page and operation.name == self.contract.jobs
        return (operation.success if listed else NOT_FOUND, *bad)

    @staticmethod
    def _anything(operation: Operation, exchange: Exchange, given: Container[str | None]) -> bool:
        """Whether a session of which nothing is known may be there, or the path be another one."""
        name = exchange.session_id or ""
        # A segment of dots, or one that hides a slash, may mean another path.
        elsewhere = operation.in_path and (name in {"", ".", ".."} or "/" in name)
        return elsewhere or (name in given and exchange.caller is Caller.USER)

    def _of_create(self, operation: Operation, asked: Asked) -> tuple[int, ...] | None:
        """The statuses that fit what a valid body of create asks for."""
        dialect, target = self.target.dialect, self.target
        if (asked.backend or "").startswith(NOWHERE):
            return (dialect.unknown_backend,)
        if asked.instance.startswith(NOWHERE):
            return (dialect.foreign_instance,)
        default = self.known_max_ttl(asked) if target.bundled else None
        if not asked.in_order(default) or self.refused_by_plan(asked):
            return (BAD,)
        # Of the bundled emulator it is known what it has; all others may have reasons of their own.
        known = asked.backend in {None, target.backend} and asked.instance in target.instances
        return (operation.success,) if target.bundled and known else None

    def refused_by_plan(self, asked: Asked) -> bool:
        """Whether the plan has no such sessions."""
        refuses = self.target.dialect.open_plan_code is not None and self.open_plan(asked)
        return refuses and asked.mode == "dedicated"

    def known_max_ttl(self, asked: Asked) -> float:
        """The longest and the default max TTL of the bundled emulator, in the plan asked for."""
        return self.target.dialect.open_max_ttl if self.open_plan(asked) else MAX_TTL

    def open_plan(self, asked: Asked) -> bool:
        """Whether a session was asked for in the open plan."""
        named = self.target.dialect.open_plan(asked.instance)
        return named or asked.instance == self.target.open_instance

    def asked(self, exchange: Exchange) -> Asked:
        """What a call of create asks for."""
        body = as_object(exchange.request_json()) or {}
        return self.target.dialect.asked(body, exchange.instance)

    def valid(self, exchange: Exchange) -> bool:
        """Whether the request is certainly one that the contract allows."""
        operation = exchange.operation
        if operation is None:
            return False
        if (body := operation.definition.get("requestBody")) is not None:
            schema = body["content"]["application/json"]["schema"]["$ref"]
            if exchange.request_headers.get("content-type") != "application/json":
                return False
            if not self.contract.valid(schema, exchange.request_json()):
                return False
        for name, parameter in operation.headers.items():
            try:
                parameter.value([exchange.request_headers[name.lower()]])
            except (LookupError, ValueError):
                return False
        return page_of(exchange, unknown_ignored=self.target.dialect.unknown_ignored) is not None
