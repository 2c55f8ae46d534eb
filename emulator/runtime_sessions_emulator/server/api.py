"""How a request to the API is answered: held to the contract, struck by faults, logged."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import anyio

from runtime_sessions_emulator.contracts.base import Call, Contract
from runtime_sessions_emulator.control.commands import StrikeCall
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.control.faults import Fault, FaultKind, Strike, faulty
from runtime_sessions_emulator.core.clock import timestamp
from runtime_sessions_emulator.core.computation import Computation, NotComputedError
from runtime_sessions_emulator.core.errors import NoSuchSessionError, ServiceError, StateError
from runtime_sessions_emulator.http.document import Operation
from runtime_sessions_emulator.http.log import Entry
from runtime_sessions_emulator.http.messages import (
    Answer,
    Headers,
    HttpError,
    Receive,
    Scope,
    Send,
    dated,
    send_answer,
)

#: How often it is looked whether a job has been computed, in seconds.
_LOOK: Final = 0.005

_LOG: Final = logging.getLogger("runtime_sessions_emulator")

#: What to do about a state that cannot be kept.
_OUT_OF_REACH: Final = "Have the emulator's state in reach again, then look what was done."
#: The header that tells a client which waits that the time will not go on by itself.
CLOCK: Final = b"emulator-clock"


class Api:
    """The ASGI application of the API by a contract."""

    def __init__(self, emulation: Emulation) -> None:
        self._contract: Contract = emulation.contract
        self._service = emulation.service
        self._faults = emulation.faults
        self._log = emulation.log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        entry = Entry(scope)
        try:
            answer = await self._perform(entry, receive)
        except HttpError as error:
            answer = self._checked(None, self._contract.error(error), scope["path"])
        except StateError as error:
            gone = HttpError(503, 503, str(error), solution=_OUT_OF_REACH)
            # As of a gateway before the service: no contract has it.
            answer = self._contract.error(gone)
        except ConnectionError:
            return
        entry.status = answer.status or None
        now = self._service.clock.now()
        self._log.add(entry, now)
        beside: Headers = dated(answer, now)
        if self._service.clock.stands_still:
            beside = (*beside, (CLOCK, b"standing at " + timestamp(now).encode()))
        await send_answer(receive, send, answer, beside)

    async def _perform(self, entry: Entry, receive: Receive) -> Answer:
        """Do what a request asks for, and fill in what the log is to say of it."""
        boundary = self._contract.boundary
        user, instance = self._contract.admit(entry.scope)
        entry.user = user.id or None
        operation, ident = boundary.route(entry.scope)
        entry.operation = operation.id
        headers = boundary.headers(operation, entry.scope)
        query = boundary.query(operation, entry.scope)
        body: Mapping[str, Any] = {}
        if operation.body is not None:
            entry.body, body = await boundary.body(operation, entry.scope, receive)
        entry.session_id = body.get("session_id") or query.get("session_id") or ident or None
        if self._service.keeper is not None:
            with self._service.current():
                pass
        fault = self._strike(entry, None) if self._faults else None
        if fault is not None and fault.kind != FaultKind.DELAY:
            return self._faulty(fault, None)
        if fault is not None:
            await anyio.sleep(fault.seconds)
        answer = await self._carry_out(operation, Call(user, instance, ident, query, body, headers))
        if operation.id == "createSession" and answer.body is not None:
            entry.session_id = answer.body.get("id")
        if fault is None and self._faults:
            fault = self._strike(entry, answer)
            if fault is not None and fault.kind != FaultKind.DELAY:
                return self._faulty(fault, answer)
            if fault is not None:
                await anyio.sleep(fault.seconds)
        return answer

    async def _carry_out(self, operation: Operation, call: Call) -> Answer:
        while True:
            try:
                with self._service.current():
                    answer = self._contract.handlers[operation.id](call)
            except NotComputedError as error:
                # What only tells can be asked anew.
                await _computed(error.computation)
                continue
            except ServiceError as error:
                answer = self._contract.error(self._contract.refused(error))
            except HttpError as error:
                answer = self._contract.error(error)
            return self._checked(operation, answer, operation.id)

    def _checked(self, operation: Operation | None, answer: Answer, name: str) -> Answer:
        """The answer, if the contract allows it; else an error that says loudly what is wrong."""
        broken = self._contract.boundary.check(operation, answer)
        if broken is None:
            return answer
        said = f"The emulator's own answer to {name} breaks the contract: {broken}."
        _LOG.error(said)
        return self._contract.error(
            HttpError(500, 500, said, solution="This is a bug of the emulator: report it.")
        )

    def _strike(self, entry: Entry, answer: Answer | None) -> Fault | None:
        with self._service.current():
            call = Strike(
                operation=entry.operation or "",
                session_id=entry.session_id,
                user_id=entry.user,
                now=self._service.clock.now(),
                age=self._service.age(entry.session_id),
                answer=answer,
            )
            fault = self._service.do(StrikeCall(call)).fault
        entry.fault = None if fault is None else fault.name
        return fault

    def _faulty(self, fault: Fault, answer: Answer | None) -> Answer:
        not_found = self._contract.error(self._contract.refused(NoSuchSessionError()))
        return faulty(fault, answer, not_found, self._contract.error)


async def _computed(computation: Computation) -> None:
    """Return once it is known what came of a computation; everybody else is served meanwhile."""
    # Computed by a thread that knows of no event loop, of which there are two kinds.
    while computation.outcome is None:  # noqa: ASYNC110
        await anyio.sleep(_LOOK)
