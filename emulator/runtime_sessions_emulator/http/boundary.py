"""Where requests come in and answers go out: both are held to the contract."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast
from urllib.parse import unquote

from runtime_sessions_emulator.http.document import Document, Operation, Parameter
from runtime_sessions_emulator.http.messages import (
    Answer,
    HttpError,
    MalformedError,
    Receive,
    Scope,
    is_json,
    parse_json,
    parse_query,
    read_body,
)

#: The code of a request that breaks the contract.
INVALID: Final = 1208
# What a server answers before it comes to an operation: allowed of every operation, with the
# documented error body.
_PROTOCOL: Final = frozenset({400, 401, 404, 405, 413})
# With more digits Python refuses to read a number, and so it stays text.
_WHOLE: Final = re.compile(r"-?[0-9]{1,4000}")
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "integer": lambda text: int(text) if _WHOLE.fullmatch(text) else text,
    # Also as Python writes it, which older clients send.
    "boolean": lambda text: {"true": True, "false": False}.get(text.lower(), text),
}


class Boundary:
    """The operations of a contract, and of more that the contract leaves out.

    Args:
        document: The contract.
        beyond: What is served and not in the contract.
        unknown_ignored: Whether query parameters that an operation does not have are ignored; else
            they are refused.
    """

    def __init__(
        self,
        document: Document,
        beyond: Iterable[Operation] = (),
        *,
        unknown_ignored: bool = False,
    ) -> None:
        self._error = document.error
        self._unknown_ignored = unknown_ignored
        self._paths: dict[tuple[str | None, ...], dict[str, Operation]] = {}
        for operation in (*document.operations, *beyond):
            self._paths.setdefault(operation.path, {})[operation.method] = operation
        self._public = {
            (operation.method, "/".join(["", *map(str, operation.path)]).encode())
            for operation in document.operations
            if operation.public
        }
        # Where a path of so many segments may have its parameter.
        self._places: dict[int, set[int | None]] = {}
        for path in self._paths:
            place = path.index(None) if None in path else None
            self._places.setdefault(len(path), set()).add(place)

    def takes_no_credentials(self, scope: Scope) -> bool:
        """Whether a request is one for which nobody has to say who they are."""
        return (scope["method"], scope["raw_path"]) in self._public

    def route(self, scope: Scope) -> tuple[Operation, str]:
        """The operation that a request asks for, and the id in its path.

        Raises:
            HttpError: There is nothing at this path (404), or not with this method (405).
        """
        # The undecoded path: an escaped slash in an id is part of the id.
        segments = scope["raw_path"][1:].decode("latin-1").split("/")
        for place in self._places.get(len(segments), ()):
            path = segments if place is None else [*segments[:place], None, *segments[place + 1 :]]
            methods = self._paths.get(tuple(path))
            if methods is not None:
                operation = methods.get(scope["method"])
                if operation is None:
                    raise _not_allowed(scope["method"], methods)
                return operation, "" if place is None else unquote(segments[place])
        raise HttpError(404, 404, "There is nothing at this path.")

    def headers(self, operation: Operation, scope: Scope) -> dict[str, Any]:
        """The header parameters, each as what the contract says that it is, or its default.

        Raises:
            HttpError: They break the contract (400).
        """
        found: dict[str, Any] = {}
        for parameter in operation.headers:
            name = parameter.name.lower().encode()
            given = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
            if len(given) > 1 or (parameter.required and not given):
                often = "more than once" if given else "missing"
                raise _invalid("headers", f"{parameter.name} is {often}")
            value = _value("headers", parameter, given[0]) if given else parameter.default
            found[parameter.name] = value
        return found

    def query(self, operation: Operation, scope: Scope) -> dict[str, Any]:
        """The query parameters, each as what the contract says that it is.

        Raises:
            HttpError: They break the contract (400).
        """
        if not scope["query_string"]:
            return {}
        try:
            given = parse_query(scope["query_string"])
        except MalformedError as error:
            raise _invalid("query", str(error)) from None
        unknown = given.keys() - operation.query.keys()
        if unknown and operation.strict and not self._unknown_ignored:
            raise _invalid("query", f"{min(unknown)!r} is not a parameter of this operation")
        return {
            name: _values("query", operation.query[name], texts)
            for name, texts in given.items()
            if name not in unknown
        }

    async def body(
        self, operation: Operation, scope: Scope, receive: Receive
    ) -> tuple[bytes, dict[str, Any]]:
        """The body that an operation takes, as it came and as what it says.

        Raises:
            HttpError: It breaks the contract (400) or is too large (413).
            ConnectionError: The client went away before it was all there.
        """
        text = await read_body(receive, operation.body_limit)
        if operation.strict and not is_json(scope["headers"]):
            raise _invalid("body", "its content type is not application/json")
        try:
            body = parse_json(text)
        except MalformedError as error:
            raise _invalid("body", str(error)) from None
        validator = operation.body
        if validator is not None and not validator.is_valid(body):
            problems = validator.iter_errors(cast("Any", body))
            raise _invalid("body", "; ".join(problem.message for problem in problems))
        return text, cast("dict[str, Any]", body)

    def check(self, operation: Operation | None, answer: Answer) -> str | None:
        """What is wrong with an answer by the contract, or None."""
        if operation is not None and answer.status in operation.answers:
            validator = operation.answers[answer.status]
        elif answer.status in _PROTOCOL:
            validator = self._error
        else:
            return f"the status {answer.status} is not documented"
        if validator is None:
            return None if answer.body is None else "there is a body where none is documented"
        if validator.is_valid(answer.body):
            return None
        return "; ".join(
            f"{'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"
            for error in validator.iter_errors(answer.body)
        )


def _values(what: str, parameter: Parameter, texts: list[str]) -> object:
    """What a parameter is given as, which only one that is a list may be more than once."""
    if parameter.kind == "array":
        return _valid(what, parameter, texts)
    if len(texts) > 1:
        raise _invalid(what, f"{parameter.name!r} is there more than once")
    return _value(what, parameter, texts[0])


def _value(what: str, parameter: Parameter, text: str) -> object:
    return _valid(what, parameter, _READERS.get(parameter.kind, str)(text))


def _valid(what: str, parameter: Parameter, value: object) -> object:
    for problem in parameter.validator.iter_errors(cast("Any", value)):
        raise _invalid(what, f"{parameter.name}: {problem.message}")
    return value


def _invalid(what: str, why: str) -> HttpError:
    return HttpError(
        400,
        INVALID,
        f"Request validation of {what} failed, because: {why}.",
        solution="Send what the contract describes.",
    )


def _not_allowed(method: str, methods: Iterable[str]) -> HttpError:
    allow = ", ".join(sorted(methods))
    return HttpError(
        405,
        405,
        f"{method} is not allowed here.",
        solution=f"Allowed: {allow}.",
        headers=((b"allow", allow.encode("ascii")),),
    )
