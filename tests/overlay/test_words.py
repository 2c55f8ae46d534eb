"""What a server says is shown without what it should not know, or say."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from runtime_sessions import (
    AccessToken,
    BearerToken,
    CallError,
    ContractError,
    LostSessionError,
    SessionsClient,
    SettingsError,
)
from runtime_sessions._progress import in_words
from runtime_sessions_api.http_library import httpx

Connect = Callable[..., SessionsClient]

CANARY = 'canary/8f14+e45"fceea&167a5a36dedd4bea'


class Signing(httpx.Auth):
    """An authentication of somebody else's."""

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["X-Key"] = CANARY
        yield request


AUTHS: list[Any] = [BearerToken(CANARY), AccessToken(CANARY), Signing()]
ECHOES: dict[str, Callable[[str], bytes]] = {
    "message": lambda said: json.dumps({"errors": [{"message": said, "code": said}]}).encode(),
    "solution": lambda said: json.dumps(
        {"errors": [{"message": "no", "solution": said, "more_info": said}], "trace": said}
    ).encode(),
    "page": lambda said: b"<h1>Debugging proxy</h1> " + said.encode(),
    "cut": lambda said: b"a " * 92 + said.encode(),
    "escaped": lambda said: b"<p>" + said.replace("&", "&amp;").replace('"', "&#34;").encode(),
    "quoted": lambda said: quote(said, safe="").encode(),
    "quoted in small letters": lambda said: "".join(f"%{ord(one):02x}" for one in said).encode(),
    "quoted twice": lambda said: quote(quote(said, safe="")).encode(),
    "in JSON as numbers": lambda said: "".join(f"\\u{ord(one):04X}" for one in said).encode(),
    "in JSON within JSON": lambda said: json.dumps(json.dumps(said).replace("/", "\\/")).encode(),
    "in HTML as numbers": lambda said: "".join(f"&#x{ord(one):x};" for one in said).encode(),
    "folded": lambda said: said[:9].encode() + b"\r\n\t" + said[9:].encode(),
    "as UTF-16": lambda said: said.encode("utf-16-le"),
}


def everything(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    one: BaseException | None = error
    while one is not None:
        lines += [str(one), repr(one), repr(getattr(one, "__notes__", ""))]
        one = one.__cause__ or one.__context__
    if isinstance(error, CallError):
        said = [error.message, error.solution, error.more_info, error.trace, error.code]
        lines += [str(one) for one in said]
    return "".join(lines)


def hidden(text: str) -> bool:
    """Whether nobody who knows how a URL, JSON or HTML is read finds the begin of the canary."""
    read = html.unescape(html.unescape(unquote(unquote(text))))
    read = re.sub(r"\\+(?:u00|x)([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), read)
    return CANARY[:9] not in re.sub(r"[\s\0\\]", "", read)


def framed(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("auth", AUTHS, ids=["bearer", "access", "foreign"])
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("status", ["400 Bad Request", "200 OK"])
def test_a_secret_that_comes_back_is_masked(  # noqa: PLR0913, PLR0917 - three are fixtures
    connect: Connect,
    raw_server: Any,
    caplog: pytest.LogCaptureFixture,
    auth: httpx.Auth,
    echo: str,
    status: str,
) -> None:
    raw_server.answers.append(framed(status, ECHOES[echo](f"you sent {CANARY} to us")))
    client = connect(raw_server.url, token=None, auth=auth, retries=None)
    for call in (lambda: client.get("s-1"), lambda: client.create(backend="b")):
        with caplog.at_level(logging.DEBUG, "runtime_sessions"), pytest.raises(CallError) as caught:
            call()
        assert hidden(everything(caught.value))
        assert caught.value.body  # raw
    assert hidden(caplog.text)


@pytest.mark.parametrize("auth", AUTHS, ids=["bearer", "access", "foreign"])
@pytest.mark.parametrize(
    "answer",
    [
        f"HTTP/1.1 400 {CANARY}\r\nContent-Length: 0\r\n\r\n",
        f"{CANARY}\r\n\r\n",
        f"HTTP/1.1 200 OK\r\n{CANARY}\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nContent-Encoding: {CANARY}\r\n\r\n",
        f"HTTP/1.1 307 See\r\nLocation: http://[{CANARY}\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["reason", "status", "header", "encoding", "location"],
)
def test_so_it_is_where_no_body_is_read(
    connect: Connect, raw_server: Any, auth: httpx.Auth, answer: str
) -> None:
    raw_server.answers.append(answer.encode())
    client = connect(raw_server.url, token=None, auth=auth, retries=None)
    with pytest.raises(CallError) as caught:
        client.get("s-1")
    assert hidden(everything(caught.value))


def test_a_broken_answer_is_shown_without_it(connect: Connect, raw_server: Any) -> None:
    raw_server.answers.append(framed("200 OK", json.dumps([CANARY]).encode()))
    with pytest.raises(ContractError, match=r"\[secure\]") as caught:
        connect(raw_server.url, token=None, auth=BearerToken(CANARY)).get("s-1")
    assert hidden(everything(caught.value))


EVIL = "\x1b[31mall\x1b]0;is well\x07\r\nERROR: \u202elose\x9b2J\u2028 \ud800"


def test_control_characters_are_escaped(
    connect: Connect, raw_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"message": EVIL, "solution": EVIL, "more_info": EVIL, "code": EVIL}
    body = json.dumps({"errors": [error], "trace": EVIL}).encode()
    raw_server.answers.append(framed("400 Bad Request", body))
    with (
        caplog.at_level(logging.DEBUG, "runtime_sessions"),
        pytest.raises(CallError) as caught,
        connect(raw_server.url, retries=None).session("s-1"),
    ):
        pass
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert len(str(caught.value).splitlines()) == 4
    assert caught.value.message == (
        r"\x1b[31mall\x1b]0;is well\x07\r\nERROR: \u202elose\x9b2J\u2028 \ud800"
    )
    assert all(record.getMessage().replace("\n  ", "").isprintable() for record in caplog.records)
    assert EVIL not in caplog.text


def test_long_words_are_cut(connect: Connect, raw_server: Any) -> None:
    body = json.dumps({"errors": [{"message": "long " * 100_000}]}).encode()
    raw_server.answers.append(framed("400 Bad Request", body))
    with pytest.raises(CallError) as caught:
        connect(raw_server.url).get("s-1")
    assert len(str(caught.value)) < 3000


def test_a_line_of_progress_is_one_line_and_no_markup(
    connect: Connect, contract: str, raw_server: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fields: dict[str, Any] = {"id": "s-1", "backend_name": "b", "mode": "batch"}
    fields |= {"interactive_ttl": 60, "max_ttl": 900, "active_ttl": 60, "accepting_jobs": True}
    fields |= {"state": "\x1b[31m[/nothing]\n"}
    raw_server.answers.append(framed("200 OK", json.dumps(fields).encode()))
    session = connect(raw_server.url).session("s-1")
    details = session.wait(lambda _: True, progress=True)
    assert r"\x1b[31m[/nothing]\n" in in_words(details)
    assert "\x1b[31m" not in capsys.readouterr().out
    assert contract


def test_basic_authentication_is_masked_too(connect: Connect, raw_server: Any) -> None:
    sent = base64.b64encode(b"user:a-password").decode()
    raw_server.answers.append(framed("400 Bad Request", sent.encode()))
    client = connect(raw_server.url, token=None, auth=httpx.BasicAuth("user", "a-password"))
    with pytest.raises(CallError) as caught:
        client.get("s-1")
    assert sent not in str(caught.value)
    assert not isinstance(caught.value, SettingsError)


@pytest.mark.parametrize("said", [CANARY, quote(CANARY, safe=""), f"s-{CANARY}"])
def test_a_secret_that_comes_back_as_an_id_is_written_nowhere(
    connect: Connect,
    raw_server: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    said: str,
) -> None:
    answered = {"id": said, "state": "open", "backend_name": "b", "mode": "batch"}
    raw_server.answers.append(framed("200 OK", json.dumps(answered).encode()))
    book = tmp_path / "book"
    client = connect(raw_server.url, token=None, auth=BearerToken(CANARY), ledger=book)
    with caplog.at_level(logging.DEBUG), pytest.raises(LostSessionError) as caught:
        client.create(backend="b")
    assert hidden(everything(caught.value) + caplog.text + book.read_text())
    assert len(raw_server.requests) == 1
