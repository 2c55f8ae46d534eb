"""What comes from a server stays within the tree of errors, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import CallError, ContractError, LostSessionError, ServerError, SessionsClient

if TYPE_CHECKING:
    from collections.abc import Callable

    Connect = Callable[..., SessionsClient]

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: str, body: bytes, **headers: str) -> bytes:
    """An answer, as it is on the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


CHARSETS = ["undefined", "utf-16", "hex", "zip", "rot13", "idna", "punycode", "unicode_escape", "é"]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_page_in_a_charset_that_is_none_is_a_gateway_s_error(
    connect: Connect, raw_server: Any, charset: str
) -> None:
    page = answer("502 Bad Gateway", b"<p>b\xffd \\q", Content_Type=f"text/html; charset={charset}")
    raw_server.answers += [page, NO_CONTENT]
    with connect(raw_server.url).session("s-1"):
        pass
    assert len(raw_server.requests) == 2
    raw_server.answers[:] = [page]
    with pytest.raises(ServerError) as caught:
        connect(raw_server.url, retries=None).get("s-1")
    assert caught.value.message
    assert str(caught.value)


@pytest.mark.parametrize(
    ("charset", "page"),
    [("utf-8", "für"), ("iso-8859-1", "für"), ("windows-1252", "€"), ("shift_jis", "日本")],
)
def test_what_a_page_says_is_read_in_its_charset(
    connect: Connect, raw_server: Any, charset: str, page: str
) -> None:
    body = page.encode(charset)
    raw_server.answers.append(
        answer("502 Bad Gateway", body, Content_Type=f"text/html; charset={charset}")
    )
    with pytest.raises(ServerError) as caught:
        connect(raw_server.url, retries=None).get("s-1")
    assert caught.value.message == page


@pytest.mark.parametrize("session_id", ["..", "", "a\\ud800"])
def test_a_session_whose_id_cannot_be_asked_for_is_lost(
    connect: Connect, raw_server: Any, session_id: str
) -> None:
    created = f'{{"id": "{session_id}", "backend_name": "b", "mode": "batch"}}'.encode()
    raw_server.answers.append(answer("200 OK", created, Content_Type="application/json"))
    with pytest.raises(LostSessionError) as caught:
        connect(raw_server.url).create(backend="b")
    assert len(raw_server.requests) == 1
    assert all(line.isprintable() for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    "retry_after", ["²", "9" * 400, "nan", "Mon, 99 Foo 99999999 99:99:99 +99999", " ", "-1", "1e9"]
)
def test_a_retry_after_that_is_none_is_no_harm(
    connect: Connect, raw_server: Any, retry_after: str
) -> None:
    busy = answer("429 Too Many Requests", b"", Retry_After=retry_after, Date="yesterday")
    raw_server.answers += [busy]
    with pytest.raises(CallError) as caught:
        connect(raw_server.url).get("s-1")
    assert caught.value.status == 429


def test_json_that_is_too_deep_or_not_text_breaks_the_contract(
    connect: Connect, raw_server: Any
) -> None:
    for body in (b"[" * 100_000, b"\xff\xfe\xfd", b"9" * 5000, b'"\\ud800"', b'{"id": "\\udc00"}'):
        raw_server.answers[:] = [answer("200 OK", body, Content_Type="application/json")]
        with pytest.raises(ContractError) as caught:
            connect(raw_server.url, retries=None).get("s-1")
        str(caught.value).encode()
