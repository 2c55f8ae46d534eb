"""What a request asks for, by the contract alone."""

from dataclasses import dataclass
from typing import Final

from runtime_sessions_contract.checks.queries import Page, page_of, query_of
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import Json, as_object
from runtime_sessions_contract.target.target import Target
from runtime_sessions_contract.wire.exchange import Exchange

#: What a session of the bundled emulator gets whose creator says nothing, in seconds.
MAX_TTL: Final = 28800


@dataclass(frozen=True, slots=True)
class Requests:
    """Reads requests to a target.

    Args:
        document: The form of the document that the target is held to.
        target: The server.
    """

    document: Document
    target: Target

    def valid(self, exchange: Exchange) -> bool:
        """Whether a request is certainly one that the contract allows."""
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
        return self.page(exchange) is not None

    def page(self, exchange: Exchange) -> Page | None:
        """The page that a query asks for; None where it is not certainly valid."""
        ignored = self.target.contract.answers.ignores_unknown
        return page_of(exchange, unknown_ignored=ignored)

    def query(self, exchange: Exchange) -> Json | None:
        """The parameters of a query; None where one may not be valid."""
        ignored = self.target.contract.answers.ignores_unknown
        return query_of(exchange, unknown_ignored=ignored)

    def asked(self, exchange: Exchange) -> Asked:
        """What a call of create asks for."""
        body = as_object(exchange.request_json()) or {}
        return self.target.contract.creation.asked(body, exchange.instance)

    def in_open_plan(self, asked: Asked) -> bool:
        """Whether a session was asked for in the open plan."""
        named = self.target.contract.answers.in_open_plan(asked.instance)
        return named or asked.instance == self.target.open_instance

    def refused_by_plan(self, asked: Asked) -> bool:
        """Whether the plan has no such sessions."""
        if self.target.contract.answers.open_plan_code is None:
            return False
        return self.in_open_plan(asked) and asked.mode == "dedicated"

    def emulated_max_ttl(self, asked: Asked) -> float:
        """The longest and the default max TTL of the bundled emulator, in the plan asked for."""
        in_open_plan = self.in_open_plan(asked)
        return self.target.contract.answers.open_max_ttl if in_open_plan else MAX_TTL
