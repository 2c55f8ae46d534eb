"""Commands and what they made, as JSON.

A command is an object with the names of its fields, to be read by people. What a service holds is
written in lists without names, to be short: it can always be made again from the commands.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import attrs
import orjson

from runtime_sessions_emulator.control import commands as control
from runtime_sessions_emulator.control.faults import Fault, Struck
from runtime_sessions_emulator.core import commands as core
from runtime_sessions_emulator.core.commands import Command
from runtime_sessions_emulator.core.computation import Computed
from runtime_sessions_emulator.core.job import Job, JobStatus, Outcome
from runtime_sessions_emulator.core.job_rule import JobOrder, JobRule
from runtime_sessions_emulator.core.life import Change, Mode, Session
from runtime_sessions_emulator.core.lifecycle import Reason, State
from runtime_sessions_emulator.core.service import Place

#: Which of the forms of what is held this is. One of another form is made again from the commands.
FORM: Final = 1

_KINDS: Final[tuple[type[Command[Any]], ...]] = (
    core.CreateSession,
    core.UpdateSession,
    core.CloseSession,
    core.CancelSession,
    core.SubmitJob,
    core.CancelJob,
    core.DeleteJob,
    core.TagJob,
    core.KeepResult,
    core.AddJobRule,
    core.SetTime,
    control.AddFault,
    control.RemoveFault,
    control.SpendFault,
    control.TakeSnapshot,
    control.Restore,
    control.Reset,
)
COMMANDS: Final = {kind.__name__: kind for kind in _KINDS}
_FIELDS: Final[Mapping[type[Command[Any]], tuple[str, ...]]] = {
    kind: tuple(field.name for field in attrs.fields(kind)) for kind in _KINDS
}


def dump(value: object) -> str:
    """A value as JSON."""
    try:
        return orjson.dumps(value, default=_plain).decode()
    except TypeError:
        # A number beyond 64 bits, or half of a character: a client may send them. The space says
        # that it takes the slower reader.
        return " " + json.dumps(value, default=_plain)


def load(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a text that `dump` wrote."""
    return json.loads(text) if text.startswith(" ") else orjson.loads(text)


def written(command: Command[Any]) -> str:
    """A command as JSON."""
    return dump({name: getattr(command, name) for name in _FIELDS[type(command)]})


def read(name: str, text: str) -> Command[Any]:
    """A command that was written.

    Raises:
        ValueError: There is no such command, or its fields are others.
    """
    try:
        kind = COMMANDS[name]
        fields: dict[str, Any] = load(text)
        for field, reader in _READERS.items():
            if field in fields:
                fields[field] = reader(fields[field])
        return kind(**fields)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{name} is no command that is known here: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, Struck):
        passed = [[*which, times] for which, times in value.passed.items()]
        return {"spent": value.spent, "throws": value.throws, "passed": passed}
    kind = type(value)
    if attrs.has(kind):
        return {field.name: getattr(value, field.name) for field in attrs.fields(kind)}
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def read_rule(text: str) -> JobRule:
    """A rule for jobs, from what `dump` wrote."""
    return JobRule(**load(text))


def read_fault(text: str) -> Fault:
    """A fault, from what `dump` wrote."""
    return Fault(**load(text))


def _read_order(value: dict[str, Any]) -> JobOrder:
    rule = value["rule"]
    return JobOrder(
        request=value["request"],
        cost=value["cost"],
        rule=None if rule is None else JobRule(**rule),
    )


def _read_struck(value: dict[str, Any]) -> Struck:
    passed = {(name, user): tuple(times) for name, user, times in value["passed"]}
    return Struck(spent=value["spent"], throws=value["throws"], passed=passed)


def _read_computed(value: dict[str, Any]) -> Computed:
    failure = value["failure"]
    if failure is not None:
        failure = Outcome(JobStatus(failure["status"]), failure["reason"], failure["code"])
    return Computed(value["result"], failure, value["log"])


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "order": _read_order,
    "rule": lambda value: JobRule(**value),
    "fault": lambda value: Fault(**value),
    "struck": _read_struck,
    "computed": _read_computed,
}


def dump_computed(computed: Computed) -> str:
    """What came of a computation."""
    return dump(computed)


def load_computed(text: str) -> Computed:
    """What came of a computation, from what `dump_computed` wrote."""
    return _read_computed(load(text))


def dump_place(place: Place) -> str:
    """Where a job lives: the job itself, or its session and the place there."""
    return dump(_job(place) if isinstance(place, Job) else place)


def load_place(text: str) -> Place:
    """Where a job lives, from what `dump_place` wrote."""
    value = load(text)
    return (value[0], value[1]) if len(value) == 2 else _read_job(value)  # noqa: PLR2004 - a pair


_STATES: Final = {state.value: state for state in State}
_REASONS: Final = {reason.value: reason for reason in Reason}
_MODES: Final = {mode.value: mode for mode in Mode}
_STATUSES: Final = {status.value: status for status in JobStatus}


def dump_session(session: Session) -> str:
    """A session, with all that happened to it and its jobs."""
    return dump(
        (
            session.id,
            session.owner,
            session.backend,
            session.instance,
            session.mode,
            session.created_at,
            session.max_ttl,
            session.interactive_ttl,
            session.active_ttl,
            session.unused_ttl,
            session.job_mode,
            session.flag_moves,
            _outcome(session.unrun),
            session.state,
            session.accepting_jobs,
            session.started_at,
            session.activated_at,
            session.closed_at,
            session.last_job_started,
            session.last_job_completed,
            [(change.at, change.state, change.reason) for change in session.history],
            [_job(job) for job in session.jobs],
            session.next,
            session.queued,
            session.running,
            session.idle_since,
            session.held,
            session.due,
        )
    )


def load_session(text: str) -> Session:
    """A session, from what `dump_session` wrote."""
    values: list[Any] = load(text)
    return Session(
        id=values[0],
        owner=values[1],
        backend=values[2],
        instance=values[3],
        mode=_MODES[values[4]],
        created_at=values[5],
        max_ttl=values[6],
        interactive_ttl=values[7],
        active_ttl=values[8],
        unused_ttl=values[9],
        job_mode=values[10],
        flag_moves=values[11],
        unrun=_read_outcome(values[12]),
        state=_STATES[values[13]],
        accepting_jobs=values[14],
        started_at=values[15],
        activated_at=values[16],
        closed_at=values[17],
        last_job_started=values[18],
        last_job_completed=values[19],
        history=[Change(at, _STATES[to], _REASONS[why]) for at, to, why in values[20]],
        jobs=[_read_job(job) for job in values[21]],
        next=values[22],
        queued=values[23],
        running=tuple(values[24]),
        idle_since=values[25],
        held=values[26],
        due=values[27],
    )


def _outcome(outcome: Outcome) -> tuple[Any, ...]:
    return (outcome.status, outcome.reason, outcome.code)


def _read_outcome(values: list[Any]) -> Outcome:
    return Outcome(_STATUSES[values[0]], values[1], values[2])


def _job(job: Job) -> tuple[Any, ...]:
    return (
        job.id,
        job.owner,
        job.instance,
        job.backend,
        job.created_at,
        job.duration,
        _outcome(job.outcome),
        job.request,
        job.result,
        job.session_id,
        job.started_at,
        job.ended_at,
        None if job.end is None else _outcome(job.end),
    )


def _read_job(values: list[Any]) -> Job:
    return Job(
        id=values[0],
        owner=values[1],
        instance=values[2],
        backend=values[3],
        created_at=values[4],
        duration=values[5],
        outcome=_read_outcome(values[6]),
        request=values[7],
        result=values[8],
        session_id=values[9],
        started_at=values[10],
        ended_at=values[11],
        end=None if values[12] is None else _read_outcome(values[12]),
    )
