"""Calls that somebody else made, with their answers, as some tool has written them down."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A call and its answer.

    Attributes:
        headers: The headers of the request, by their names in lower case.
        answered: Those of the answer, in the same way.
        answer: The body of the answer; None where whoever recorded it left it out.
        sent: When it was sent, in seconds since the epoch, on the clock of the recorder.
        received: When the answer was there, on the same clock.
        caller: Who made it, where the recording says so by name.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status: int
    answered: Mapping[str, str]
    answer: str | None
    sent: float
    received: float
    caller: str | None = None
