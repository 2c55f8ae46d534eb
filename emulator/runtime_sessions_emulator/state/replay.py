"""What happened in a state, and an emulation as it was at a moment of that."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from runtime_sessions_emulator.control.emulation import Emulation, clock_of
from runtime_sessions_emulator.core.clock import micros_of, timestamp
from runtime_sessions_emulator.state.clock import HeldClock
from runtime_sessions_emulator.state.codec import load
from runtime_sessions_emulator.state.database import Database
from runtime_sessions_emulator.state.journal import CHECKPOINT, Entry, entries, redo
from runtime_sessions_emulator.state.opening import about_state, config_without_secrets

#: More than this of what a command says is left out of its line.
_WIDTH: Final = 100


#: What a command is about.
_ABOUT: Final = ("id", "session_id", "job_id", "name")


@frozen
class Replayed:
    """A state as it was at a moment.

    Attributes:
        emulation: What can be asked how it was; its time stands still.
        lines: What happened until then, a line for each command.
        number: The number of the last of these commands; 0: nothing had happened yet.
    """

    emulation: Emulation
    lines: list[str]
    number: int


def replayed(state: str, until: str | None = None) -> Replayed:
    """Do again what is in a state, without adding to it.

    Args:
        state: `sqlite:FILE`, or `postgresql://USER@HOST/DATABASE`.
        until: The number of a command, or a moment in the emulator's time; None: all.

    Raises:
        StateError: There is no such state.
        ValueError: `until` is neither a number nor a moment.
    """
    last, moment = _until(until)
    database = Database(state, new=False)
    try:
        about = about_state(database)
        clock = HeldClock(clock_of(virtual=True))
        emulation = Emulation.of(
            config_without_secrets(about["config"]),
            contract=about["contract"],
            seed=int(about["seed"]),
            virtual_clock=True,
            clock=clock,
        )
        lines: list[str] = []
        number = 0
        with database.transaction(alone=False) as connection:
            for entry in _commands(entries(connection, until=last)):
                if moment is not None and _begins(entry) > moment:
                    break
                redo(emulation, clock, entry)
                if about["clock"] == "running" and entry.command not in _OF_TIME:
                    clock.set(entry.moment.at)
                lines.append(_line(entry))
                number = entry.number
        if moment is not None:
            clock.set(moment)
    finally:
        database.close()
    return Replayed(emulation, lines, number)


#: What sets the time itself.
_OF_TIME: Final = {"SetTime", "Restore", "Reset"}


def _until(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    if text.isdecimal():
        return int(text), None
    # A moment of which only the day is told, or no zone, is of UTC.
    moment = datetime.fromisoformat(text)
    return None, micros_of(moment.isoformat() + ("" if moment.tzinfo else "+00:00"))


def _commands(found: Iterator[Entry]) -> Iterator[Entry]:
    return (entry for entry in found if entry.command != CHECKPOINT)


def _begins(entry: Entry) -> int:
    """From when on what a command did is seen: of one that sets the time, not before that."""
    later: int = load(entry.fields)["to"] if entry.command == "SetTime" else 0
    return max(entry.moment.at, later)


def _line(entry: Entry) -> str:
    fields: dict[str, Any] = load(entry.fields)
    # First what it is about: the rest may be long.
    names = sorted(fields, key=lambda name: name not in _ABOUT)
    fields = {name: fields[name] for name in names}
    said = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
    said = said if len(said) <= _WIDTH else f"{said[: _WIDTH - 1]}…"
    at = timestamp(entry.moment.at)
    return f"{entry.number:>6}  {at}  {entry.command:<14}{said}".rstrip()
