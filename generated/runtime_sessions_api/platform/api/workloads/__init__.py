"""Contains endpoint functions for accessing the API, each module imported when it is first asked for"""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import list_workloads as list_workloads
else:

    def __getattr__(name: str) -> _ModuleType:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _import_module(f".{name}", __name__)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = ("list_workloads",)
