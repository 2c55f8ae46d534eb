"""Contains endpoint functions for accessing the API, each module imported when it is first asked for"""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import close_session as close_session
    from . import create_session as create_session
    from . import get_session as get_session
    from . import get_session_extended as get_session_extended
    from . import list_session_jobs as list_session_jobs
    from . import update_session as update_session
else:

    def __getattr__(name: str) -> _ModuleType:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _import_module(f".{name}", __name__)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = (
    "close_session",
    "create_session",
    "get_session",
    "get_session_extended",
    "list_session_jobs",
    "update_session",
)
