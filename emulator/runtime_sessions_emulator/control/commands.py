"""What can be done to the emulation beside its service, as data: see `core.commands`."""

from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from runtime_sessions_emulator.control.faults import Fault, Faults, Strike, Struck
from runtime_sessions_emulator.core.commands import Command
from runtime_sessions_emulator.core.service import Held, Service


@frozen
class AddFault(Command[str]):
    """`Control.add_fault`."""

    fault: Fault


@frozen
class RemoveFault(Command[None]):
    """`Control.remove_fault`."""

    name: str


@frozen
class StrikeCall(Command[Struck]):
    """A call that a fault may strike. What is kept of it is what became of the faults."""

    call: Strike = field(repr=False)

    def done(self, answer: Struck) -> "SpendFault | None":
        """What the dice and the faults have spent."""
        return SpendFault(answer) if answer.changed else None


@frozen
class SpendFault(Command[None]):
    """What a call took of the faults: throws of the dice, a time, a place in a minute."""

    struck: Struck


@frozen
class TakeSnapshot(Command[str]):
    """`Control.snapshot`."""


@frozen
class Restore(Command[None]):
    """`Control.restore`."""

    name: str


@frozen
class Reset(Command[None]):
    """`Control.reset`, but for the log."""


#: A snapshot: what the service held, and what the faults did.
Snapshot = tuple[Held, tuple[Any, ...]]


class Snapshots:
    """The snapshots that were taken, by their names.

    Attributes:
        remember: What gives one that this process did not see taken.
    """

    def __init__(self, service: Service, faults: Faults) -> None:
        self._service = service
        self._faults = faults
        self.taken: dict[str, Snapshot | None] = {}
        self.remember: Callable[[str], Snapshot] | None = None

    def folds(self) -> dict[type[Command[Any]], Callable[[Any], Any]]:
        """What each kind of command does that is not the service's own."""
        return {
            AddFault: lambda command: self._faults.add(command.fault),
            RemoveFault: lambda command: self._faults.remove(command.name),
            StrikeCall: lambda command: self._faults.strike(command.call),
            SpendFault: lambda command: self._faults.spend(command.struck),
            TakeSnapshot: self._take,
            Restore: self._restore,
            Reset: self._reset,
        }

    def _take(self, _: TakeSnapshot) -> str:
        name = f"snapshot-{len(self.taken) + 1}"
        self.taken[name] = (self._service.save(), self._faults.save())
        return name

    def _restore(self, command: Restore) -> None:
        if command.name not in self.taken:
            raise LookupError(f"There is no snapshot {command.name!r}.")
        snapshot = self.taken[command.name]
        if snapshot is None and self.remember is not None:
            snapshot = self.taken[command.name] = self.remember(command.name)
        if snapshot is not None:
            self._service.load(snapshot[0])
            self._faults.load(snapshot[1])

    def _reset(self, _: Reset) -> None:
        self._service.reset()
        self._faults.reset()
        self.taken.clear()
