"""What a running emulator consists of."""

from typing import Self

from attrs import frozen

from runtime_sessions_emulator.compute.computer import QiskitComputer
from runtime_sessions_emulator.contracts.base import Contract
from runtime_sessions_emulator.contracts.registry import contract_of
from runtime_sessions_emulator.control.clock import RunningClock
from runtime_sessions_emulator.control.commands import Snapshots
from runtime_sessions_emulator.control.faults import Faults
from runtime_sessions_emulator.core.clock import Clock, VirtualClock
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.log import Log


def clock_of(*, virtual: bool) -> Clock:
    """A clock that stands still until it is moved, or that of the computer."""
    return VirtualClock() if virtual else RunningClock()


@frozen
class Emulation:
    """The emulated service, its contract, the faults that strike it, and what was asked of it.

    Attributes:
        snapshots: What was remembered of the service and the faults.
    """

    service: Service
    contract: Contract
    faults: Faults
    log: Log
    snapshots: Snapshots

    @classmethod
    def of(
        cls,
        config: Config | None,
        *,
        contract: str,
        seed: int,
        virtual_clock: bool,
        clock: Clock | None = None,
    ) -> Self:
        """A new one: nothing has happened in it. ValueError: there is no such contract."""
        kind = contract_of(contract)
        clock = clock or clock_of(virtual=virtual_clock)
        known = config or kind.config
        service = Service(known, kind.rules, clock, seed, QiskitComputer(known))
        secrets = {secret for user in service.config.users for secret in user.secrets}
        faults = Faults(seed)
        snapshots = Snapshots(service, faults)
        service.folds.update(snapshots.folds())
        return cls(service, kind(service), faults, Log(frozenset(secrets)), snapshots)
