"""What of the package is public, imported only when somebody asks for it."""

from runtime_sessions_emulator.contracts.registry import ContractName, default_config
from runtime_sessions_emulator.control.faults import Fault, FaultKind
from runtime_sessions_emulator.core.config import Config, Instance, User
from runtime_sessions_emulator.core.errors import NotAcceptingError, StateError
from runtime_sessions_emulator.core.job_rule import JobRule
from runtime_sessions_emulator.server.emulator import Emulator
from runtime_sessions_emulator.server.remote import World

__all__ = [
    "Config",
    "ContractName",
    "Emulator",
    "Fault",
    "FaultKind",
    "Instance",
    "JobRule",
    "NotAcceptingError",
    "StateError",
    "User",
    "World",
    "default_config",
]
