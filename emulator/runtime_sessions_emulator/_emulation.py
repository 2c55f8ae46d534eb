"""What a running emulator consists of."""

from typing import Self

from attrs import frozen

from runtime_sessions_emulator._clock import RunningClock, VirtualClock
from runtime_sessions_emulator._config import Config
from runtime_sessions_emulator._faults import Faults
from runtime_sessions_emulator._generations import skin_of
from runtime_sessions_emulator._log import Log
from runtime_sessions_emulator._service import Service
from runtime_sessions_emulator._skin import Skin


@frozen
class Emulation:
    """The emulated service, its skin, the faults that strike it, and the log of its requests."""

    service: Service
    skin: Skin
    faults: Faults
    log: Log

    @classmethod
    def of(cls, config: Config | None, *, contract: str, seed: int, virtual_clock: bool) -> Self:
        """A new one: nothing has happened in it. ValueError: there is no such contract."""
        kind = skin_of(contract)
        clock = VirtualClock() if virtual_clock else RunningClock()
        service = Service(config or kind.config, kind.rules, clock, seed)
        secrets = {secret for user in service.config.users for secret in user.secrets}
        return cls(service, kind(service), Faults(seed), Log(frozenset(secrets)))
