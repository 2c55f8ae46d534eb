"""An operation of a contract: what is sent, and what its answer is read as."""

from typing import Any, Generic, TypeVar, cast

from runtime_sessions._answers import AnswerForm
from runtime_sessions._http import Response
from runtime_sessions_api.types import RequestArguments

ResultT_co = TypeVar("ResultT_co", covariant=True)


class Operation(Generic[ResultT_co]):
    """A request by a contract, and the form of its 200; without one, it is answered with 204."""

    def __init__(self, request: RequestArguments, form: AnswerForm[Any] | None) -> None:
        self.request = request
        self.method = request["method"].upper()
        self.path = request["url"]
        self.success = 200 if form else 204
        #: Made twice, it does what it does once.
        self.is_repeatable = self.method != "POST"
        self._form = form

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def read(self, response: Response) -> ResultT_co:
        """Read an answer; a ValueError says where it breaks the contract."""
        result = None if self._form is None else self._form.read(response)
        return cast("ResultT_co", result)
