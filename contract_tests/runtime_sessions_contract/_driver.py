"""Driving a server through the generated client, as one of its users."""

import json
from typing import Any, Protocol, Self, cast

import httpx

from runtime_sessions_api.classic.api.sessions import (
    close_session,
    create_session,
    get_session,
    get_session_extended,
    list_session_jobs,
    update_session,
)
from runtime_sessions_api.classic.client import AuthenticatedClient
from runtime_sessions_api.classic.models import SessionRequest, SessionUpdate
from runtime_sessions_contract._judge import ContractViolationError, Judge, Violation
from runtime_sessions_contract._life import What
from runtime_sessions_contract._run import Run, Wire
from runtime_sessions_contract._session import Session
from runtime_sessions_contract._target import TIMEOUT
from runtime_sessions_contract._wire import Caller, Exchange


class Encodes(Protocol):
    """A model of the generated client."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that it came from."""
        ...


class Endpoint(Protocol):
    """A module of the generated client."""

    def sync_detailed(self, *args: Any, client: AuthenticatedClient, **kwargs: Any) -> Any:  # noqa: ANN401
        """Make the call."""
        ...


ENDPOINTS: dict[str, Endpoint] = {
    "createSession": cast("Endpoint", create_session),
    "getSession": cast("Endpoint", get_session),
    "getSessionExtended": cast("Endpoint", get_session_extended),
    "updateSession": cast("Endpoint", update_session),
    "closeSession": cast("Endpoint", close_session),
    "listSessionJobs": cast("Endpoint", list_session_jobs),
}
JSON = "application/json"
READS = ("getSession", "getSessionExtended", "listSessionJobs")


class Actor:
    """Somebody who makes calls: a user with a token, in one of the two forms, or nobody.

    Every call is seen by the run's model; one that can't be raises ContractViolationError.
    """

    def __init__(self, run: Run, token: str | None, *, header: str = "Authorization") -> None:
        self.run = run
        self.wire = Wire(run)
        headers: dict[str, str] = {}
        if token is not None:
            headers[header] = f"Bearer {token}" if header == "Authorization" else token
        http = httpx.Client(
            base_url=run.target.url,
            transport=self.wire,
            headers=headers,
            timeout=TIMEOUT,
            trust_env=False,
        )
        # The token is in the headers already: the client itself only has to be of the right type.
        self.client = AuthenticatedClient(base_url=run.target.url, token="").set_httpx_client(http)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.get_httpx_client().close()

    def call(self, operation: str, *args: str, **kwargs: Any) -> Exchange:  # noqa: ANN401
        """Make a call; the client must decode the answer, and encode it back as it came."""
        self.wire.taken.clear()
        failure: Exception | None = None
        parsed: Encodes | None = None
        try:
            parsed = ENDPOINTS[operation].sync_detailed(*args, client=self.client, **kwargs).parsed
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is looked for
            failure = error
        if not self.wire.taken and failure is not None:
            # It was not even sent: the budget of a live run is spent.
            raise failure
        exchange = self.wire.taken[-1]
        violations = self.run.sees(exchange)
        if not violations:
            violations = self._coded(exchange, parsed, failure)
        if violations:
            raise ContractViolationError(violations)
        return exchange

    def _coded(
        self, exchange: Exchange, parsed: Encodes | None, failure: Exception | None
    ) -> list[Violation]:
        if failure is not None and not self.run.model.shapes:
            # What a live service answers otherwise than documented is drift.
            return []
        judge = Judge(self.run.tally, exchange)
        if judge(
            "client decodes", "a model", repr(failure), "#/components/schemas", ok=failure is None
        ):
            back = None if parsed is None else json.dumps(parsed.to_dict(), sort_keys=True)
            came = json.dumps(exchange.json(), sort_keys=True) if exchange.body else None
            judge("client encodes back", came, back, "#/components/schemas")
        return [self.run.dressed(violation) for violation in judge.found]

    def raw(self, method: str, path: str, content: bytes = b"", kind: str = JSON) -> Exchange:
        """Make a call that the client would not make; the model sees it as any other."""
        self.wire.taken.clear()
        headers = {"content-type": kind} if content else {}
        self.client.get_httpx_client().request(method, path, content=content, headers=headers)
        exchange = self.wire.taken[-1]
        if violations := self.run.sees(exchange):
            raise ContractViolationError(violations)
        return exchange

    def create(self, **fields: Any) -> Session | None:  # noqa: ANN401
        """Create a session, on the target's own names if no others are given; None if refused."""
        body = {"backend": self.run.target.backend, "instance": self.run.target.instance, **fields}
        exchange = self.call("createSession", body=SessionRequest.from_dict(body))
        return self.run.model.sessions[exchange.json()["id"]] if exchange.succeeded else None

    def update(self, session_id: str, *, accepting: bool) -> Exchange:
        """Let a session accept jobs, or no more."""
        return self.call("updateSession", session_id, body=SessionUpdate(accepting_jobs=accepting))

    def any_call(self, operation: str, session_id: str) -> Exchange:
        """Make one of the calls that take an id, with the simplest body."""
        if operation == "updateSession":
            return self.update(session_id, accepting=False)
        return self.call(operation, session_id)

    def observe(self, session: Session) -> None:
        """Look at a session in every way there is."""
        for operation in READS:
            self.call(operation, session.id)


class Cast:
    """Everybody who plays: two users, one in both forms of authentication, and two nobodies."""

    def __init__(self, run: Run) -> None:
        secrets = run.target.secrets
        self.run = run
        self.user = Actor(run, secrets.token)
        self.by_header = Actor(run, secrets.token, header="X-Access-Token")
        self.other = Actor(run, secrets.other_token) if secrets.other_token else None
        self.nobody = Actor(run, None)
        self.impostor = Actor(run, "no-such-token")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in (self.user, self.by_header, self.other, self.nobody, self.impostor):
            if actor is not None:
                actor.close()

    def of(self, session: Session) -> Actor:
        """The actor whose session it is."""
        return self.other if session.owner is Caller.OTHER and self.other else self.user

    def observe(self, *sessions: Session) -> None:
        """Look at sessions in every way, each as its owner."""
        for session in sessions:
            self.of(session).observe(session)

    def submit(self, session: Session, duration: float, outcome: str = "completed") -> None:
        """Submit a job through the control plane."""
        control, run = self.run.control, self.run
        if control is None:
            return
        self.settle(session)
        call = run.controlled(
            "/jobs", {"session_id": session.id, "duration": duration, "outcome": outcome}
        )
        job = control.submit(session.id, duration, outcome)
        when = (call.sent, control.now())
        accepting = session.views(*when)[0].accepting
        judge = Judge(run.tally, call, run.model.story(session))
        told = "a job is taken" if accepting else "a job is refused"
        pointer = "#/components/schemas/Session/properties/accepting_jobs"
        judge("jobs", told, "taken" if job else "refused", pointer, ok=accepting == bool(job))
        if judge.found:
            raise ContractViolationError([run.dressed(violation) for violation in judge.found])
        if job:
            session.do(
                What.SUBMIT, call, when, job=job, duration=duration, outcome=OUTCOMES[outcome]
            )

    def cancel(self, session: Session) -> None:
        """Cancel a session as an operator."""
        if self.run.control is None:
            return
        call = self.run.controlled(f"/sessions/{session.id}/cancel")
        self.run.control.cancel(session.id)
        session.do(What.CANCEL, call, (call.sent, self.run.now()))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        if self.run.control:
            self.run.model.advances.append(
                self.run.controlled("/clock/advance", {"seconds": seconds})
            )
            self.run.control.advance(seconds)

    def settle(self, *sessions: Session) -> None:
        """Step past changes so near that their order with the next call would not be certain."""
        control = self.run.control
        while control and not control.still and self.run.model.near_change(sessions, control.now()):
            self.advance(1)


#: The outcomes of jobs that a control plane knows by name, and the status that each ends in.
OUTCOMES = {
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "ran_too_long": "Cancelled",
}
