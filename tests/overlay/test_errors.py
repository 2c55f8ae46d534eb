from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import runtime_sessions
from runtime_sessions import (
    BadRequestError,
    CallError,
    ConflictError,
    ConnectError,
    ContractError,
    ForbiddenError,
    LostSessionError,
    NotFoundError,
    OutcomeUnknownError,
    ServerError,
    SessionsClient,
    SessionsError,
    SettingsError,
    StatusError,
    TooManyRequestsError,
    UnauthorizedError,
    UnsupportedError,
)
from runtime_sessions_api.http_library import httpx

if TYPE_CHECKING:
    from runtime_sessions_emulator import Emulator

Mocked = Callable[..., SessionsClient]

PAGE = Path(__file__).parents[2] / "docs/client.md"

BODY = {
    "errors": [
        {
            "code": 1208,
            "message": "Request validation of body failed",
            "solution": "Give a backend.",
            "more_info": "https://docs.quantum-computing.ibm.com/errors",
        }
    ],
    "trace": "a1b2c3",
}
CLASSES = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    418: StatusError,
    429: TooManyRequestsError,
    500: ServerError,
    521: ServerError,
    302: StatusError,
}


def failing(mocked: Mocked, *answers: httpx.Response | Exception, **options: Any) -> CallError:
    """The error of a `get` that is answered so, one attempt after the other."""
    left = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    with pytest.raises(CallError) as caught:
        mocked(answer, **options).get("s-1")
    assert left == []
    return caught.value


@pytest.mark.parametrize(("status", "kind"), CLASSES.items())
def test_each_status_has_a_class_that_carries_all_that_is_known(
    mocked: Mocked, status: int, kind: type[StatusError]
) -> None:
    answer = httpx.Response(status, json=BODY, headers={"X-Request-Id": "r-1"})
    error = failing(mocked, answer, retries=None)
    assert type(error) is kind
    assert (error.method, error.url) == ("GET", "https://service.test/runtime/sessions/s-1")
    assert error.status == status
    assert error.code == 1208
    assert error.message == "Request validation of body failed"
    assert error.solution == "Give a backend."
    assert error.more_info == "https://docs.quantum-computing.ibm.com/errors"
    assert error.trace == "a1b2c3"
    assert json.loads(error.body) == BODY
    assert error.attempts == 1
    assert error.response is not None
    assert error.response.headers["X-Request-Id"] == "r-1"
    assert str(error) == (
        f"GET https://service.test/runtime/sessions/s-1: {status} "
        "Request validation of body failed (code 1208)\n  solution: Give a backend.\n"
        "  more: https://docs.quantum-computing.ibm.com/errors\n  trace: a1b2c3"
    )


@pytest.mark.parametrize("status", [403, 502, 503, 520, 524, 401])
def test_the_page_of_a_gateway_is_a_status_error_with_an_excerpt(
    mocked: Mocked, status: int
) -> None:
    page = (
        "<!DOCTYPE html><html><head><style>body {color: red}</style><title>Bad gateway</title>"
        "<script>alert(1)</script></head><body><h1>Sorry &amp; bye</h1>" + "<p>word</p>" * 99
    )
    error = failing(mocked, httpx.Response(status, html=page), retries=None)
    assert isinstance(error, StatusError)
    assert error.message is not None
    assert error.message.startswith("Bad gateway Sorry & bye word")
    assert 190 < len(error.message) <= 200
    assert error.code is None
    assert error.body == page.encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"errors": []}', b'{"errors": [1]}', b'{"errors": {"0": 1}}'],
)
def test_no_error_body_is_too_strange(mocked: Mocked, body: bytes) -> None:
    error = failing(mocked, httpx.Response(404, content=body))
    assert type(error) is NotFoundError
    assert error.body == body
    assert (error.code, error.solution, error.more_info, error.trace) == (None, None, None, None)


def test_a_code_may_be_text(mocked: Mocked) -> None:
    body = {"errors": [{"code": "1217", "message": "Session has been closed.", "more_info": ""}]}
    error = failing(mocked, httpx.Response(409, json=body))
    assert error.code == "1217"
    assert error.more_info is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        (None, None),
    ],
)
def test_too_many_requests_tells_how_long_to_wait(
    mocked: Mocked, header: str | None, seconds: float | None
) -> None:
    headers = {"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    if header:
        headers["Retry-After"] = header
    error = failing(mocked, httpx.Response(429, headers=headers), retries=None)
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after == seconds


def test_a_date_counts_from_now_when_the_answer_has_none(mocked: Mocked) -> None:
    headers = {"Retry-After": "Thu, 01 Jan 2099 00:00:00 GMT"}
    error = failing(mocked, httpx.Response(429, headers=headers), retries=None)
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after is not None
    assert error.retry_after > 1e9


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout(""), httpx.PoolTimeout("")]
)
def test_what_was_never_sent_is_known_not_to_be_done(mocked: Mocked, failure: Exception) -> None:
    error = failing(mocked, failure, retries=None)
    assert type(error) is ConnectError
    assert error.status is None
    assert error.body == b""
    assert error.response is None
    assert error.__cause__ is failure
    assert type(failure).__name__ in str(error)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout(""),
        httpx.ReadError("reset"),
        httpx.WriteError(""),
        httpx.RemoteProtocolError("Server disconnected"),
        httpx.DecodingError("not gzip"),
    ],
)
def test_what_was_sent_without_an_answer_is_unknown(mocked: Mocked, failure: Exception) -> None:
    error = failing(mocked, failure, retries=None)
    assert type(error) is OutcomeUnknownError
    assert error.__cause__ is failure


def test_nothing_listens(connect: Callable[..., SessionsClient]) -> None:
    with pytest.raises(ConnectError) as caught:
        connect("http://127.0.0.1:1").get("s-1")
    assert caught.value.attempts == 5
    assert "(5 attempts)" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: httpx.Response(404, json=BODY), NotFoundError),
        (lambda: httpx.ReadError("reset"), OutcomeUnknownError),
        (lambda: httpx.Response(200, json={"id": 1}), ContractError),
    ],
)
def test_errors_are_pickled_and_copied_whole(
    mocked: Mocked, answer: Any, kind: type[CallError]
) -> None:
    error = failing(mocked, answer(), retries=None)
    error.add_note("noted")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(again) is kind
        assert str(again) == str(error)
        assert again.args == error.args
        assert again.__notes__ == ["noted"]
        assert (again.status, again.code, again.body) == (error.status, error.code, error.body)
        assert (again.attempts, again.trace) == (error.attempts, error.trace)


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    names = {
        name: kind
        for name, kind in vars(runtime_sessions).items()
        if isinstance(kind, type) and issubclass(kind, SessionsError)
    }
    path: list[str] = []
    drawn: dict[str, str] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        found = re.match(r"^([│├└─ ]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            drawn[found[2]] = path[depth - 1] if depth else "Exception"
    assert drawn == {name: kind.__bases__[0].__name__ for name, kind in names.items()}
    assert set(drawn) == {name for name in vars(runtime_sessions) if name.endswith("Error")}
    assert issubclass(LostSessionError, OutcomeUnknownError)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"max_ttl": "1.5h"}, TypeError),
        ({"max_ttl": True}, TypeError),
        ({"max_ttl": 0}, ValueError),
        ({"max_ttl": -300}, ValueError),
        ({"max_ttl": float("inf")}, ValueError),
        ({"mode": "both"}, ValueError),
        ({"mode": None}, TypeError),
        ({"backend": ""}, ValueError),
        ({"instance": ""}, ValueError),
        ({"on_exit": "close"}, ValueError),
        ({"on_error": "wait"}, ValueError),
    ],
)
def test_wrong_arguments_of_create_fail_before_a_request(
    client: SessionsClient, emulator: Emulator, arguments: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.create(**{"backend": emulator.backend, **arguments})
    assert emulator.requests() == []


@pytest.mark.parametrize(
    ("contract", "arguments", "error", "said"),
    [
        ("classic", {"backend": None}, TypeError, "backend is text"),
        ("platform", {"max_ttl": 1.5}, ValueError, "max_ttl is whole seconds"),
        ("platform", {"max_ttl": 2**31}, ValueError, "max_ttl is whole seconds"),
        ("platform", {"instance": "crn:v1:another"}, ValueError, "make one for"),
    ],
    indirect=["contract"],
)
def test_what_one_contract_has_no_room_for_fails_before_a_request(
    client: SessionsClient,
    emulator: Emulator,
    arguments: Any,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        client.create(**{"backend": emulator.backend, **arguments})
    assert emulator.requests() == []


@pytest.mark.parametrize("contract", ["platform"], indirect=True)
def test_what_a_contract_lacks_is_said_with_where_to_look(
    client: SessionsClient, emulator: Emulator
) -> None:
    for call in (client.extended, lambda name: client.session(name).extended()):
        with pytest.raises(UnsupportedError, match="`user_id`, `state_reason` and `timestamps`"):
            call("s-1")
    assert emulator.requests() == []


def test_wrong_arguments_of_the_others_fail_before_a_request(
    client: SessionsClient, emulator: Emulator
) -> None:
    wrong: Any = None
    for name in ("", "..", ".", 1):
        wrong = name
        for call in (client.get, client.cancel, client.session, client.jobs):
            with pytest.raises((TypeError, ValueError)):
                call(wrong)
    for page_size in (0, 201, 1.5, "10"):
        wrong = page_size
        with pytest.raises(ValueError, match="page_size"):
            client.pages("s-1", page_size=wrong)
        with pytest.raises(ValueError, match="page_size"):
            client.jobs("s-1", page_size=wrong)
    with pytest.raises(TypeError, match="accepting_jobs"):
        client.update("s-1", accepting_jobs="no")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    for timeout in ("1.5h", 0, None):
        wrong = timeout
        with pytest.raises((TypeError, ValueError), match="timeout"):
            client.with_options(timeout=wrong)
    assert emulator.requests() == []


def test_an_id_is_not_a_path(client: SessionsClient, emulator: Emulator) -> None:
    with pytest.raises(NotFoundError):
        client.get("a/../b?c=d#e f")
    assert [entry["path"] for entry in emulator.requests()] == [
        "/sessions/a%2F..%2Fb%3Fc%3Dd%23e%20f"
    ]


def test_no_instance_is_said_plainly(connect: Callable[..., SessionsClient]) -> None:
    with pytest.raises(SettingsError, match="no instance was found"):
        connect("https://service.test", instance=None).create(backend="ibmq_wellington")
