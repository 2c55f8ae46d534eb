"""The emulated service: what it holds, and what its users and operators can do with it. No HTTP."""

from collections.abc import Callable, Generator, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from random import Random
from threading import RLock
from typing import Any, Final

from attrs import evolve, frozen

from runtime_sessions_emulator.core import life
from runtime_sessions_emulator.core.clock import Clock
from runtime_sessions_emulator.core.commands import (
    AddJobRule,
    Answer,
    CancelJob,
    CancelSession,
    CloseSession,
    Command,
    CreateSession,
    DeleteJob,
    Keeper,
    KeepResult,
    SetTime,
    SubmitJob,
    TagJob,
    UpdateSession,
)
from runtime_sessions_emulator.core.computation import (
    Computation,
    Computed,
    Computer,
    NotComputedError,
)
from runtime_sessions_emulator.core.config import Config, Instance, User
from runtime_sessions_emulator.core.errors import (
    ForbiddenError,
    JobEndedError,
    JobNotEndedError,
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    NotAcceptingError,
    OpenPlanError,
    UsageLimitError,
)
from runtime_sessions_emulator.core.job import (
    CANCELLED,
    COMPLETED,
    RAN_TOO_LONG,
    SECOND,
    Job,
    micros,
)
from runtime_sessions_emulator.core.job_rule import JobOrder, JobRule
from runtime_sessions_emulator.core.life import Mode, Session
from runtime_sessions_emulator.core.rules import Rules, new_job_id

OPEN_PLAN: Final = (
    "Dedicated session execution mode is not supported in the open plan. "
    "Jobs will run in job mode instead.."
)


#: Where a job lives: in a session, at a place there, or by itself.
Place = Job | tuple[str, int]


@frozen(kw_only=True)
class Held:
    """All that a service holds at a moment.

    Attributes:
        now: The moment, in microseconds since the epoch.
        random: Where its dice stand.
        sessions: The sessions by their ids, in the order in which they were created.
        jobs: Where each job lives, in the order of submission.
        job_ids: The jobs of each user, in the order of submission.
        results: What somebody was told of a computation, by its job.
        computations: What is or was computed, by the job that it is for.
        below: Of each instance that can reach a limit: until when it was seen not to have done so.
    """

    now: int
    random: tuple[Any, ...]
    sessions: MutableMapping[str, Session]
    jobs: dict[str, Place]
    job_ids: dict[str, list[str]]
    job_rules: list[JobRule]
    results: dict[str, Computed]
    computations: dict[str, Computation]
    below: dict[str, int]


class Service:
    """The sessions and jobs of all users, and the time they live in.

    Whatever changes them is a command, and goes through `do`: each of the methods that change
    something makes one. What it does is `fold`'s to say.

    Attributes:
        keeper: Who keeps what is done beyond this process; None: nobody does.
        folds: What each kind of command does. Whoever has more to be changed than is here adds it.
        looked: The latest moment at which a look at a session found that time had changed it.
    """

    def __init__(
        self,
        config: Config,
        rules: Rules,
        clock: Clock,
        seed: int = 0,
        computer: Computer | None = None,
    ) -> None:
        self.config: Final = config
        self.rules: Final = rules
        self.clock: Final = clock
        self.seed: Final = seed
        self._computer = computer
        #: What is or was computed, by the job that it is for.
        self._computations: dict[str, Computation] = {}
        # Requests come in one thread, the methods of Python's `Emulator` are called in others.
        self.lock: Final = RLock()
        self.users: Final = {user.token: user for user in self.config.users}
        self._users = {user.id: user for user in self.config.users}
        self.keeper: Keeper | None = None
        self.folds: Final[dict[type[Command[Any]], Callable[[Any], Any]]] = {
            CreateSession: self._create,
            UpdateSession: self._update,
            CloseSession: self._close,
            CancelSession: self._cancel,
            SubmitJob: self._submit,
            CancelJob: self._cancel_job,
            DeleteJob: self._delete_job,
            TagJob: self._tag_job,
            KeepResult: self._keep_result,
            AddJobRule: self._add_job_rule,
            SetTime: self._set_time,
        }
        #: Whether what happens has happened before: nothing is computed for it until it is wanted.
        self.reliving = False
        self.looked = 0
        self._backends = frozenset(self.config.backends)
        self._instances = {instance.name: instance for instance in self.config.instances}
        self._limits = {
            instance.name: micros(instance.usage_limit)
            for instance in self.config.instances
            if instance.usage_limit is not None
        }
        self.reset()

    def reset(self) -> None:
        """Be as at the start: nothing is held, and ids and time begin anew."""
        self.clock.reset()
        self._random = Random(self.seed)  # noqa: S311 - ids that a seed repeats are the point
        self.looked = 0
        self._sessions: MutableMapping[str, Session] = {}
        self._jobs: dict[str, Place] = {}
        self._job_ids: dict[str, list[str]] = {user.id: [] for user in self.config.users}
        self.job_rules: list[JobRule] = []
        # Of each instance that can reach a limit: until when it was seen not to have done so.
        some = [name for name, limit in self._limits.items() if limit > 0]
        self._below = dict.fromkeys(some, self.clock.now()) if self.rules.limit_closes else {}
        #: What somebody was told of a computation, by its job; kept only where there is a keeper.
        self._results: dict[str, Computed] = {}
        self._compute_only({})

    def do(self, command: Command[Answer]) -> Answer:
        """Do a command, and have it kept where there is somebody who keeps it."""
        if self.keeper is None:
            return self.fold(command)
        return self.keeper.do(command)

    def fold(self, command: Command[Answer]) -> Answer:
        """Do a command at the moment that the clock tells.

        Whatever is refused is refused before anything has changed.
        """
        answer: Answer = self.folds[type(command)](command)
        return answer

    def current(self) -> AbstractContextManager[object]:
        """Have the service alone in the block, and in it all that others did who share it.

        Raises:
            StateError: What is kept is out of reach.
        """
        # The lock is all that it takes where nobody shares it: each request comes by here.
        return self.lock if self.keeper is None else self._caught_up(self.keeper)

    @contextmanager
    def _caught_up(self, keeper: Keeper) -> Generator[None]:
        with self.lock:
            keeper.catch_up()
            yield

    def save(self) -> Held:
        """All that there is to it, at this moment."""
        return Held(
            now=self.clock.now(),
            random=self._random.getstate(),
            sessions=copy(self._sessions),
            jobs=dict(self._jobs),
            job_ids={user: list(ids) for user, ids in self._job_ids.items()},
            job_rules=list(self.job_rules),
            results=dict(self._results),
            computations=dict(self._computations),
            below=dict(self._below),
        )

    def load(self, held: Held) -> None:
        """Be as it was when it was saved, at that moment."""
        self.clock.set(held.now)
        self.looked = 0
        self._random.setstate(held.random)
        self._sessions, self._jobs = copy(held.sessions), dict(held.jobs)
        self._job_ids = {user: list(ids) for user, ids in held.job_ids.items()}
        self.job_rules = list(held.job_rules)
        self._results = dict(held.results)
        self._below = dict(held.below)
        self._compute_only(dict(held.computations))

    def stop_computing(self) -> None:
        """Compute nothing any more, until somebody waits for it."""
        for computation in self._computations.values():
            computation.stop()

    def _compute_only(self, computations: dict[str, Computation]) -> None:
        for job_id, computation in self._computations.items():
            if computations.get(job_id) is not computation:
                computation.stop()
        self._computations = computations

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
        return self.do(
            CreateSession(
                user=user.id,
                backend=backend,
                instance=instance,
                max_ttl=max_ttl,
                mode=mode,
                active_ttl=active_ttl,
                interactive_ttl=interactive_ttl,
            )
        )

    def _create(self, command: CreateSession) -> tuple[Session, list[str]]:
        user, instance, backend = self._users[command.user], command.instance, command.backend
        mode, max_ttl = command.mode, command.max_ttl
        if instance not in user.instances:
            raise ForbiddenError("The instance is not one of the user's.")
        if backend is not None and backend not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        plan = self._instances[instance]
        wanted = Mode(mode or Mode.DEDICATED)
        warnings: list[str] = []
        job_mode = plan.open_plan and wanted is Mode.DEDICATED
        # What the instance used up before, which nobody may have looked at since, is not for this.
        self._close_at_limit(instance, self.clock.now())
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
        active = command.active_ttl or plan.active_ttl or granted
        interactive = command.interactive_ttl or self._interactive_ttl(plan, wanted)
        session = life.create(
            Session(
                id=self._new_id(self._sessions, self.rules.session_id, command.id),
                owner=user.id,
                backend=backend,
                instance=instance,
                mode=wanted,
                created_at=self.clock.now(),
                max_ttl=granted,
                active_ttl=min(active, granted),
                interactive_ttl=min(interactive, granted),
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
        self.do(UpdateSession(user.id, session_id, accepting_jobs))

    def _update(self, command: UpdateSession) -> None:
        session, now = self.get(self._users[command.user], command.session_id)
        self._keep(life.update(session, now, accepting_jobs=command.accepting_jobs))

    def close(self, user: User, session_id: str) -> None:
        """Close a session at once. Raises NoSuchSessionError as `get`."""
        self.do(CloseSession(user.id, session_id))

    def _close(self, command: CloseSession) -> None:
        session, now = self.get(self._users[command.user], command.session_id)
        self._keep(life.close(session, now))

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
            UsageLimitError: The instance has used all that it may.
        """
        return self.do(SubmitJob(user.id, order, session_id, instance, backend))

    def _submit(self, command: SubmitJob) -> Job:
        user, order, instance = self._users[command.user], command.order, command.instance
        backend = command.backend
        if command.session_id is not None:
            return self._submit_into(command, command.session_id)
        if instance not in user.instances:
            raise ForbiddenError("The instance is not one of the user's.")
        if backend not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        self._hold_to_usage(instance)
        now = self.clock.now()
        job = self._new_job(command, order, session_id=None, instance=instance, backend=backend)
        self._jobs[job.id] = job.started(now)
        self._job_ids[user.id].append(job.id)
        self._compute(job)
        return job

    def _submit_into(self, command: SubmitJob, session_id: str) -> Job:
        user, order, backend = self._users[command.user], command.order, command.backend
        session, now = self.get(user, session_id)
        # Where that is why the session is closed, it is what helps to know.
        self._hold_to_usage(session.instance)
        if not session.accepting_jobs or session.state.final:
            raise NotAcceptingError("The session accepts no jobs.")
        chosen = session.backend or backend
        if chosen not in self._backends:
            raise NoSuchBackendError("There is no such backend.")
        session = evolve(session, backend=chosen)
        job = self._new_job(
            command, order, session_id=session_id, instance=session.instance, backend=chosen
        )
        self._jobs[job.id] = (session_id, len(session.jobs))
        self._job_ids[user.id].append(job.id)
        self._keep(life.settle(life.submit(session, job, now), now))
        self._compute(job)
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

    def known(self, job: Job) -> Job:
        """The job with how it ended, which where it is computed may not be as it was to end.

        Raises:
            NotComputedError: That is not known yet.
        """
        computed = self._computed(job)
        if computed is None or computed.failure is None:
            return job
        return evolve(job, end=computed.failure)

    def as_far_as_known(self, job: Job) -> Job:
        """The job with how it ended, or while that is not known with how it is to end."""
        try:
            return self.known(job)
        except NotComputedError:
            return job

    def result(self, job: Job) -> str | None:
        """What a job gave that has completed; None: there is nothing that it could have given.

        Raises:
            NotComputedError: That is not known yet.
        """
        if job.result is not None:
            return job.result
        computed = self._computed(job)
        return None if computed is None else computed.result

    def result_stage(self, job: Job) -> str | None:
        """Whether a job's result is "computing", "there" or "failed"; None: it will have none."""
        if job.end is not None and not job.completed:
            return None
        if job.result is not None:
            return "there"
        computation = self._computation(job)
        outcome = self._results.get(job.id)
        if outcome is None and computation is not None:
            outcome = computation.outcome
        if outcome is not None:
            return "there" if outcome.failure is None else "failed"
        return None if computation is None else "computing"

    def log(self, job: Job) -> str:
        """What was said while a job that has ended was computed. Raises as `known`."""
        computed = self._computed(job)
        return "" if computed is None else computed.log

    def _computed(self, job: Job) -> Computed | None:
        """What came of a job that has completed; None where nothing is computed."""
        told = self._results.get(job.id)
        if told is not None:
            return told if job.completed else None
        computation = self._computation(job)
        if computation is None or not job.completed:
            return None
        if computation.outcome is None:
            # It was stopped where this is a time from before it was.
            computation.begin()
            raise NotComputedError(computation)
        if self.keeper is not None:
            # What somebody was told once stays true, whatever another process would compute.
            return self.do(KeepResult(job.id, computation.outcome))
        return computation.outcome

    def _keep_result(self, command: KeepResult) -> Computed:
        return self._results.setdefault(command.job_id, command.computed)

    def _computation(self, job: Job) -> Computation | None:
        """The computation of a job, which another process may have begun before; not begun here."""
        if self.keeper is not None and job.id not in self._computations:
            self._prepare(job)
        return self._computations.get(job.id)

    def cancel_job(self, user: User, job_id: str) -> None:
        """Cancel a job that is queued or runs, or of which nobody knows yet how it ended.

        Raises:
            NoSuchJobError: The user has no such job.
            JobEndedError: It has ended.
        """
        self.do(CancelJob(user.id, job_id))

    def _cancel_job(self, command: CancelJob) -> None:
        user, job_id = self._users[command.user], command.job_id
        job, now = self.job(user, job_id)
        if job.end is not None:
            # Where it was done before, how it ended was not known then.
            if not self._is_computed(job) and not self.reliving:
                raise JobEndedError("The job has ended.")
            self._replace(evolve(job, end=CANCELLED))
            if job_id in self._computations:
                self._computations[job_id].stop()
            return
        where = self._jobs[job_id]
        if isinstance(where, Job):
            cancelled = job.ended(now, CANCELLED)
            self._jobs[job_id] = cancelled
            self._stop_if_in_vain(cancelled)
            return
        session_id, place = where
        session = self._sessions[session_id]
        self._keep(life.cancel_job(session, place, CANCELLED, now))

    def delete_job(self, user: User, job_id: str) -> None:
        """Forget a job that has ended.

        Raises:
            NoSuchJobError: The user has no such job.
            JobNotEndedError: It is queued or runs.
        """
        self.do(DeleteJob(user.id, job_id))

    def _delete_job(self, command: DeleteJob) -> None:
        user, job_id = self._users[command.user], command.job_id
        job, _ = self.job(user, job_id)
        if job.end is None:
            raise JobNotEndedError("The job has not ended.")
        # Its session keeps it: what the session used does not become less.
        del self._jobs[job_id]
        self._job_ids[user.id].remove(job_id)
        self._results.pop(job_id, None)
        computation = self._computations.pop(job_id, None)
        if computation is not None:
            computation.stop()

    def tag_job(self, user: User, job_id: str, tags: list[str]) -> None:
        """Give a job other tags than it had. Raises NoSuchJobError as `job`."""
        self.do(TagJob(user.id, job_id, tags))

    def _tag_job(self, command: TagJob) -> None:
        job, _ = self.job(self._users[command.user], command.job_id)
        self._replace(evolve(job, request={**job.request, "tags": command.tags}))

    def add_job_rule(self, rule: JobRule) -> None:
        """Say how jobs go that programs submit from now on; the newest rule that applies holds."""
        self.do(AddJobRule(rule))

    def _add_job_rule(self, command: AddJobRule) -> None:
        self.job_rules.append(command.rule)

    def set_time(self, to: int) -> None:
        """Make it another time, in microseconds since the epoch."""
        self.do(SetTime(to))

    def _set_time(self, command: SetTime) -> None:
        self.clock.set(command.to)

    def jobs_of(self, session: Session) -> list[Job]:
        """The jobs of a session that nobody deleted, in the order of submission."""
        return [job for job in session.jobs if job.id in self._jobs]

    def used(self, instance: str) -> int:
        """For how long jobs have run in an instance, in microseconds."""
        now = self.clock.now()
        self._close_at_limit(instance, now)
        return self._used_by(instance, now)

    def _used_by(self, instance: str, at: int) -> int:
        """The same at a moment, which is not before any that a session was looked at."""
        sessions = self._sessions_in(instance)
        used = sum(life.running_time(session, at) for session in sessions)
        loose = (job for job in self._jobs.values() if isinstance(job, Job))
        return used + sum(
            job.settled(at).running_time(at) for job in loose if job.instance == instance
        )

    def _sessions_in(self, instance: str) -> list[Session]:
        return [one for one in self._sessions.values() if one.instance == instance]

    def usage_limit(self, instance: str) -> float | None:
        """For how many seconds jobs may run in an instance; None: there is no limit."""
        return self._instances[instance].usage_limit

    def _hold_to_usage(self, instance: str) -> None:
        limit = self._limits.get(instance)
        if limit is not None and self.used(instance) >= limit:
            raise UsageLimitError("The instance has used all that it may.")

    def workloads(self, user: User) -> Iterator[Session | Job]:
        """The user's sessions as they stand, and its jobs that are in none, each oldest first.

        Raises:
            NotComputedError: It is not known yet how one of the jobs ended.
        """
        for session in list(self._sessions.values()):
            if session.owner == user.id:
                yield self._settled(session)[0]
        for job in reversed(list(self.jobs(user))):
            if job.session_id is None:
                yield self.known(job)

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
        return self._users[session.owner]

    def cancel(self, session_id: str) -> None:
        """Cancel a session as an operator.

        Raises:
            NoSuchSessionError: There is no such session.
        """
        self.do(CancelSession(session_id))

    def _cancel(self, command: CancelSession) -> None:
        session, now = self.get(self.owner(command.session_id), command.session_id)
        self._keep(life.cancel(session, now))

    def age(self, session_id: str | None) -> float | None:
        """How many seconds ago a session was created; None where there is none."""
        session = self._sessions.get(session_id or "")
        return None if session is None else (self.clock.now() - session.created_at) / SECOND

    def _compute(self, job: Job) -> None:
        """Begin to compute what a new job will give, if it is to give what is computed."""
        if self.reliving:
            return
        computation = self._prepare(job)
        if computation is not None:
            computation.begin()

    def _prepare(self, job: Job) -> Computation | None:
        """The computation of a job, if it is to give what is computed."""
        if self._computer is None or job.result is not None or job.outcome != COMPLETED:
            return None
        computation = self._computer.computation(
            program=job.program,
            params=job.request.get("params") or {},
            backend=job.backend,
            seed=Random(f"{self.seed} {job.id}").getrandbits(31),  # noqa: S311 - to be repeated
        )
        if computation is not None:
            self._computations[job.id] = computation
        return computation

    def _is_computed(self, job: Job) -> bool:
        """Whether what comes of a job is still being computed."""
        if job.id in self._results:
            return False
        computation = self._computation(job)
        return job.completed and computation is not None and computation.outcome is None

    def _stop_if_in_vain(self, job: Job) -> None:
        """Compute no more for a job that has ended otherwise than by completing."""
        if job.end is not None and not job.completed and job.id in self._computations:
            self._computations[job.id].stop()

    def _keep(self, session: Session) -> None:
        """Have the session be as it stands now."""
        self._sessions[session.id] = session
        if self._computations:
            for job in session.jobs:
                self._stop_if_in_vain(job)

    def _replace(self, job: Job) -> None:
        """Have a job be told otherwise from now on."""
        where = self._jobs[job.id]
        if isinstance(where, Job):
            self._jobs[job.id] = job
            return
        session_id, place = where
        self._sessions[session_id] = life.replace_job(self._sessions[session_id], place, job)

    def _close_at_limit(self, instance: str, now: int) -> None:
        """Close the sessions of an instance at the moment at which it has used all that it may."""
        below = self._below.get(instance)
        if below is None or below == now:
            return
        if self._used_by(instance, now) < self._limits[instance]:
            self._below[instance] = now
            return
        # It happens once: what is created later on was not there.
        del self._below[instance]
        self.looked = now
        # What was used never becomes less: the moment is found by halving the time.
        reached = now
        while reached - below > 1:
            between = (below + reached) // 2
            if self._used_by(instance, between) < self._limits[instance]:
                below = between
            else:
                reached = between
        for session in self._sessions_in(instance):
            self._keep(life.exhaust(life.settle(session, reached), reached))

    def _settled(self, session: Session) -> tuple[Session, int]:
        now = self.clock.now()
        if session.instance in self._below:
            self._close_at_limit(session.instance, now)
        # The one that was taken up may be from before that.
        session = self._sessions[session.id]
        if session.due <= now:
            self.looked = now
            session = life.settle(session, now)
            self._keep(session)
        return session, now

    def _job_at(self, where: Job | tuple[str, int]) -> tuple[Job, int]:
        if isinstance(where, Job):
            now = self.clock.now()
            return where.settled(now), now
        session, now = self._settled(self._sessions[where[0]])
        return session.jobs[where[1]], now

    def _new_job(
        self,
        command: SubmitJob,
        order: JobOrder,
        *,
        session_id: str | None,
        instance: str,
        backend: str,
    ) -> Job:
        rule = order.rule or self._rule(order, session_id, backend)
        duration = self.config.job_duration if rule.duration is None else rule.duration
        outcome = rule.end
        if 0 < order.cost < duration or (rule.outcome == "ran_too_long" and order.cost > 0):
            duration, outcome = order.cost, RAN_TOO_LONG
        return Job(
            id=self._new_id(self._jobs, new_job_id, command.id),
            owner=command.user,
            instance=instance,
            backend=backend,
            created_at=self.clock.now(),
            duration=micros(duration),
            outcome=outcome,
            request=order.request,
            result=rule.text,
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

    def _new_id(
        self, taken: Mapping[str, object], make: Callable[[Random], str], decided: str | None
    ) -> str:
        """A new id, or the one that chance decided before. The dice go on in either case."""
        while True:
            new = make(self._random)
            if new not in taken:
                return decided or new
