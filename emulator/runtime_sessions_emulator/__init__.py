"""An HTTP server that lives the life of runtime sessions."""

try:
    from runtime_sessions_emulator.contracts.registry import ContractName, default_config
    from runtime_sessions_emulator.control.faults import Fault, FaultKind
    from runtime_sessions_emulator.core.config import Config, Instance, User
    from runtime_sessions_emulator.core.errors import NotAcceptingError
    from runtime_sessions_emulator.core.job_rule import JobRule
    from runtime_sessions_emulator.server.emulator import Emulator
except ModuleNotFoundError as error:
    # The client is installed without what only the emulator needs.
    raise ModuleNotFoundError(
        f"The emulator needs {error.name}: pip install 'runtime-sessions[emulator]'",
        name=error.name,
    ) from error

__all__ = [
    "Config",
    "ContractName",
    "Emulator",
    "Fault",
    "FaultKind",
    "Instance",
    "JobRule",
    "NotAcceptingError",
    "User",
    "default_config",
]
