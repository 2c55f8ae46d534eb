"""Somebody who makes calls through the generated client."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.contracts.base.client import Encodes
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.operations import SESSION
from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.run.recorder import Recorder
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import TIMEOUT
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.exchange import Exchange

JSON = "application/json"


def jobs_of(run: Run, session_id: str) -> str:
    """The path of a list of a session's jobs, with a query to which more can be added."""
    operation = run.document.operations[run.document.jobs]
    query = "" if operation.in_path else f"{SESSION}={session_id}&"
    return f"{operation.path.replace('{id}', session_id)}?{query}"


def together(steps: Iterable[Callable[[], object]]) -> None:
    """Take all steps, whatever is wrong with one of them.

    Raises:
        ContractViolationError: Something was, with all of it.
    """
    wrong: list[Violation] = []
    for step in steps:
        try:
            step()
        except ContractViolationError as error:
            wrong += error.violations
    if wrong:
        raise ContractViolationError(wrong)


class Actor:
    """Somebody who makes calls: a user with a token, in one of the contract's forms, or nobody.

    Every call is judged; one with a violation raises ContractViolationError.

    Args:
        instance: What the actor's sessions are to be in, where not in the target's own.
        form: Which of the contract's forms of authentication to use; the last where there are less.
        api_key: What to call with instead of the token, where the contract takes an API key.
    """

    def __init__(
        self,
        run: Run,
        token: str | None,
        *,
        instance: str | None = None,
        form: int = 0,
        api_key: str | None = None,
    ) -> None:
        self.run = run
        self.contract = contract = run.target.contract
        self.recorder = Recorder(run)
        self.instance = run.target.instance if instance is None else instance
        headers = contract.credentials.headers(token, self.instance, form)
        if api_key is not None:
            headers = contract.credentials.by_api_key(api_key, self.instance) or headers
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.http = httpx.Client(
            base_url=run.target.url,
            transport=self.recorder,
            headers=self.headers,
            timeout=TIMEOUT,
            trust_env=False,
        )
        self.client = contract.client.generated(run.target.url, self.http)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    @property
    def given(self) -> tuple[str, str]:
        """The backend and the instance that it creates sessions with."""
        return self.run.target.backend, self.instance

    def owns(self, session: Session) -> bool:
        """Whether a session was created with these credentials."""
        credentials, target = self.contract.credentials, self.run.target
        caller = credentials.caller(self.headers, target.secrets, target.instances)
        home = credentials.instance_of(self.headers)
        return session.owner is caller and session.home == home

    def call(self, operation: str, session_id: str | None = None, **kwargs: Any) -> Exchange:  # noqa: ANN401
        """Make a call through the generated client, which must decode and re-encode the answer."""
        self.recorder.taken.clear()
        in_path = self.run.document.operations[operation].in_path
        args = (session_id,) if in_path else ()
        if session_id is not None and not in_path:
            kwargs[SESSION] = session_id
        if not self.run.document.operations[operation].public:
            for name, value in self.contract.credentials.parameters.items():
                kwargs[name.lower().replace("-", "_")] = value
        endpoint = self.contract.client.endpoints[operation]
        failure: Exception | None = None
        parsed: Encodes | None = None
        try:
            parsed = endpoint.sync_detailed(*args, client=self.client, **kwargs).parsed
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is looked for
            failure = error
        if not self.recorder.taken and failure is not None:
            # It was not even sent: the budget of a live run is spent.
            raise failure
        exchange = self.recorder.taken[-1]
        violations = self.run.sees(exchange)
        if not violations:
            violations = self._coded(exchange, parsed, failure)
        if violations:
            raise ContractViolationError(violations)
        return exchange

    def _coded(
        self, exchange: Exchange, parsed: Encodes | None, failure: Exception | None
    ) -> list[Violation]:
        """Judge whether the client has decoded an answer, and encodes it back as it came."""
        if failure is not None and not self.run.known.shapes:
            # What a live service answers otherwise than documented is drift.
            return []
        if exchange.operation and str(exchange.status) not in exchange.operation.responses:
            # What the contract does not list, the client need not know either.
            return []
        if exchange.garbled:
            # That is told by itself.
            return []
        judge = Judge(self.run.tally, exchange)
        if judge(
            "client decodes", "a model", repr(failure), "#/components/schemas", ok=failure is None
        ):
            back = None if parsed is None else json.dumps(parsed.to_dict(), sort_keys=True)
            came = json.dumps(exchange.json(), sort_keys=True) if exchange.body else None
            judge("client encodes back", came, back, "#/components/schemas")
        return self.run.verdict(judge.found)

    def raw(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        kind: str = JSON,
        beside: Mapping[str, str | None] | None = None,
    ) -> Exchange:
        """Make a call that the generated client would not make. It is judged like any other.

        `beside` are header parameters where they are not as usual; one that is None is left out.
        """
        self.recorder.taken.clear()
        given = {"content-type": kind if content else None, **self.contract.credentials.parameters}
        headers = {name: value for name, value in (given | dict(beside or {})).items() if value}
        self.http.request(method, path, content=content, headers=headers)
        exchange = self.recorder.taken[-1]
        if violations := self.run.sees(exchange):
            raise ContractViolationError(violations)
        return exchange

    def create(self, **fields: Any) -> Session | None:  # noqa: ANN401
        """Create a session, by default on the target's own names; None if it is refused."""
        body = self.contract.creation.body(*self.given, fields)
        exchange = self.call("createSession", body=self.contract.client.request(body))
        if not exchange.succeeded:
            return None
        answer = as_object(exchange.json()) or {}
        return self.run.known.sessions.get(str(answer.get("id")))

    def attempt(self, **fields: Any) -> Session | None:  # noqa: ANN401
        """Create a session as `create` does, but report what is wrong instead of raising it.

        Returns:
            The session, if there is one however wrong the answer was; else None.
        """
        known = set(self.run.known.sessions)
        try:
            return self.create(**fields)
        except ContractViolationError as error:
            self.run.report(error.violations)
        new = (name for name in self.run.known.sessions if name not in known)
        name = next(new, None)
        return None if name is None else self.run.known.sessions[name]

    def update(self, session_id: str, *, accepting: bool) -> Exchange:
        """Let a session accept jobs, or no more."""
        body = self.contract.client.update(accepting=accepting)
        return self.call("updateSession", session_id, body=body)

    def any_call(self, operation: str, session_id: str) -> Exchange:
        """Make one of the calls that take an id, with the simplest body."""
        if operation == "updateSession":
            return self.update(session_id, accepting=False)
        return self.call(operation, session_id)

    def observe(self, session: Session) -> None:
        """Look at a session with every operation that shows something of it."""
        together(partial(self.call, operation, session.id) for operation in self.run.document.reads)
