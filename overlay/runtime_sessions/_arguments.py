"""Arguments, checked before anything is sent."""

import math
import operator
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal, SupportsIndex, get_args

from attrs import frozen

#: What becomes of a session when its block is left.
Ending = Literal["drain", "cancel", "leave"]
#: How the jobs of a session run. Either contract refuses any other mode, and so does `create`.
Mode = Literal["dedicated", "batch"]

LARGEST_PAGE = 200


@frozen
class Endings:
    """What a block does with its session when it is left."""

    on_exit: Ending
    on_error: Ending

    def after(self, error: BaseException | None) -> Ending:
        """Choose by whether a failure leaves the block."""
        return self.on_error if is_failure(error) else self.on_exit


def is_failure(error: BaseException | None) -> bool:
    """Tell whether what leaves a block is a failure: neither `sys.exit(0)` nor a left generator."""
    if isinstance(error, SystemExit):
        return error.code not in {None, 0}
    return not (error is None or isinstance(error, GeneratorExit))


def checked_endings(on_exit: Ending, on_error: Ending) -> Endings:
    """Take two endings, or say which there are."""
    checked_text("on_exit", on_exit, get_args(Ending))
    checked_text("on_error", on_error, get_args(Ending))
    return Endings(on_exit, on_error)


def checked_seconds(name: str, value: float | timedelta) -> float:
    """Take a length of time as seconds. Text is refused: who knows what becomes of "1.5h"."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    number: float | None = value if isinstance(value, float) else whole_number(value)
    if number is None:
        raise TypeError(f"{name} is a number of seconds or a timedelta, not {value!r}")
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name} is a finite span of time above zero, not {value!r} seconds")
    if number == int(number):
        return int(number)
    return number


def checked_text(name: str, value: str | None, among: Iterable[str] = ()) -> str:
    """Take text that is not empty and, where there is a choice, is one of those."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is text, not {value!r}")
    if not value:
        wanted = f"one of {', '.join(among)}" if among else "not empty"
        raise ValueError(f"{name} is {wanted}, not {value!r}")
    if among and value not in among:
        raise ValueError(f"{name} is one of {', '.join(among)}, not {value!r}")
    return value


def checked_id(session_id: str) -> str:
    """Take a session's id. One that is a step in a path would make another request of it."""
    if checked_text("the id of a session", session_id) in {".", ".."}:
        raise ValueError(f"{session_id!r} is no id of a session")
    return session_id


def checked_count(name: str, value: int) -> int:
    """Take a whole number above zero."""
    whole = whole_number(value)
    if whole is None or whole < 1:
        raise ValueError(f"{name} is a whole number above zero, not {value!r}")
    return whole


def whole_number(value: object) -> int | None:
    """Return what has `__index__` as a number, such as an integer of numpy; None for all else."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def checked_page_size(page_size: int, largest: int = LARGEST_PAGE) -> int:
    """Take how many jobs, or sessions, are on a page."""
    whole = whole_number(page_size)
    if whole is None or whole not in range(1, largest + 1):
        raise ValueError(f"page_size is a whole number from 1 to {largest}, not {page_size!r}")
    return whole
