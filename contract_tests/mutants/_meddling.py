"""How bugs on the wire are planted: somebody between the caller and the emulator who meddles."""

from collections.abc import Callable
from typing import Any

from mutants._mutant import Answer, Forward, Meddle, Mutant, Request

WIRE: list[Mutant] = []


def planted(name: str, kind: str, says: str) -> Callable[[Meddle], Meddle]:
    """Plant what is decorated as a mutant."""

    def plant(meddle: Meddle) -> Meddle:
        WIRE.append(Mutant(name, kind, says, meddle=meddle))
        return meddle

    return plant


def changed(
    name: str, kind: str, says: str, *kinds: str, status: int | None = None
) -> Callable[[Callable[[Any], Any]], None]:
    """Plant a change of the JSON body of the answers to some kinds of requests."""

    def plant(change: Callable[[Any], Any]) -> None:
        async def meddle(request: Request, forward: Forward) -> Answer:
            answer = await forward(request)
            wanted = answer.status == (status or 200)
            if wanted and (request.kind in kinds or not kinds) and answer.json is not None:
                value = answer.json
                result = change(value)
                answer.json = value if result is None else result
            return answer

        WIRE.append(Mutant(name, kind, says, meddle=meddle))

    return plant


def restated(name: str, says: str, kind: str, status: int, to: int) -> None:
    """Plant another status."""

    async def meddle(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if request.kind == kind and answer.status == status:
            answer.status = to
        return answer

    WIRE.append(Mutant(name, "statuses", says, meddle=meddle))


def error(status: int, message: str = "No.") -> Answer:
    """An error in the documented form."""
    answer = Answer(status)
    answer.json = {
        "errors": [{"code": status, "message": message, "more_info": "https://example.org"}]
    }
    return answer
