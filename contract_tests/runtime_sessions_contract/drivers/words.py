"""What Schemathesis finds, in the words of this suite: what was expected, in one line."""

from collections.abc import Iterable

from schemathesis.core.failures import AcceptedNegativeData, Failure, ServerError
from schemathesis.openapi.checks import (
    AllowHeaderMismatch,
    EnsureResourceAvailability,
    IgnoredAuth,
    JsonSchemaError,
    MissingHeaderNotRejected,
    RejectedPositiveData,
    UndefinedContentType,
    UndefinedStatusCode,
    UnsupportedMethodResponse,
    UseAfterFree,
)


def expected(failure: Failure) -> str:  # noqa: C901, PLR0911, PLR0912 - a line each
    """What was expected where Schemathesis says that something failed."""
    match failure:
        case ServerError():
            return "no server error"
        case IgnoredAuth():
            return "401, as who calls is not known"
        case UndefinedStatusCode():
            return f"a status that the contract lists: {_any(failure.defined_status_codes)}"
        case UndefinedContentType():
            return f"content type {_any(failure.defined_content_types)}"
        case JsonSchemaError():
            return f"a body as documented: {_first(failure.message)}"
        case AcceptedNegativeData():
            return f"{_any(failure.expected_statuses)}, {_meant(failure.message)}"
        case RejectedPositiveData():
            return f"{_any(failure.allowed_statuses)}, as the contract allows the request"
        case MissingHeaderNotRejected():
            statuses = _any(failure.expected_statuses)
            return f"{statuses}, as the header {failure.header_name} is missing"
        case UnsupportedMethodResponse():
            return f"405 to {failure.method}, with the methods that there are in Allow"
        case AllowHeaderMismatch():
            return f"the methods of the contract in Allow, which has {failure.allow_header}"
        case UseAfterFree():
            return f"404 to {failure.usage}, after {failure.free}"
        case EnsureResourceAvailability():
            made, asked = failure.created_with, failure.not_available_with
            return f"what {made} has created, by {asked}"
        case _:
            return f"{failure.title}: {_first(failure.message)}".rstrip(": ")


def _any(values: Iterable[object]) -> str:
    """Any of some values."""
    return " or ".join(map(str, values))


def _first(text: str) -> str:
    """The first line of a text: what comes after it are schemas."""
    return text.strip().partition("\n")[0]


def _meant(message: str) -> str:
    """Which part of a request breaks the contract, as far as Schemathesis says so."""
    said = [line.strip() for line in message.splitlines() if "in `" in line or "nvalid" in line]
    return f"as the request breaks the contract{f' ({said[0]})' if said else ''}"
