"""A world on an emulator that another process runs, which may be shared or in a container."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import quote
from uuid import uuid4

from attrs import asdict

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator.contracts.registry import ContractName
from runtime_sessions_emulator.control.control import Control
from runtime_sessions_emulator.control.faults import Fault
from runtime_sessions_emulator.control.routes import OPERATIONS
from runtime_sessions_emulator.control.routes import PREFIX as PLANE
from runtime_sessions_emulator.core.config import Config
from runtime_sessions_emulator.core.errors import NotAcceptingError, StateError
from runtime_sessions_emulator.core.job_rule import JobRule
from runtime_sessions_emulator.http.log import KEPT
from runtime_sessions_emulator.server.endpoint import Endpoint, plain
from runtime_sessions_emulator.server.worlds import PATH, PREFIX

_BY_METHOD: Final = {operation.does: operation for operation in OPERATIONS}
_PARAMETER: Final = re.compile(r"\{(\w+)(?::path)?\}")
#: What a refusal of the control plane is, by its status; any other is a ValueError.
_ERRORS: Final[Mapping[int, type[Exception]]] = {404: LookupError, 503: StateError}


class World(Endpoint):
    """A world of its own on a running emulator, for as long as the `with` block lasts.

    It has what `Emulator` has, and is controlled as that is, over HTTP: nothing that is done in it
    is seen in another world, and no server has to be started for it.

    Args:
        server: Where the emulator is, such as `http://127.0.0.1:8390`. It must serve its control
            plane, and keep no state.
        config: What the service knows; without it `default_config(contract)`.
        contract: The contract that it keeps: "classic" or "platform".
        seed: What ids and faults are made from: the same calls give the same ids, run after run.
        virtual_clock: Whether the time stands still until it is moved.
        name: What it is called; None: as no other.

    Raises:
        ConnectionError: At the beginning of the block: no emulator answers there.
        ValueError: There is no such contract, or the server is no URL; or, at the beginning of the
            block, there is a world of that name, or the server has no worlds.
    """

    name: Final[str]
    """What it is called."""

    def __init__(  # noqa: PLR0913 - as `Emulator`
        self,
        server: str,
        config: Config | None = None,
        *,
        contract: ContractName = "classic",
        seed: int = 0,
        virtual_clock: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(config, contract)
        if not server.startswith(("http://", "https://")):
            raise ValueError(f"The server is a URL, such as http://127.0.0.1:8390, not {server!r}.")
        self._server = server.rstrip("/")
        self._made_with = {
            "contract": contract,
            "seed": seed,
            "virtual_clock": virtual_clock,
            "config": {} if config is None else config.given(),
        }
        self.name = uuid4().hex if name is None else name
        self._control: httpx.Client | None = None

    @property
    def url(self) -> str:
        """Where the API is. Raises RuntimeError outside of the `with` block."""
        if self._control is None:
            raise RuntimeError("The world is not there: use it in a `with` block.")
        return f"{self._server}{PREFIX}/{self.name}"

    def now(self) -> datetime:
        """As `Emulator.now`."""
        return _moment(self._ask(Control.now))

    def about(self) -> dict[str, Any]:
        """As `Emulator.about`."""
        return cast("dict[str, Any]", self._ask(Control.about))

    def advance(self, seconds: float) -> datetime:
        """As `Emulator.advance`."""
        return _moment(self._ask(Control.advance, seconds=seconds))

    def set_time(self, now: datetime) -> datetime:
        """As `Emulator.set_time`."""
        aware = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
        return _moment(self._ask(Control.set_time, now=aware.isoformat()))

    def submit_job(  # noqa: PLR0913 - as `Emulator.submit_job`
        self,
        session_id: str,
        *,
        duration: float | None = None,
        outcome: str = "completed",
        reason: str | None = None,
        reason_code: int | None = None,
        result: str | dict[str, Any] | None = None,
    ) -> str:
        """As `Emulator.submit_job`."""
        ident = self._ask(
            Control.submit_job,
            session_id=session_id,
            duration=duration,
            outcome=outcome,
            reason=reason,
            reason_code=reason_code,
            result=result,
        )
        return cast("str", ident)

    def add_job_rule(self, rule: JobRule) -> None:
        """As `Emulator.add_job_rule`."""
        self._ask(Control.add_job_rule, **asdict(rule))

    def cancel_session(self, session_id: str) -> None:
        """As `Emulator.cancel_session`."""
        self._ask(Control.cancel_session, session_id=session_id)

    def drain_session(self, session_id: str) -> None:
        """As `Emulator.drain_session`."""
        self._ask(Control.drain_session, session_id=session_id)

    def close_session(self, session_id: str) -> None:
        """As `Emulator.close_session`."""
        self._ask(Control.close_session, session_id=session_id)

    def sessions(self, *, limit: int | None = None, search: str = "") -> list[dict[str, Any]]:
        """As `Emulator.sessions`."""
        found = self._ask(Control.sessions, limit=limit, search=search)
        return cast("list[dict[str, Any]]", found)

    def add_fault(self, fault: Fault) -> str:
        """As `Emulator.add_fault`."""
        return cast("str", self._ask(Control.add_fault, **asdict(fault)))

    def remove_fault(self, name: str) -> None:
        """As `Emulator.remove_fault`."""
        self._ask(Control.remove_fault, name=name)

    def faults(self) -> list[dict[str, Any]]:
        """As `Emulator.faults`."""
        return cast("list[dict[str, Any]]", self._ask(Control.faults))

    def requests(  # noqa: PLR0913 - as `Emulator.requests`
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        operation: str | None = None,
        session_id: str | None = None,
        status: int | None = None,
        since: int = 0,
        limit: int = KEPT,
        last: int = KEPT,
    ) -> list[dict[str, Any]]:
        """As `Emulator.requests`; paths are those in the world."""
        found = self._ask(
            Control.requests,
            method=method,
            path=path,
            operation=operation,
            session_id=session_id,
            status=status,
            since=since,
            limit=limit,
            last=last,
        )
        return cast("list[dict[str, Any]]", found)

    def clear_requests(self) -> None:
        """As `Emulator.clear_requests`."""
        self._ask(Control.clear_requests)

    def reset(self) -> None:
        """As `Emulator.reset`."""
        self._ask(Control.reset)

    def snapshot(self) -> str:
        """As `Emulator.snapshot`."""
        return cast("str", self._ask(Control.snapshot))

    def restore(self, name: str) -> None:
        """As `Emulator.restore`."""
        self._ask(Control.restore, name=name)

    def __enter__(self) -> Self:
        self._control = httpx.Client(base_url=self._server, **plain())
        try:
            path = f"{PATH}/{quote(self.name, safe='')}"
            self._held(self._sent("PUT", path, json=self._made_with))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # It may be gone already: after an hour without a request, or with its server.
            with suppress(ConnectionError):
                self._sent("DELETE", f"{PATH}/{self.name}")
        finally:
            self._end()

    def _end(self) -> None:
        control, self._control = self._control, None
        if control is not None:
            control.close()

    def _ask(self, does: object, **arguments: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Call a method of `Control` over HTTP, and give its result as JSON has it."""
        operation = _BY_METHOD[cast("Any", does)]
        given = {name: value for name, value in arguments.items() if value is not None}

        def parameter(found: re.Match[str]) -> str:
            return quote(str(given.pop(found[1])), safe="")

        path = f"{PREFIX}/{self.name}{PLANE}{_PARAMETER.sub(parameter, operation.path)}"
        query = given if operation.method == "GET" else None
        body = given if operation.method == "POST" else None
        answer = self._held(self._sent(operation.method, path, params=query, json=body))
        return None if operation.result is None else answer.json()[operation.result]

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """The answer to a request. Raises ConnectionError where there is none."""
        if self._control is None:
            raise RuntimeError("The world is not there: use it in a `with` block.")
        try:
            return self._control.request(method, path, **more)
        except httpx.TransportError as error:
            raise ConnectionError(f"No emulator answers at {self._server}: {error}") from error

    def _held(self, answer: httpx.Response) -> httpx.Response:
        """An answer, if what it was asked for was done; else the error that it is in process."""
        if answer.is_success:
            return answer
        try:
            refusal: dict[str, object] = answer.json()
            said, kind = refusal["error"], refusal.get("type")
        except (ValueError, LookupError, TypeError):
            said = kind = None
        if not isinstance(said, str):
            # The service's own errors are another kind of object.
            raise ValueError(f"There is no emulator with a control plane at {self._server}.")  # noqa: TRY004
        if kind == NotAcceptingError.__name__:
            raise NotAcceptingError(said)
        raise _ERRORS.get(answer.status_code, ValueError)(said)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
