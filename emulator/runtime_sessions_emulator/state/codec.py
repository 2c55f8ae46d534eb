"""Commands and what they made, as JSON.

A command is an object with the names of its fields, to be read by people. What a service holds is
written in lists without names, to be short: it can always be made again from the commands.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

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
T = TypeVar("T")
#: What a service holds.
Holding = Session | Place | Computed


def _names(kind: type[Any]) -> list[str]:
    """The names of what an object of a kind holds."""
    return [field.name for field in attrs.fields(kind)]


def dump(value: object, plain: Callable[[object], object] | None = None) -> str:
    """A value as JSON. `plain` says what stands for an object; else its names and what they are."""
    plain = plain or _plain
    try:
        return orjson.dumps(value, default=plain).decode()
    except TypeError:
        # A number beyond 64 bits, or half of a character: a client may send them. The space says
        # that it takes the slower reader.
        return " " + json.dumps(value, default=plain)


def load(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a text that `dump` wrote."""
    return json.loads(text) if text.startswith(" ") else orjson.loads(text)


def written(command: Command[Any]) -> str:
    """A command as JSON."""
    return dump(command)


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
    if attrs.has(type(value)):
        return {name: getattr(value, name) for name in _names(type(value))}
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


def dump_held(held: Holding) -> str:
    """A session, where a job lives, or what came of a computation."""
    return dump(held, _in_order)


def load_session(text: str) -> Session:
    """A session, with all that happened to it and its jobs."""
    return _made(
        Session,
        load(text),
        mode=Mode,
        unrun=_read_outcome,
        state=State,
        history=lambda changes: [_made(Change, one, state=State, reason=Reason) for one in changes],
        jobs=lambda jobs: [_read_job(job) for job in jobs],
        running=tuple,
    )


def load_place(text: str) -> Place:
    """Where a job lives: the job itself, or its session and the place there."""
    value = load(text)
    return (value[0], value[1]) if len(value) == 2 else _read_job(value)  # noqa: PLR2004 - a pair


def load_computed(text: str) -> Computed:
    """What came of a computation."""
    return _made(Computed, load(text), failure=_read_outcome)


def _read_job(values: list[Any]) -> Job:
    return _made(Job, values, outcome=_read_outcome, end=_read_outcome)


def _read_outcome(values: list[Any] | None) -> Outcome | None:
    return None if values is None else _made(Outcome, values, status=JobStatus)


def _in_order(value: object) -> object:
    """What an object holds, in the order of the names."""
    if attrs.has(type(value)):
        return [getattr(value, name) for name in _names(type(value))]
    return _plain(value)


def _made(kind: type[T], values: list[Any], **readers: Callable[[Any], Any]) -> T:
    """An object from what it holds, in order; each reader makes one of these of what JSON has."""
    fields = dict(zip(_names(kind), values, strict=True))
    for name, reader in readers.items():
        fields[name] = reader(fields[name])
    return kind(**fields)
