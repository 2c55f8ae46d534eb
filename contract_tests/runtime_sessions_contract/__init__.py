"""Hold any server to the runtime sessions contract.

What is imported here is public; the rooms of the package are not.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from runtime_sessions_contract._extra import missing

if TYPE_CHECKING:
    from runtime_sessions_contract._public import (
        PARTS,
        CannotRunError,
        Finding,
        Gravity,
        Ground,
        InterruptedRunError,
        Result,
        Target,
        Violation,
        run_suite,
    )

    __version__: str

__all__ = [
    "PARTS",
    "CannotRunError",
    "Finding",
    "Gravity",
    "Ground",
    "InterruptedRunError",
    "Result",
    "Target",
    "Violation",
    "run_suite",
]


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for.

    The command starts here, too, and has to say in a sentence what is not installed.
    """
    if name == "__version__":
        return version("runtime-sessions")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        public = import_module("runtime_sessions_contract._public")
    except ModuleNotFoundError as error:
        # The client is installed without what only the suite needs.
        raise ModuleNotFoundError(missing(error), name=error.name) from None
    return getattr(public, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
