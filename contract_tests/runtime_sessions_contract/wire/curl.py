"""The lines for a shell that make calls again."""

import re
import shlex
from collections.abc import Callable, Sequence
from functools import lru_cache

from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Secrets

#: Headers that an HTTP client adds by itself: a curl line is easier to read without them.
_USUAL = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}


#: What stands for the variables of the shell while a line is quoted.
_MARKS = {"$OTHER_TOKEN": "\1", "$API_KEY": "\4", "$TOKEN": "\2"}
_VARIABLES = "\1\2\3\4"
#: What no argument of a command can hold, or nobody can read in one.
_CONTROLS = re.compile(f"(?![{_VARIABLES}\\n\\t])[\\x00-\\x1f\\x7f]")
#: How the shell takes the id out of what create answers, without a JSON parser.
_TAKE_ID = """ | sed 's/.*"id": *"\\([^"]*\\)".*/\\1/')"""


def script(calls: Sequence[Exchange], secrets: Secrets) -> tuple[str, ...]:
    """Lines for a shell that make the calls again, on a session of their own if they create one."""
    if len(calls) < 2 or calls[0].name != "createSession" or not calls[0].succeeded:  # noqa: PLR2004
        return tuple(curl(call, secrets) for call in calls)
    try:
        created = as_object(calls[0].json()) or {}
    except ValueError:
        created = {}
    session_id = str(created.get("id") or "") or None
    first = curl(calls[0], secrets).replace("curl -sS -i", "ID=$(curl -sS", 1) + _TAKE_ID
    return first, *(curl(call, secrets, session_id) for call in calls[1:])


@lru_cache(maxsize=4096)  # a call is part of the story of every violation that comes after it
def curl(exchange: Exchange, secrets: Secrets, session_id: str | None = None) -> str:
    """The curl line that makes the call again, tokens and the given id as variables."""

    def safe(text: str) -> str:
        # Before it is quoted, which would hide a token with a quote in it.
        text = secrets.redact(text)
        for name, mark in _MARKS.items():
            text = text.replace(name, mark)
        return text.replace(session_id, "\3") if session_id else text

    def expanded(text: str) -> str:
        # Double quotes, so that the shell puts in what stands for itself.
        return '"' + re.sub(r'(["\\$`])', r"\\\1", safe(text)) + '"'

    words = ["curl", "-sS", "-i"]
    if exchange.method != "GET":
        words += ["-X", exchange.method]
    words.append(expanded(exchange.url))
    for name, value in exchange.request_headers.items():
        needless = name == "content-type" and not exchange.request_body
        if name not in _USUAL and not needless and not name.startswith("x-schemathesis"):
            words += ["-H", expanded(f"{name}: {value}")]
    line = " ".join(words)
    if exchange.request_body:
        line = _with_body(line, exchange.request_body, safe)
    for name, mark in _MARKS.items():
        line = line.replace(mark, name)
    return line.replace("\3", "$ID")


def _with_body(line: str, body: bytes, safe: Callable[[str], str]) -> str:
    """The line with the body that it sends; by a pipe where no argument can hold that."""
    try:
        text = safe(body.decode())
    except UnicodeDecodeError:
        return f"printf '{_octal(body)}' | {line} --data-binary @-"
    if not _CONTROLS.search(text):
        quoted = shlex.quote(text).replace("\3", "'\"$ID\"'")
        # A file is what curl takes a leading @ for, whatever it is quoted with.
        option = "--data-raw" if text.startswith("@") else "--data-binary"
        return f"{line} {option} {quoted}"
    # The marks of the variables are control characters themselves.
    parts = re.split(f"([{_VARIABLES}])", text)
    told = "".join(
        f"'\"{part}\"'" if place % 2 else _octal(part.encode()) for place, part in enumerate(parts)
    )
    return f"printf '{told}' | {line} --data-binary @-"


def _octal(content: bytes) -> str:
    """The format with which `printf` writes these bytes."""
    return "".join(
        "%%" if byte == ord("%") else chr(byte) if _plain(byte) else f"\\{byte:03o}"
        for byte in content
    )


def _plain(byte: int) -> bool:
    return ord(" ") <= byte <= ord("~") and chr(byte) not in "\\'"
