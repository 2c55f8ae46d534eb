"""The tour: a fixed walk through every state, every operation in it, every refusal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.drivers.lists import filter_jobs, list_workloads
from runtime_sessions_contract.drivers.refusals import malformed, refused
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.run.run import Run, attempt

#: How long the jobs of the tour run, in seconds: odd, so that no two moments fall together.
SHORT, LONG = 2.113, 31.337
#: When a session that never had a job may close by itself, in seconds.
UNUSED = 1800


@dataclass(frozen=True, slots=True)
class Stop:
    """A state to visit: how to get a session there, and with which mode and TTL."""

    name: str
    reach: Callable[[Cast, Session], None]
    mode: str = "dedicated"
    ttl: float | None = 450
    jobs: bool = True


def _nothing(_: Cast, __: Session) -> None:
    """Leave the session as it was created."""


def _busy(cast: Cast, session: Session) -> None:
    """Submit more jobs than can run side by side, with every outcome."""
    for outcome in (
        "completed",
        "failed",
        "cancelled",
        "ran_too_long",
        "completed",
        "completed",
        "failed",
    ):
        cast.submit(session, LONG, outcome)


def _active(cast: Cast, session: Session) -> None:
    """Make the session active: its one job has just ended."""
    cast.submit(session, SHORT)
    cast.advance(SHORT + 1)


def _inactive(cast: Cast, session: Session) -> None:
    """Let the session be without a job until it is inactive."""
    _active(cast, session)
    cast.advance(session.interactive_ttl + 1)


def _again(cast: Cast, session: Session) -> None:
    """Make an inactive session active again."""
    _inactive(cast, session)
    cast.submit(session, LONG)
    cast.advance(5)


def _long_inactive(cast: Cast, session: Session) -> None:
    """Let the session be inactive for as long as an unused one may live."""
    _inactive(cast, session)
    cast.advance(UNUSED)


def _unused(cast: Cast, session: Session) -> None:
    """Let the session be until it closes for never having had a job."""
    cast.advance(UNUSED - 60)
    cast.observe(session)
    cast.advance(61)


def _timed_out(cast: Cast, session: Session) -> None:
    """Let the session close by its max TTL while jobs run and wait."""
    # Its time does not run before its first job.
    cast.advance(7)
    _busy(cast, session)
    cast.advance(21)


def _outlived(cast: Cast, session: Session) -> None:
    """Let the last job end of a session that has closed by its max TTL."""
    _timed_out(cast, session)
    cast.advance(LONG)


def _drained(cast: Cast, session: Session) -> None:
    """Let a session without jobs accept no more: it closes."""
    cast.of(session).update(session.id, accepting=False)


def _draining(cast: Cast, session: Session) -> None:
    """Let a session with jobs accept no more."""
    cast.submit(session, LONG)
    cast.submit(session, SHORT)
    _drained(cast, session)


def _closed(cast: Cast, session: Session) -> None:
    """Close the session."""
    cast.of(session).call("closeSession", session.id)


def _canceled(cast: Cast, session: Session) -> None:
    """Cancel the session as an operator, with a job in it."""
    cast.submit(session, LONG)
    cast.cancel(session)


STOPS = (
    Stop("open", _nothing, jobs=False),
    Stop("open, batch", _nothing, mode="batch", jobs=False),
    Stop("active", _active),
    Stop("active, batch", _active, mode="batch"),
    Stop("jobs waiting", _busy),
    Stop("jobs waiting, batch", _busy, mode="batch"),
    Stop("inactive", _inactive),
    Stop("inactive, batch", _inactive, mode="batch"),
    Stop("inactive for long", _long_inactive, ttl=None),
    Stop("never used", _unused, ttl=None),
    Stop("active again", _again),
    Stop("draining", _draining),
    Stop("closed by max TTL", _timed_out, ttl=20),
    Stop("closed by max TTL, batch", _timed_out, ttl=20, mode="batch"),
    Stop("closed by max TTL, its job over", _outlived, ttl=20),
    Stop("drained", _drained, jobs=False),
    Stop("closed", _closed, jobs=False),
    Stop("canceled", _canceled),
)


class Tour:
    """Walks through all states, and looks at every session after every step."""

    def __init__(self, run: Run, cast: Cast) -> None:
        self.run = run
        self.cast = cast
        self.bystanders: list[Session] = []

    def walk(self) -> None:
        """Take all steps; what is wrong is reported, and the next step is taken."""
        for name, step in self._steps():
            if self.run.over:
                return
            self.run.progress(name)
            attempt(self.run, name, step)

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The steps of the tour, with their names."""
        yield "bystanders", self._settle_in
        yield "refusals", self._refusals
        yield "requests", self._requests
        yield "malformed requests", self._malformed
        # What takes few calls comes before what takes many.
        yield "paging", self._paging
        yield "workloads", lambda: list_workloads(self.cast)
        yield "versions", self._versions
        for stop in STOPS:
            if stop.jobs and self.run.control is None:
                continue
            for what, act in (
                ("drain", self._drain),
                ("accept", self._accept),
                ("close", self._close),
            ):
                yield f"{stop.name}: {what}", partial(self._visit, stop, act)
        yield "jobs of all sessions", self._all_jobs
        # Once more, now that there are sessions in every state.
        yield "workloads in every state", lambda: list_workloads(self.cast)

    def _settle_in(self) -> None:
        """Create a session for each user that is left alone: nothing may happen to it."""
        self.bystanders += filter(None, [self.cast.user.attempt(mode="batch", max_ttl=28000)])
        if self.cast.other is not None:
            self.bystanders += filter(None, [self.cast.other.attempt(max_ttl=27000)])
        self.cast.observe(*self.bystanders)

    def _refusals(self) -> None:
        """Try what has to be refused."""
        if self._settled("who is refused"):
            refused(self.cast, self.bystanders)

    def _malformed(self) -> None:
        """Try malformed requests."""
        if self._settled("what is malformed"):
            malformed(self.cast, self.bystanders)

    def _settled(self, what: str) -> bool:
        """Whether there is a session to try something on; if not, that is noted."""
        if not self.bystanders:
            self.run.unlooked.append((what, "no session could be created"))
        return bool(self.bystanders)

    def _visit(self, stop: Stop, act: Callable[[Session], None]) -> None:
        """Bring a session into a state, do something to it, and look at it and its neighbours."""
        # One that is made just before and just after: what is done is not done to them.
        user = self.cast.user
        before, session, after = (
            user.attempt(),
            user.attempt(mode=stop.mode, max_ttl=stop.ttl),
            user.attempt(),
        )
        if before is None or session is None or after is None:
            self.run.unlooked.append((stop.name, "no session could be created"))
            return

        def trying(step: Callable[[], object]) -> None:
            attempt(self.run, stop.name, step)

        trying(lambda: self.cast.observe(before, session, after))
        trying(lambda: stop.reach(self.cast, session))
        trying(lambda: self.cast.observe(session))
        self.cast.settle(session)
        trying(lambda: act(session))
        trying(lambda: self.cast.observe(session))
        for seconds in (SHORT * 2, LONG, 61, 451) if stop.jobs else ():
            self.cast.advance(seconds)
            trying(lambda: self.cast.observe(session))
        trying(lambda: self.cast.observe(before, after, *self.bystanders))

    def _drain(self, session: Session) -> None:
        """Let a session accept no more jobs, then accept them again."""
        self.cast.user.update(session.id, accepting=False)
        self.cast.observe(session)
        self.cast.submit(session, SHORT)
        self.cast.settle(session)
        self.cast.user.update(session.id, accepting=True)

    def _accept(self, session: Session) -> None:
        """Let a session accept jobs, which it may do already."""
        self.cast.by_header.update(session.id, accepting=True)
        self.cast.observe(session)
        self.cast.submit(session, SHORT)

    def _close(self, session: Session) -> None:
        """Close a session, and then once more."""
        self.cast.user.call("closeSession", session.id)
        self.cast.observe(session)
        self.cast.advance(3)
        self.cast.user.call("closeSession", session.id)
        self.cast.observe(session)
        self.cast.submit(session, SHORT)

    def _requests(self) -> None:
        """Create sessions with all that can be asked for: it is kept, or refused."""
        cast, contract = self.cast, self.run.target.contract
        modes: list[dict[str, Any]] = [{"mode": "dedicated"}, {"mode": "batch"}]
        wanted = [{}, *modes, *contract.samples.creations(self.run.target.backend)]
        wanted += [{"max_ttl": ttl} for ttl in (0.5, 1, 60, 449.25, 28799, 28800, 28801, 1e6)]
        created = [(cast.user, fields) for fields in wanted]
        if cast.elsewhere is not None:
            created += [(cast.elsewhere, fields) for fields in modes]
        for actor, fields in created:
            session = actor.attempt(**fields)
            if session is not None:
                attempt(self.run, "requests", partial(self._look_in, session, fields))
        cast.user.attempt(backend=f"{NOWHERE}backend")
        cast.user.attempt(instance=f"{NOWHERE}/no-such/instance")

    def _look_in(self, session: Session, fields: dict[str, Any]) -> None:
        """Look at a session that was just created, and let its TTLs run."""
        self.cast.observe(session)
        if self.run.control and fields.keys() != {"max_ttl"}:
            self.cast.submit(session, LONG)
            self.cast.observe(session)
        active_ttl = session.asked.active_ttl
        if self.run.control and active_ttl is not None:
            # With a job that would keep it active for longer than it may be.
            self.cast.submit(session, active_ttl + LONG)
            self.cast.advance(active_ttl + 1)
            self.cast.observe(session)

    def _paging(self) -> None:
        """Ask for all kinds of pages of a session's jobs."""
        jobs = self.run.document.jobs
        session = self.cast.user.attempt(mode="batch")
        if session is None:
            self.run.unlooked.append(("paging", "no session could be created"))
            return
        for _ in range(7):
            self.cast.submit(session, SHORT)
        for limit, offset in ((1, 0), (3, 2), (2, 6), (200, 0), (7, 7), (1, 1000)):
            self.cast.user.call(jobs, session.id, limit=limit, offset=offset)
        for asked in ({"limit": 2}, {"offset": 3}, *self.run.target.contract.samples.pages()):
            self.cast.user.call(jobs, session.id, **asked)
        filter_jobs(self.cast, session)
        self.cast.advance(SHORT * 3)
        filter_jobs(self.cast, session)

    def _all_jobs(self) -> None:
        """Ask for the jobs of all sessions, where that can be asked: none of anybody else's."""
        jobs = self.run.document.jobs
        if self.run.document.operations[jobs].in_path:
            return
        for actor in self.cast.users:
            actor.call(jobs)
            actor.call(jobs, limit=2, offset=1)

    def _versions(self) -> None:
        """Call what is open to everybody, with credentials and without."""
        for operation in self.run.document.operations.values():
            if operation.public:
                self.cast.user.call(operation.name)
                self.cast.nobody.call(operation.name)


def tour(run: Run) -> None:
    """Walk the tour."""
    with Cast(run) as cast:
        Tour(run, cast).walk()
