"""An HTTP server that lives the life of runtime sessions."""

try:
    from runtime_sessions_emulator._config import Config, Instance, User
    from runtime_sessions_emulator._emulator import Emulator
    from runtime_sessions_emulator._errors import NotAcceptingError
    from runtime_sessions_emulator._faults import Fault, FaultKind
    from runtime_sessions_emulator._generations import default_config
    from runtime_sessions_emulator._job_rule import JobRule
except ModuleNotFoundError as error:
    # The client is installed without what only the emulator needs.
    raise ModuleNotFoundError(
        f"The emulator needs {error.name}: pip install 'runtime-sessions[emulator]'",
        name=error.name,
    ) from error

__all__ = [
    "Config",
    "Emulator",
    "Fault",
    "FaultKind",
    "Instance",
    "JobRule",
    "NotAcceptingError",
    "User",
    "default_config",
]
