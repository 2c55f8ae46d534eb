"""What tests do to an emulator, by chance: the same seed does the same to every emulator."""

from collections.abc import Callable
from random import Random
from typing import Any

from runtime_sessions_emulator import Emulator, Fault, JobRule, User
from runtime_sessions_emulator.control.commands import TakeSnapshot
from runtime_sessions_emulator.core.errors import ServiceError
from runtime_sessions_emulator.core.job_rule import JobOrder

Deed = Callable[[Emulator, Random], object]


def create(emulator: Emulator, random: Random) -> object:
    """Create a session."""
    user = random.choice(emulator.config.users)
    session, _ = emulator._service.create(
        user,
        backend=random.choice([None, emulator.backend]),
        instance=emulator.instance,
        max_ttl=random.choice([None, 60, 90.5]),
        mode=random.choice([None, "batch"]),
    )
    return session.id


def _session(emulator: Emulator, random: Random) -> str:
    ids = [session["id"] for session in emulator.sessions()]
    return random.choice(ids) if ids else "none"


def _job(emulator: Emulator, random: Random) -> tuple[User, str]:
    user = random.choice(emulator.config.users)
    with emulator._service.current():
        ids = [job.id for job in emulator._service.jobs(user)]
    return user, random.choice(ids) if ids else "none"


def submit(emulator: Emulator, random: Random) -> object:
    """Submit a job into a session."""
    return emulator.submit_job(_session(emulator, random), duration=random.choice([1, 30, None]))


def submit_alone(emulator: Emulator, random: Random) -> object:
    """Submit a job by itself, of which the parameters are odd."""
    # A number beyond 64 bits and half of a character are JSON, and a client may send them.
    request = {"program_id": "estimator", "params": {"odd": ["\ud800", 2**70, "\0"]}}
    job = emulator._service.submit(
        random.choice(emulator.config.users),
        JobOrder(request=request, cost=random.choice([0, 1])),
        session_id=None,
        instance=emulator.instance,
        backend=emulator.backend,
    )
    return job.id


def cancel_job(emulator: Emulator, random: Random) -> None:
    """Cancel a job."""
    emulator._service.cancel_job(*_job(emulator, random))


def delete_job(emulator: Emulator, random: Random) -> None:
    """Delete a job."""
    emulator._service.delete_job(*_job(emulator, random))


def tag_job(emulator: Emulator, random: Random) -> None:
    """Give a job tags."""
    emulator._service.tag_job(*_job(emulator, random), ["a", "ü"])


def drain(emulator: Emulator, random: Random) -> None:
    """Drain a session."""
    emulator.drain_session(_session(emulator, random))


def close(emulator: Emulator, random: Random) -> None:
    """Close a session."""
    emulator.close_session(_session(emulator, random))


def cancel(emulator: Emulator, random: Random) -> None:
    """Cancel a session."""
    emulator.cancel_session(_session(emulator, random))


def advance(emulator: Emulator, random: Random) -> None:
    """Let time pass."""
    emulator.advance(random.choice([0.25, 3, 61, 2000]))


def rule(emulator: Emulator, random: Random) -> None:
    """Say how jobs go."""
    times = random.choice([None, 1, 2])
    outcome = random.choice(["failed", "completed"])
    emulator.add_job_rule(JobRule(times=times, outcome=outcome, duration=random.choice([None, 7])))


def fault(emulator: Emulator, random: Random) -> object:
    """Switch a fault on."""
    times = random.choice([None, 1, 5])
    return emulator.add_fault(Fault("error", probability=0.5, times=times))


def remove_fault(emulator: Emulator, random: Random) -> None:
    """Switch a fault off."""
    emulator.remove_fault(f"fault-{random.randint(1, 3)}")


def call(emulator: Emulator, _: Random) -> object:
    """Make a call, which faults may strike."""
    with emulator.client() as client:
        return client.get("/sessions/none").status_code


def snapshot(emulator: Emulator, _: Random) -> object:
    """Take a snapshot."""
    return emulator.snapshot()


def restore(emulator: Emulator, random: Random) -> None:
    """Go back to a snapshot."""
    emulator.restore(f"snapshot-{random.randint(1, 3)}")


def reset(emulator: Emulator, _: Random) -> None:
    """Begin anew."""
    emulator.reset()


#: What is done, and how often.
WEIGHTS: dict[Deed, float] = {
    create: 12,
    submit: 20,
    submit_alone: 4,
    cancel_job: 4,
    delete_job: 4,
    tag_job: 2,
    drain: 2,
    close: 2,
    cancel: 2,
    advance: 8,
    rule: 2,
    fault: 1,
    remove_fault: 1,
    call: 3,
    snapshot: 2,
    restore: 1,
    reset: 0.2,
}


def do(emulator: Emulator, seed: str, *, over_http: bool = True) -> object:
    """Do what the seed says, and give what came of it."""
    random = Random(seed)  # noqa: S311 - to be repeated
    weights = {deed: weight for deed, weight in WEIGHTS.items() if over_http or deed is not call}
    (deed,) = random.choices(list(weights), list(weights.values()))
    try:
        return deed.__name__, deed(emulator, random)
    except (LookupError, ServiceError, ValueError) as error:
        return deed.__name__, type(error).__name__


def everything(emulator: Emulator) -> tuple[Any, ...]:
    """All that can be seen of an emulator, and where its dice stand."""
    with emulator._service.current():
        held = emulator._service.save()
    taking: Any = emulator._service.folds[TakeSnapshot]
    return (
        emulator.now(),
        emulator.sessions(),
        emulator.faults(),
        held.job_rules,
        {user.id: list(emulator._service.jobs(user)) for user in emulator.config.users},
        held.random,
        # Of a snapshot that was taken nothing else is seen until somebody goes back to it.
        list(taking.__self__.taken),
        emulator._faults.save(),
    )
