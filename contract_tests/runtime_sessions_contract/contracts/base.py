"""What the contracts say each in its own way, as data: a dialect for each is its skin.

What can be read off a contract (its operations, fields, states, ranges) is not here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, Protocol

from runtime_sessions import SessionsClient
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.life import Rules
from runtime_sessions_contract.openapi.document import Contract
from runtime_sessions_contract.openapi.values import Json
from runtime_sessions_contract.wire.secrets import Caller, Secrets

#: Names that begin like this stand for what no server has: the drivers ask for them to be refused.
NOWHERE: Final = "no-such-"

NO_500: Final = "an internal error cannot be asked for"


class Encodes(Protocol):
    """A model of the generated client."""

    def to_dict(self) -> Json:
        """The JSON object that it came from."""
        ...


class Endpoint(Protocol):
    """A module of the generated client."""

    def sync_detailed(self, *args: Any, client: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Make the call."""
        ...


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one contract says what all of them say.

    Attributes:
        name: The contract's.
        rules: What is its own in the life of a session.
        backend, instance: Names that a server knows unless somebody says otherwise: the emulator's.

        client, models, endpoints: Of the generated client.
        parameters: The header parameters that all its operations take, and what is sent in them.
        headers: What says who calls (with a token or without), in which instance; more than one
            form where the contract has more than one.
        by_key: What says who calls by an API key, where the contract takes one as it is.
        caller: Who calls with these headers (in lower case); None where they contradict each other.
        instance_header: The header (in lower case) that says in which instance, if it is a header.

        named: What create takes, from a backend and an instance.
        renamed: The names in create's body, where they are not those of the contracts in common.
        whole: Makes a span of time one that can be asked for.
        asked: What a body of create asks for, sent in an instance.
        form: The model of the generated client for a body of create.
        requests: More that can be asked for than mode and TTL, on a backend.

        unknown_backend, foreign_instance: What create answers to these.
        unknown_backend_rule: The rule that says so of a backend.
        newest_first_rule: The rule that says in which order jobs are listed.
        no_instance_code: The code with which a call in an instance is refused that is not there.
        open_max_ttl: The longest max TTL of the emulator's open plan.
        unknown_ignored: Whether query parameters that an operation does not have are ignored.
        open_plan: Whether an instance is of the open plan by its name.
        open_plan_code: The code with which it refuses dedicated sessions; None: it only warns.
        strangers_page: Whether the jobs of a session that is not there, or another's, are an empty
            page; else they are not found.
        unprovoked: The statuses that nobody can bring about, each with the reason.

        id_form: What the ids of sessions look like, and `traced`: whether errors have a trace of
            their own. The contract promises neither: the bundled emulator is held to both.

        wrong_fields: What the fields of a new session cannot be.
        wrong_bodies: What the body of create cannot be, from a backend and an instance.
        wrong_updates: What the body of update cannot be.
        wrong_pages: What the query for a page of jobs cannot be.
        wrong_lists: What the query for a list of workloads cannot be.
        lenient: Queries for a page that are answered otherwise than they say, or with more.
        checks: What Schemathesis is told of its checks of an operation, where the contract says
            more than a schema can.

        overlay: What the overlay needs to know of the contract.
        looks: The calls of the overlay that decode an answer, by the schema of that.
    """

    name: str
    rules: Rules
    backend: str
    instance: str

    client: type[Any]
    models: ModuleType
    endpoints: Mapping[str, Endpoint]
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: tuple[Callable[[str | None, str], dict[str, str]], ...]
    by_key: Callable[[str, str], dict[str, str]] | None = None
    caller: Callable[[Mapping[str, str], Secrets, frozenset[str]], Caller | None]
    instance_header: str | None = None

    named: Callable[[str, str], Json]
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    whole: Callable[[float], float]
    asked: Callable[[Json, str], Asked]
    form: Callable[[Json], Encodes]
    requests: Callable[[str], list[Json]] = lambda _: []

    unknown_backend: int
    unknown_backend_rule: str
    newest_first_rule: str
    foreign_instance: int
    no_instance_code: int | None = None
    open_max_ttl: float = 28800
    unknown_ignored: bool = False
    open_plan: Callable[[str], bool] = lambda _: False
    open_plan_code: int | None = None
    strangers_page: bool = False
    unprovoked: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    id_form: str
    traced: bool = False

    wrong_fields: tuple[Json, ...]
    wrong_bodies: Callable[[str, str], list[object]]
    wrong_updates: tuple[object, ...] = ({}, [], None, True)
    wrong_pages: tuple[str, ...]
    wrong_lists: tuple[str, ...] = ()
    lenient: tuple[Json, ...] = ()
    checks: Mapping[str, Json] = field(default_factory=dict[str, Json])

    overlay: Mapping[str, Any] = field(default_factory=dict[str, Any])
    looks: Mapping[str, Callable[[SessionsClient, str], Any]]

    @property
    def contract(self) -> Contract:
        """The contract."""
        return Contract.load(self.name)

    def why_not(self, operation: str, status: str) -> str | None:
        """Why nobody can bring about this answer; None where somebody can."""
        return NO_500 if status == "500" else self.unprovoked.get((operation, status))

    def body(self, backend: str, instance: str, fields: Json) -> Json:
        """A body of create. A field that is None is left out."""
        ttl = fields.get("max_ttl")
        fields = fields | {"max_ttl": None if ttl is None else self.whole(ttl)}
        named = {self.renamed.get(name, name): value for name, value in fields.items()}
        body = self.named(backend, instance) | named
        return {name: value for name, value in body.items() if value is not None}
