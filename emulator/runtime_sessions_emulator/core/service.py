"""The emulated service: what it holds, and what its users and operators can do with it. No HTTP."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from threading import RLock
from typing import Any, Final

from attrs import evolve

from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import Clock
from runtime_sessions_emulator.core.config import Config, Instance, User
from runtime_sessions_emulator.core.errors import (
    ForbiddenError,
    JobEndedError,
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    NotAcceptingError,
    OpenPlanError,
)
from runtime_sessions_emulator.core.job import CANCELLED, RAN_TOO_LONG, SECOND, Job, micros
from runtime_sessions_emulator.core.job_rule import JobOrder, JobRule
from runtime_sessions_emulator.core.life import Mode, Session
from runtime_sessions_emulator.core.rules import Rules, new_job_id

OPEN_PLAN: Final = (
    "Dedicated session execution mode is not supported in the open plan. "
    "Jobs will run in job mode instead.."
)


class Service:
    """The sessions and jobs of all users, and the time they live in."""

    def __init__(self, config: Config, rules: Rules, clock: Clock, seed: int = 0) -> None:
        self.config: Final = config
        self.rules: Final = rules
        self.clock: Final = clock
        self.seed: Final = seed
        # Requests come in one thread, the methods of Python's `Emulator` are called in others.
        self.lock: Final = RLock()
        self.users: Final = {user.token: user for user in self.config.users}
        self._backends = frozenset(self.config.backends)
        self._instances = {instance.name: instance for instance in self.config.instances}
        self.reset()

    def reset(self) -> None:
        """Be as at the start: nothing is held, and ids and time begin anew."""
        self.clock.reset()
        self._random = Random(self.seed)  # noqa: S311 - ids that a seed repeats are the point
        self._sessions: dict[str, Session] = {}
        # Where each job lives: in a session, or by itself.
        self._jobs: dict[str, Job | tuple[str, int]] = {}
        self._job_ids: dict[str, list[str]] = {user.id: [] for user in self.config.users}
        self.job_rules: list[JobRule] = []

    def save(self) -> tuple[object, ...]:
        """All that there is to it, at this moment."""
        return (
            self.clock.now(),
            self._random.getstate(),
            dict(self._sessions),
            dict(self._jobs),
            {user: list(ids) for user, ids in self._job_ids.items()},
            list(self.job_rules),
        )

    def load(self, saved: tuple[Any, ...]) -> None:
        """Be as it was when it was saved, at that moment."""
        now, state, sessions, jobs, job_ids, rules = saved
        self.clock.set(now)
        self._random.setstate(state)
        self._sessions, self._jobs = dict(sessions), dict(jobs)
        self._job_ids = {user: list(ids) for user, ids in job_ids.items()}
        self.job_rules = list(rules)

    def create(  # noqa: PLR0913 - what can be asked for
        self,
        user: User,
        *,
        backend: str | None,
        instance: str,
        max_ttl: float | None,
        mode: str | None,
        active_ttl: float | None = None,
        interactive_ttl: float | None = None,
    ) -> tuple[Session, list[str]]:
        """Create a session; the strings are what the user is to be warned of.

        Raises:
            ForbiddenError: The user may not use the instance.
            NoSuchBackendError: The backend is not known.
            OpenPlanError: The open plan has no dedicated sessions.
        """
        if instance not in user.instances:
            raise ForbiddenError("The instance is not one of the user's.")
        if backend is not None and backend not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        plan = self._instances[instance]
        wanted = Mode(mode or Mode.DEDICATED)
        warnings: list[str] = []
        job_mode = plan.open_plan and wanted is Mode.DEDICATED
        if job_mode and self.rules.open_plan_refuses:
            raise OpenPlanError("The open plan has no dedicated sessions.")
        if job_mode:
            warnings.append(OPEN_PLAN)
        if max_ttl is not None and max_ttl > plan.max_ttl:
            warnings.append(
                f"The maximum session TTL of {instance} is {plan.max_ttl} seconds. "
                "The session gets that instead of what was asked for."
            )
        granted = plan.max_ttl if max_ttl is None else min(max_ttl, plan.max_ttl)
        active = active_ttl or plan.active_ttl or granted
        session = life.create(
            Session(
                id=self._new_id(self._sessions, self.rules.session_id),
                owner=user.id,
                backend=backend,
                instance=instance,
                mode=wanted,
                created_at=self.clock.now(),
                max_ttl=granted,
                active_ttl=min(active, granted),
                interactive_ttl=min(
                    interactive_ttl or self._interactive_ttl(plan, wanted), granted
                ),
                unused_ttl=self.config.unused_ttl,
                job_mode=job_mode,
                flag_moves=self.rules.flag_moves,
                unrun=self.rules.unrun,
            )
        )
        self._sessions[session.id] = session
        return session, warnings

    def longest(self, instance: str) -> float:
        """The longest and the default max TTL of an instance that there is, in seconds."""
        return self._instances[instance].max_ttl

    def _interactive_ttl(self, plan: Instance, mode: Mode) -> float:
        if plan.interactive_ttl is not None:
            return plan.interactive_ttl
        if mode is Mode.BATCH:
            return self.config.batch_interactive_ttl
        return self.config.interactive_ttl

    def get(self, user: User, session_id: str) -> tuple[Session, int]:
        """A session of the user as it stands, and the time at which it was looked at.

        Raises:
            NoSuchSessionError: The user has no such session.
        """
        session = self._sessions.get(session_id)
        if session is None or session.owner != user.id:
            raise NoSuchSessionError("There is no such session.")
        return self._settled(session)

    def update(self, user: User, session_id: str, *, accepting_jobs: bool) -> None:
        """Accept jobs in a session, or drain it. Raises NoSuchSessionError as `get`."""
        session, now = self.get(user, session_id)
        self._sessions[session_id] = life.update(session, now, accepting_jobs=accepting_jobs)

    def close(self, user: User, session_id: str) -> None:
        """Close a session at once. Raises NoSuchSessionError as `get`."""
        session, now = self.get(user, session_id)
        self._sessions[session_id] = life.close(session, now)

    def submit(
        self, user: User, order: JobOrder, *, session_id: str | None, instance: str, backend: str
    ) -> Job:
        """Submit a job, into a session (whose instance and backend it gets) or by itself.

        A session that has no backend yet gets the job's.

        Raises:
            NoSuchSessionError: The user has no such session.
            NotAcceptingError: The session accepts no jobs.
            ForbiddenError: The user may not use the instance.
            NoSuchBackendError: The backend is not known.
        """
        if session_id is not None:
            return self._submit_into(user, order, session_id, backend)
        if instance not in user.instances:
            raise ForbiddenError("The instance is not one of the user's.")
        if backend not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        now = self.clock.now()
        job = self._new_job(
            user, order, session_id=None, instance=instance, backend=backend, now=now
        )
        self._jobs[job.id] = job.started(now)
        self._job_ids[user.id].append(job.id)
        return job

    def _submit_into(self, user: User, order: JobOrder, session_id: str, backend: str) -> Job:
        session, now = self.get(user, session_id)
        if not session.accepting_jobs or session.state.final:
            raise NotAcceptingError("The session accepts no jobs.")
        chosen = session.backend or backend
        if chosen not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        session = evolve(session, backend=chosen)
        job = self._new_job(
            user,
            order,
            session_id=session_id,
            instance=session.instance,
            backend=chosen,
            now=now,
        )
        self._jobs[job.id] = (session_id, len(session.jobs))
        self._job_ids[user.id].append(job.id)
        self._sessions[session_id] = life.settle(life.submit(session, job, now), now)
        return job

    def job(self, user: User, job_id: str) -> tuple[Job, int]:
        """A job of the user as it stands, and the time at which it was looked at.

        Raises:
            NoSuchJobError: The user has no such job.
        """
        where = self._jobs.get(job_id)
        if where is None:
            raise NoSuchJobError("There is no such job.")
        job, now = self._job_at(where)
        if job.owner != user.id:
            raise NoSuchJobError("There is no such job.")
        return job, now

    def jobs(self, user: User, session_id: str | None = None) -> Iterator[Job]:
        """All jobs of the user, newest first; with a session's id, those of that session."""
        for job_id in reversed(self._job_ids[user.id]):
            job, _ = self._job_at(self._jobs[job_id])
            if session_id in {None, job.session_id}:
                yield job

    def cancel_job(self, user: User, job_id: str) -> None:
        """Cancel a job that is queued or runs.

        Raises:
            NoSuchJobError: The user has no such job.
            JobEndedError: It has ended.
        """
        job, now = self.job(user, job_id)
        if job.end is not None:
            raise JobEndedError("The job has ended.")
        where = self._jobs[job_id]
        if isinstance(where, Job):
            self._jobs[job_id] = job.ended(now, CANCELLED)
            return
        session_id, place = where
        session = self._sessions[session_id]
        self._sessions[session_id] = life.cancel_job(session, place, CANCELLED, now)

    def workloads(self, user: User) -> Iterator[Session | Job]:
        """The user's sessions as they stand, and its jobs that are in none, each oldest first."""
        for session in list(self._sessions.values()):
            if session.owner == user.id:
                yield self._settled(session)[0]
        for job in reversed(list(self.jobs(user))):
            if job.session_id is None:
                yield job

    def sessions(self) -> Iterator[Session]:
        """All sessions of all users as they stand, newest first."""
        for session in reversed(list(self._sessions.values())):
            yield self._settled(session)[0]

    def owner(self, session_id: str) -> User:
        """The user whose session it is, for what operators do in its name.

        Raises:
            NoSuchSessionError: There is no such session.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise NoSuchSessionError("There is no such session.")
        return next(user for user in self.config.users if user.id == session.owner)

    def cancel(self, session_id: str) -> None:
        """Cancel a session as an operator.

        Raises:
            NoSuchSessionError: There is no such session.
        """
        session, now = self.get(self.owner(session_id), session_id)
        self._sessions[session_id] = life.cancel(session, now)

    def age(self, session_id: str | None) -> float | None:
        """How many seconds ago a session was created; None where there is none."""
        session = self._sessions.get(session_id or "")
        return None if session is None else (self.clock.now() - session.created_at) / SECOND

    def _settled(self, session: Session) -> tuple[Session, int]:
        now = self.clock.now()
        if session.due <= now:
            session = life.settle(session, now)
            self._sessions[session.id] = session
        return session, now

    def _job_at(self, where: Job | tuple[str, int]) -> tuple[Job, int]:
        if isinstance(where, Job):
            now = self.clock.now()
            return where.settled(now), now
        session, now = self._settled(self._sessions[where[0]])
        return session.jobs[where[1]], now

    def _new_job(  # noqa: PLR0913 - what a job is
        self,
        user: User,
        order: JobOrder,
        *,
        session_id: str | None,
        instance: str,
        backend: str,
        now: int,
    ) -> Job:
        rule = order.rule or self._rule(order, session_id, backend)
        duration = self.config.job_duration if rule.duration is None else rule.duration
        outcome = rule.end
        if 0 < order.cost < duration or (rule.outcome == "ran_too_long" and order.cost > 0):
            duration, outcome = order.cost, RAN_TOO_LONG
        return Job(
            id=self._new_id(self._jobs, new_job_id),
            owner=user.id,
            instance=instance,
            backend=backend,
            created_at=now,
            duration=micros(duration),
            outcome=outcome,
            request=order.request,
            session_id=session_id,
        )

    def _rule(self, order: JobOrder, session_id: str | None, backend: str) -> JobRule:
        """The newest rule that applies, used once more."""
        for place, rule in reversed(list(enumerate(self.job_rules))):
            if rule.applies(order.request, session_id, backend):
                if rule.times == 1:
                    del self.job_rules[place]
                elif rule.times is not None:
                    self.job_rules[place] = evolve(rule, times=rule.times - 1)
                return rule
        return JobRule()

    def _new_id(self, taken: Mapping[str, object], make: Callable[[Random], str]) -> str:
        while True:
            new = make(self._random)
            if new not in taken:
                return new
