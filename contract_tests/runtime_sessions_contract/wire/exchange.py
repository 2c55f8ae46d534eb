"""A call and its answer, as they went over the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runtime_sessions_contract.openapi.operations import Operation
from runtime_sessions_contract.openapi.values import Json, as_object, read_json
from runtime_sessions_contract.wire.caller import Caller


@dataclass(frozen=True, eq=False, repr=False)
class Exchange:
    """A call and its answer.

    Attributes:
        sent: When it was sent, in seconds on the server's clock as well as that is known.
        received: When the answer was there, as `sent`.
        caller: Who made it; None where that cannot be said.
        instance: The instance that it was made in, where the API takes that from a header.
        session_id: The id of the session that it is about.
        number: Its place in the run.
    """

    method: str
    url: str
    path: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes
    sent: float
    received: float
    caller: Caller | None = None
    instance: str = ""
    operation: Operation | None = None
    session_id: str | None = None
    query: Sequence[tuple[str, str]] = ()
    number: int = 0

    def __repr__(self) -> str:
        return f"<{self.method} {self.path} {self.status}>"

    @property
    def name(self) -> str:
        """The operation's name, or the method and path of what is none."""
        return self.operation.name if self.operation else f"{self.method} {self.path}"

    @property
    def succeeded(self) -> bool:
        """Whether the answer says that it was done."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of success

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The answer's JSON value. Raises ValueError where it is none."""
        return read_json(self.body)

    @cached_property
    def garbled(self) -> bool:
        """Whether the answer has a body that is not JSON."""
        try:
            if self.body:
                self.json()
        except ValueError:
            return True
        return False

    @cached_property
    def answer(self) -> Json | None:
        """The JSON object that was answered; None where it was none."""
        return None if self.garbled or not self.body else as_object(self.json())

    def request_json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The request's JSON value; None where it is none."""
        try:
            return read_json(self.request_body)
        except ValueError:
            return None
