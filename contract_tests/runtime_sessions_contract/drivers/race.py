"""The race: many calls at once. None may be lost, made twice or mixed up with another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from runtime_sessions_contract.checks.shapes import judge_shape
from runtime_sessions_contract.drivers.actor import Actor, jobs_of
from runtime_sessions_contract.drivers.cast import Cast
from runtime_sessions_contract.model.life import What
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.run.run import Run, attempt
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.verdicts.violation import ContractViolationError

#: How many call at once, and how often.
ACTORS, ROUNDS = 6, 2
#: How long the jobs of the race run, in seconds.
DURATION = 5.5
UPDATE = "#/paths/~1sessions~1{id}/patch"
CLOSE = "#/paths/~1sessions~1{id}~1close/delete"


class Race:
    """Actors who make their calls at the same time."""

    def __init__(self, run: Run, cast: Cast, pool: ThreadPoolExecutor, actors: list[Actor]) -> None:
        self.run = run
        self.cast = cast
        self.pool = pool
        self.actors = actors

    def together(self, act: Callable[[Actor, int], object]) -> None:
        """Let all actors act at once, and report what is wrong."""
        futures = [self.pool.submit(act, actor, place) for place, actor in enumerate(self.actors)]
        for future in futures:
            error = future.exception()
            if isinstance(error, ContractViolationError):
                self.run.report(error.violations)
            elif error is not None:
                raise error

    def sessions(self) -> list[Session]:
        """Create sessions at once: each actor gets its own session, as it was asked for."""
        made: list[Session | None] = [None] * len(self.actors)

        def create(actor: Actor, place: int) -> None:
            mode = ("batch", "dedicated")[place % 2]
            made[place] = actor.attempt(max_ttl=600 + place, mode=mode)

        self.together(create)
        found = [session for session in made if session is not None]
        self.look(found)
        return found

    def look(self, sessions: list[Session]) -> None:
        """Look at all of them, all at once."""

        def observe(actor: Actor, place: int) -> None:
            for session in sessions[place :: len(self.actors)]:
                actor.observe(session)

        self.together(observe)

    def each_their_own(self) -> None:
        """Close every second of some new sessions, all at once: the others stay as they are."""
        sessions = self.sessions()

        def act(actor: Actor, place: int) -> None:
            if place % 2:
                actor.any_call("closeSession", sessions[place].id)
            else:
                actor.update(sessions[place].id, accepting=True)

        if len(sessions) < len(self.actors):
            return
        self.together(act)
        self.look(sessions)

    def all_the_same(self, operation: str) -> None:
        """Let all actors end one session at once: each call succeeds, and the session ends once."""
        session = self.actors[0].attempt()
        if session is None:
            return
        self.together(lambda actor, _: actor.any_call(operation, session.id))
        self.look([session] * len(self.actors))

    def jobs(self) -> None:
        """Let all actors submit a job to one session at once: each job is there once."""
        control, session = self.run.control, self.actors[0].attempt(mode="batch")
        if control is None or session is None:
            return

        def submit(_: Actor) -> str | None:
            return control.submit(session.id, DURATION, "completed")

        begun = self.run.now()
        submitted = list(self.pool.map(submit, self.actors))
        when = (begun, self.run.now())
        exchange = self.actors[0].recorder.taken[-1]
        # Past the model: it learns from the list in which order they came.
        actor = self.actors[0]
        actor.http.get(
            jobs_of(actor.run, session.id), headers=dict(actor.contract.credentials.parameters)
        )
        listed = self.actors[0].recorder.taken[-1]
        judge = Judge(self.run.tally, listed, lambda: (exchange,))
        judge_shape(judge, self.run.document, listed)
        if wrong := self.run.verdict(judge.found):
            raise ContractViolationError(wrong)
        page = listed.json()
        ids = sorted(job["id"] for job in page["jobs"])
        pointer = "#/components/schemas/JobPage/properties/jobs"
        judge("all at once", sorted(map(str, submitted)), ids, pointer)
        judge(
            "all at once",
            len(submitted),
            page["count"],
            "#/components/schemas/JobPage/properties/count",
        )
        self.run.take(judge.found)
        for name in reversed([job["id"] for job in page["jobs"]]):
            session.do(What.SUBMIT, None, when, job=name, duration=DURATION)


def race(run: Run) -> None:
    """Let several actors race."""
    actors = [Actor(run, run.target.secrets.token) for _ in range(ACTORS)]
    try:
        with Cast(run) as cast, ThreadPoolExecutor(ACTORS) as pool:
            racing = Race(run, cast, pool, actors)
            for _ in range(ROUNDS):
                if run.over:
                    return
                run.progress("callers at once")
                for step in (
                    racing.each_their_own,
                    partial(racing.all_the_same, "closeSession"),
                    partial(racing.all_the_same, "updateSession"),
                    racing.jobs,
                ):
                    attempt(run, "callers at once", step)
    finally:
        for actor in actors:
            actor.close()
