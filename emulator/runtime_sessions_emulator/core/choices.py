"""Names that are one of a few, and what is said of one that is none of them."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from attrs import Attribute


def hold_known(what: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that is not known, in one line that says which ones there are.

    Raises:
        ValueError: It is not one of them.
    """
    names = [str(each) for each in known]
    if name in names:
        return
    close = get_close_matches(name, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"There is no {what} {name!r}.{hint} It is one of {', '.join(names)}.")


def known(what: str, names: Iterable[str]) -> Callable[[Any, "Attribute[str]", str], None]:
    """A validator of attrs that refuses other names."""

    def hold(_: object, __: "Attribute[str]", value: str) -> None:
        hold_known(what, value, names)

    return hold
