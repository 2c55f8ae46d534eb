"""An HTTP server that lives the life of runtime sessions."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime_sessions_emulator._public import (
        Config,
        ContractName,
        Emulator,
        Fault,
        FaultKind,
        Instance,
        JobRule,
        NotAcceptingError,
        StateError,
        User,
        World,
        default_config,
    )

    __version__: str

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


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for.

    The command starts here, too: it has to say in a sentence what is not installed, and to end
    without a traceback when it is interrupted before it serves.
    """
    if name == "__version__":
        return version("runtime-sessions")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        public = import_module("runtime_sessions_emulator._public")
    except ModuleNotFoundError as error:
        # The client is installed without what only the emulator needs.
        missing = (error.name or "").partition(".")[0]
        raise ModuleNotFoundError(
            f"The emulator needs {missing}: pip install 'runtime-sessions[emulator]'",
            name=error.name,
        ) from error
    return getattr(public, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
