"""Everybody who takes part in a run: users, strangers, nobodies, and an emulator's operator."""

from functools import partial
from typing import Self

from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.drivers.actor import Actor, together
from runtime_sessions_contract.model.life import What
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.verdicts.violation import ContractViolationError


class Cast:
    """All actors of a run, and an emulator's operator.

    Attributes:
        user: The user.
        by_header: The same in the contract's other form of authentication, if it has one.
        elsewhere: The same in an instance beside, if one is known.
        other: A second user, if one is known.
        nobodies: Who has no token, a wrong one, or names no instance.
        astray: The user in an instance that is not there, where calls are made in one.
    """

    def __init__(self, run: Run) -> None:
        secrets, target = run.target.secrets, run.target
        self.run = run
        self.user = Actor(run, secrets.token)
        self.by_header = Actor(run, secrets.token, form=1, api_key=secrets.api_key)
        beside = target.open_instance or target.other_instance
        self.elsewhere = Actor(run, secrets.token, instance=beside) if beside else None
        self.other = Actor(run, secrets.other_token) if secrets.other_token else None
        self.nobody = Actor(run, None)
        self.impostor = Actor(run, f"{NOWHERE}token")
        self.nobodies = [self.nobody, self.impostor]
        if target.contract.credentials.by_api_key(f"{NOWHERE}key", target.instance) is not None:
            self.nobodies.append(Actor(run, None, api_key=f"{NOWHERE}key"))
        self.astray: Actor | None = None
        if target.contract.credentials.instance_header is not None:
            self.nobodies.append(Actor(run, secrets.token, instance=""))
            self.astray = Actor(run, secrets.token, instance=f"{NOWHERE}instance")

    @property
    def users(self) -> list[Actor]:
        """The actors with valid credentials, each in an instance of its own."""
        users = (self.user, self.elsewhere, self.other)
        return [actor for actor in users if actor is not None]

    @property
    def everybody(self) -> list[Actor]:
        """All actors."""
        astray = [] if self.astray is None else [self.astray]
        return [*self.users, self.by_header, *self.nobodies, *astray]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in self.everybody:
            actor.close()

    def of(self, session: Session) -> Actor:
        """The actor whose session it is."""
        return next(actor for actor in self.everybody if actor.owns(session))

    def strangers(self, session: Session) -> list[Actor]:
        """Users whose session it is not."""
        return [actor for actor in self.users if not actor.owns(session)]

    def observe(self, *sessions: Session) -> None:
        """Look at sessions as their owners, with every operation that shows something of them."""
        together(partial(self.of(session).observe, session) for session in sessions)

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
        accepting = session.views(*when)[0].takes_jobs
        judge = Judge(run.tally, call, lambda: run.known.story(session))
        told = "a job is taken" if accepting else "a job is refused"
        pointer = "#/components/schemas/Session/properties/accepting_jobs"
        judge("jobs", told, "taken" if job else "refused", pointer, ok=accepting == bool(job))
        if wrong := run.verdict(judge.found):
            raise ContractViolationError(wrong)
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
            self.run.known.advances.append(
                self.run.controlled("/clock/advance", {"seconds": seconds})
            )
            self.run.control.advance(seconds)

    def settle(self, *sessions: Session) -> None:
        """Move the clock past changes that are so near that they might come after the next call."""
        control = self.run.control
        while control and not control.still and self.run.known.near_change(sessions, control.now()):
            self.advance(1)


#: The outcomes of jobs that a control plane knows by name, and the status that each ends in.
OUTCOMES = {
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "ran_too_long": "Cancelled",
}
