"""What goes over the wire: a call, its answer, who made it, the curl line that makes it again."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from runtime_sessions_contract._contract import Operation, as_object


class Caller(StrEnum):
    """Who makes a call."""

    USER = "user"
    OTHER = "other user"
    NOBODY = "nobody"
    ASTRAY = "user in an instance that is not there"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The tokens of a run, and how they look where they must not be seen.

    Attributes:
        api_key: The first user's API key, where the contract takes one as it is and it is known.
    """

    token: str = field(repr=False)
    other_token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)

    def redact(self, text: str) -> str:
        """The text with every token, in whatever form, replaced by the name of its variable."""
        named = (
            (self.token, "$TOKEN"),
            (self.other_token, "$OTHER_TOKEN"),
            (self.api_key, "$API_KEY"),
        )
        for token, name in named:
            if not token:
                continue
            plain = {token, json.dumps(token)[1:-1], repr(token)[1:-1]}
            forms = (
                plain
                | {escape(form) for form in plain}
                | {quote(token, safe=""), quote_plus(token)}
            )
            for form in sorted(forms, key=len, reverse=True):
                text = text.replace(form, name)
        return text

    def caller(self, token: str) -> Caller:
        """Whose token it is."""
        if token and token in {self.token, self.other_token}:
            return Caller.USER if token == self.token else Caller.OTHER
        return Caller.NOBODY


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
        return json.loads(self.body)

    def request_json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The request's JSON value; None where it is none."""
        try:
            return json.loads(self.request_body)
        except ValueError:
            return None


#: Headers that an HTTP client adds by itself: a curl line is easier to read without them.
_USUAL = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}


#: What stands for the variables of the shell while a line is quoted.
_MARKS = {"$OTHER_TOKEN": "\1", "$API_KEY": "\4", "$TOKEN": "\2"}
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
        if name not in _USUAL and not name.startswith("x-schemathesis"):
            words += ["-H", expanded(f"{name}: {value}")]
    if exchange.request_body:
        body = shlex.quote(safe(exchange.request_body.decode("utf-8", "replace")))
        words += ["--data-binary", body.replace("\3", "'\"$ID\"'")]
    line = " ".join(words)
    for name, mark in _MARKS.items():
        line = line.replace(mark, name)
    return line.replace("\3", "$ID")
