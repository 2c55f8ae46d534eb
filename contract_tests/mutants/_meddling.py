"""How bugs are planted: in the emulator's source, or as somebody who meddles on the wire.

Each is planted once for every contract that it makes sense in.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import uuid4

from mutants._mutant import Answer, Forward, Meddle, Mutant, Patch, Request
from runtime_sessions import ContractName

CLASSIC: Final[tuple[ContractName, ...]] = ("classic",)
PLATFORM: Final[tuple[ContractName, ...]] = ("platform",)
BOTH: Final[tuple[ContractName, ...]] = (*CLASSIC, *PLATFORM)

#: All that are planted by what is in this module.
PLANTED: list[Mutant] = []
#: The kind of request that is answered with the view that shows most of a session.
FULL: Final = {"classic": "extended", "platform": "get"}


def patched(
    name: str,
    kind: str,
    says: str,
    *changes: tuple[str, str, str],
    contracts: Iterable[ContractName] = BOTH,
) -> None:
    """Plant changes of the emulator's source: module, before, after."""
    patches = tuple(Patch(*change) for change in changes)
    PLANTED.extend(Mutant(name, kind, says, patches, contract=each) for each in contracts)


def planted(
    name: str, kind: str, says: str, contracts: Iterable[ContractName] = BOTH
) -> Callable[[Meddle], Meddle]:
    """Plant what is decorated as a mutant."""

    def plant(meddle: Meddle) -> Meddle:
        PLANTED.extend(
            Mutant(name, kind, says, meddle=meddle, contract=contract) for contract in contracts
        )
        return meddle

    return plant


def changed(
    name: str,
    kind: str,
    says: str,
    *kinds: str,
    status: int | None = None,
    contracts: Iterable[ContractName] = BOTH,
) -> Callable[[Callable[[Any], Any]], None]:
    """Plant a change of the JSON body of the answers to some kinds of requests.

    The kind "full" is the view that shows most.
    """

    def plant(change: Callable[[Any], Any]) -> None:
        @planted(name, kind, says, contracts)
        async def _(request: Request, forward: Forward) -> Answer:
            answer = await forward(request)
            wanted = {FULL[request.contract] if each == "full" else each for each in kinds}
            meant = request.kind in wanted or not kinds
            if meant and answer.status == (status or 200) and answer.json is not None:
                value = answer.json
                result = change(value)
                answer.json = value if result is None else result
            return answer

    return plant


def restated(  # noqa: PLR0913, PLR0917 - what a mutant is, and which status it changes
    name: str, says: str, kind: str, status: int, to: int, contracts: Iterable[ContractName] = BOTH
) -> None:
    """Plant another status."""

    @planted(name, "statuses", says, contracts)
    async def _(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if request.kind == kind and answer.status == status:
            answer.status = to
        return answer


def lenient(
    name: str,
    says: str,
    kind: str,
    mend: Callable[[Request], None],
    contracts: Iterable[ContractName] = BOTH,
) -> None:
    """Plant a request that is mended rather than refused."""

    @planted(name, "validation", says, contracts)
    async def _(request: Request, forward: Forward) -> Answer:
        if request.kind == kind or not kind:
            mend(request)
        return await forward(request)


def error(status: int, message: str = "No.") -> Answer:
    """An error in the documented form."""
    answer = Answer(status)
    answer.json = {
        "errors": [{"code": status, "message": message, "more_info": "https://example.org"}],
        "trace": str(uuid4()),
    }
    return answer
