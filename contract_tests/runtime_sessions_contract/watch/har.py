"""HAR files, as browsers, proxies and this suite write them."""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from runtime_sessions_contract.openapi.values import Json, as_object, as_objects, read_json
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.watch.calls import Call

#: What a recorder writes for a call that was never answered, and for one that the browser answered.
NO_ANSWER, NOT_MODIFIED = 0, 304


def read_har(file: Path) -> list[Call]:
    """The calls of a recording, in the order in which they were answered.

    Raises:
        CannotRunError: It is no HAR file.
    """
    try:
        log = read_json(file.read_text(encoding="utf-8-sig"))["log"]
        calls = list(_calls(as_objects(log["entries"])))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotRunError(f"{file} is no HAR file: {error!r}") from None
    return sorted(calls, key=lambda call: call.received)


def _calls(entries: Iterable[Json]) -> Iterator[Call]:
    """The calls that a server has answered: not the browser from its memory, nor nobody."""
    for entry in entries:
        answered = int(entry["response"]["status"]) not in {NO_ANSWER, NOT_MODIFIED}
        if answered and "_fromCache" not in entry:
            yield _call(entry)


def _call(entry: Json) -> Call:
    """One call."""
    request, response = entry["request"], entry["response"]
    sent = datetime.fromisoformat(str(entry["startedDateTime"])).timestamp()
    said = as_object(request.get("postData")) or {}
    caller = entry.get("_caller")
    return Call(
        method=str(request["method"]),
        url=str(request["url"]),
        headers=_headers(request),
        body=_text(said) or "",
        status=int(response["status"]),
        answered=_headers(response),
        answer=_answer(response),
        sent=sent,
        # What a tool does not know of a span of time, it says with -1, or not at all.
        received=sent + max(0.0, float(entry.get("time") or 0)) / 1000,
        caller=None if caller is None else str(caller),
    )


def _headers(message: Json) -> dict[str, str]:
    """The headers of a message; one that stands there twice counts as a list, as HTTP has it."""
    headers: dict[str, str] = {}
    for header in as_objects(message.get("headers", [])):
        name, value = str(header["name"]).lower(), str(header["value"])
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _answer(response: Json) -> str | None:
    """The body of an answer; None where it was not recorded, though there was one."""
    content = as_object(response.get("content")) or {}
    text = _text(content)
    if text is not None:
        return text
    sizes = (content.get("size"), response.get("bodySize"))
    return None if any(isinstance(size, int) and size > 0 for size in sizes) else ""


def _text(content: Json) -> str | None:
    """The text of a body, which may stand there in Base64."""
    text = content.get("text")
    if text is None:
        return None
    if content.get("encoding") == "base64":
        return base64.b64decode(str(text)).decode("utf-8", "replace")
    return str(text)
