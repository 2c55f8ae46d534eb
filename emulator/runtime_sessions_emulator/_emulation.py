"""What a running emulator consists of."""

from typing import Self

from attrs import frozen

from runtime_sessions_emulator._clock import RunningClock, VirtualClock
from runtime_sessions_emulator._config import Config
from runtime_sessions_emulator._faults import Faults
from runtime_sessions_emulator._log import Log
from runtime_sessions_emulator._service import Service


@frozen
class Emulation:
    """The emulated service, the faults that strike it, and the log of what it was asked."""

    service: Service
    faults: Faults
    log: Log

    @classmethod
    def of(cls, config: Config | None, *, seed: int, virtual_clock: bool) -> Self:
        """A new one: nothing has happened in it."""
        clock = VirtualClock() if virtual_clock else RunningClock()
        service = Service(config or Config(), clock, seed)
        return cls(service, Faults(seed), Log(frozenset(service.users)))
