"""What is tried again, how often, after how long, and what is never tried again."""

from __future__ import annotations

import contextlib
import logging
import statistics
from collections.abc import Callable
from typing import Any

import pytest

from runtime_sessions import (
    ConnectError,
    ContractError,
    LostSessionError,
    OutcomeUnknownError,
    Retries,
    ServerError,
    SessionsClient,
    StatusError,
    TooManyRequestsError,
    set_testing,
)
from runtime_sessions import _clock as clock
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault, FaultKind

Mocked = Callable[..., SessionsClient]

BACKEND = "ibmq_wellington"
# What either contract allows.
CREATED = {"id": "s-1", "backend_name": "b", "mode": "batch"}
SESSION = CREATED | {
    "interactive_ttl": 1,
    "max_ttl": 1,
    "active_ttl": 28800,
    "state": "closed",
    "accepting_jobs": False,
}
CANCELLED = "session s-9 was created: cancelled, or noted why not"
PASSING = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]
FAILURES = [
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
]


class Service:
    """Answers with what it is told, then well, and keeps count."""

    def __init__(self, *answers: int | type[Exception] | httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, httpx.Response):
            return answer
        if isinstance(answer, type):
            raise answer("as told")
        if answer:
            return httpx.Response(answer)
        if request.method == "POST":
            return httpx.Response(200, json=CREATED)
        if request.method == "GET":
            return httpx.Response(200, json=SESSION)
        return httpx.Response(204)


def call(client: SessionsClient, method: str) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "GET": lambda: client.get("s-1"),
        "PATCH": lambda: client.update("s-1", accepting_jobs=False),
        "DELETE": lambda: client.cancel("s-1"),
        "POST": lambda: client.create(backend=BACKEND),
    }
    calls[method]()


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("trouble", [*PASSING, *FAILURES])
def test_what_can_be_repeated_is_tried_again(
    mocked: Mocked, method: str, trouble: int | type[Exception]
) -> None:
    service = Service(trouble, trouble)
    call(mocked(service), method)
    assert len(service.requests) == 3


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 418, 501, 505, 525])
def test_what_will_not_pass_is_not_tried_again(mocked: Mocked, method: str, status: int) -> None:
    service = Service(status)
    with pytest.raises(StatusError):
        call(mocked(service), method)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "trouble", [429, httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout]
)
def test_create_is_tried_again_when_nothing_was_done(
    mocked: Mocked, trouble: int | type[Exception]
) -> None:
    service = Service(trouble, trouble)
    assert mocked(service).create(backend=BACKEND).id == "s-1"
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        *(set(PASSING) - {429}),
        501,
        599,
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
    ],
)
def test_create_is_never_tried_again_when_something_may_have_been_done(
    mocked: Mocked, trouble: int | type[Exception]
) -> None:
    service = Service(trouble)
    with pytest.raises(OutcomeUnknownError) as caught:
        mocked(service).create(backend=BACKEND)
    assert len(service.requests) == caught.value.attempts == 1
    assert not isinstance(caught.value, StatusError)
    if isinstance(trouble, int):
        assert caught.value.status == trouble
        assert isinstance(caught.value.__cause__, StatusError)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409])
def test_a_create_that_is_refused_is_refused(mocked: Mocked, status: int) -> None:
    service = Service(status)
    with pytest.raises(StatusError):
        mocked(service).create(backend=BACKEND)
    assert len(service.requests) == 1


def test_whoever_knows_better_can_have_create_tried_again(mocked: Mocked) -> None:
    service = Service(503, httpx.ReadTimeout, 520)
    assert mocked(service, retries=Retries(create=True)).create(backend=BACKEND).id == "s-1"
    assert len(service.requests) == 4


@pytest.mark.parametrize("last", [401, 429, 503, httpx.ConnectError])
def test_a_create_that_may_have_been_done_once_stays_unknown(
    mocked: Mocked, last: int | type[Exception]
) -> None:
    service = Service(httpx.ReadTimeout, last)
    with pytest.raises(OutcomeUnknownError):
        mocked(service, retries=Retries(create=True, attempts=2)).create(backend=BACKEND)


def test_what_was_sent_once_is_not_called_unsent(mocked: Mocked) -> None:
    with pytest.raises(OutcomeUnknownError):
        mocked(Service(httpx.ReadTimeout, *[httpx.ConnectError] * 9)).cancel("s-1")
    with pytest.raises(ConnectError):
        mocked(Service(*[httpx.ConnectError] * 9)).cancel("s-1")


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_ending_that_was_not_confirmed_is_tried_again(mocked: Mocked, method: str) -> None:
    service = Service(200)
    call(mocked(service), method)
    assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("answer", "lost"),
    [
        (httpx.Response(200, content=b'{"id":'), True),
        (httpx.Response(200, json={"messages": []}), True),
        (httpx.Response(200, json={"id": ""}), True),
        (httpx.Response(202), True),
        (httpx.Response(200, html="<h1>Log in</h1>"), True),
        (httpx.Response(200, json={"id": "s-9", "messages": ["text"]}), False),
        (httpx.Response(201, json={"id": "s-9"}), False),
    ],
)
def test_a_created_session_that_cannot_be_used_is_cancelled_or_reported(
    mocked: Mocked, answer: httpx.Response, *, lost: bool
) -> None:
    answer = httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
    service = Service(answer, 404)  # a session just created may not be found for a moment
    with pytest.raises(ContractError) as caught:
        mocked(service).create(backend=BACKEND)
    assert isinstance(caught.value, LostSessionError) is lost
    assert isinstance(caught.value, OutcomeUnknownError) is lost
    sent = [(request.method, request.url.path) for request in service.requests[1:]]
    assert sent == ([] if lost else [("DELETE", "/runtime/sessions/s-9/close")] * 2)
    if not lost:
        assert caught.value.__notes__ == [CANCELLED]


def test_a_created_session_that_cannot_be_cancelled_is_named(mocked: Mocked) -> None:
    broken = httpx.Response(200, json={"id": "s-9", "messages": 1})
    with pytest.raises(ContractError) as caught:
        mocked(Service(broken, 401)).create(backend=BACKEND)
    created, failed = caught.value.__notes__
    assert created == CANCELLED
    assert failed.startswith("session s-9 may still be open: ")


def test_attempts_are_counted_and_end(mocked: Mocked) -> None:
    service = Service(*[503] * 9)
    with pytest.raises(ServerError) as caught:
        mocked(service, retries=Retries(attempts=3)).get("s-1")
    assert caught.value.attempts == len(service.requests) == 3


def test_none_is_one_attempt(mocked: Mocked) -> None:
    service = Service(503)
    with pytest.raises(ServerError):
        mocked(service, retries=None).get("s-1")
    assert len(service.requests) == 1


def test_a_session_just_created_may_not_be_found_for_a_moment(mocked: Mocked) -> None:
    service = Service(0, 404, 404, 0, 404)
    session = mocked(service).create(backend=BACKEND)
    session.refresh()
    with pytest.raises(StatusError):
        session.refresh()
    assert len(service.requests) == 5


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept away."""
    seconds: list[float] = []
    to_sleep = clock.to_sleep

    def listed(wait: float) -> float:
        seconds.append(wait)
        return to_sleep(wait)

    monkeypatch.setattr("runtime_sessions._pauses.to_sleep", listed)
    return seconds


def test_waits_grow_with_full_jitter_to_a_cap(mocked: Mocked, waits: list[float]) -> None:
    policy = Retries(attempts=8, backoff=1, max_backoff=10, deadline=None)
    for _ in range(60):
        mocked(Service(*[503] * 7), retries=policy).get("s-1")
    for number, longest in enumerate([1, 2, 4, 8, 10, 10, 10]):
        drawn = waits[number::7]
        assert max(drawn) <= longest
        assert min(drawn) < longest * 0.2
        assert statistics.mean(drawn) == pytest.approx(longest / 2, rel=0.35)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["30", "Sun, 22 Nov 2026 12:00:30 GMT"])
def test_retry_after_is_obeyed(
    mocked: Mocked, waits: list[float], status: int, header: str
) -> None:
    headers = {"Retry-After": header, "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    mocked(Service(httpx.Response(status, headers=headers))).get("s-1")
    (wait,) = waits
    assert 30 <= wait <= 30.5


def test_retry_after_beyond_the_cap_fails_at_once(mocked: Mocked, waits: list[float]) -> None:
    service = Service(httpx.Response(429, headers={"Retry-After": "61"}))
    with pytest.raises(TooManyRequestsError) as caught:
        mocked(service).get("s-1")
    assert caught.value.retry_after == 61
    assert waits == []


def test_the_deadline_is_over_all_attempts(mocked: Mocked, waits: list[float]) -> None:
    policy = Retries(attempts=1000, backoff=4, deadline=20)
    service = Service(*[503] * 1000)
    with pytest.raises(ServerError):
        mocked(service, retries=policy).get("s-1")
    assert 3 <= len(service.requests) <= 200
    assert sum(waits) < 20


def test_the_timeout_of_an_attempt_is_apart_and_ends_with_the_deadline(mocked: Mocked) -> None:
    class Slow(Service):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            clock._State.skipped += 8
            return super().__call__(request)

    service = Slow(*[httpx.ReadTimeout] * 9)
    policy = Retries(deadline=20, backoff=0)
    with pytest.raises(OutcomeUnknownError):
        mocked(service, retries=policy, timeout=10).get("s-1")
    timeouts = [request.extensions["timeout"]["read"] for request in service.requests]
    assert timeouts == [10, 10, pytest.approx(4, abs=0.5)]


def test_the_default_timeouts_are_finite(mocked: Mocked) -> None:
    service = Service()
    mocked(service).get("s-1")
    (request,) = service.requests
    assert request.extensions["timeout"] == dict.fromkeys(["connect", "read", "write", "pool"], 30)
    assert Retries().deadline == 120


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"backoff": -1},
        {"max_backoff": -1},
        {"max_retry_after": -1},
        {"deadline": 0},
    ],
)
def test_a_wrong_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retries(**wrong)


def test_test_mode_is_switched_back() -> None:
    modes = [clock._State.testing]
    with set_testing(False):
        modes.append(clock._State.testing)
    modes.append(clock._State.testing)
    set_testing(False)
    modes.append(clock._State.testing)
    assert modes == [True, False, True, False]


def test_without_test_mode_time_passes_by_itself(mocked: Mocked) -> None:
    skipped = clock._State.skipped
    with set_testing(False):
        mocked(Service(503), retries=Retries(backoff=0.01)).get("s-1")
    assert clock._State.skipped == skipped


def test_what_is_tried_again_is_logged(mocked: Mocked, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "runtime_sessions"):
        mocked(Service(503)).get("s-1")
    first, second, third = (record.getMessage() for record in caplog.records)
    assert first.startswith("GET /sessions/s-1: 503 in 0.")
    assert first.endswith(" s, attempt 1")
    assert second.startswith("GET /sessions/s-1: again in ")
    assert third.startswith("GET /sessions/s-1: 200 in 0.")
    assert third.endswith(" s, attempt 2")
    assert [record.levelname for record in caplog.records] == ["DEBUG", "INFO", "DEBUG"]


KINDS = set(FaultKind) - {FaultKind.DELAY, FaultKind.NOT_FOUND_YET, FaultKind.UNKNOWN_VALUE}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("after", [False, True])
def test_on_the_wire_no_session_is_created_twice(
    client: SessionsClient, emulator: Emulator, kind: FaultKind, *, after: bool
) -> None:
    emulator.add_fault(Fault(kind, operation="createSession", after=after, times=1))
    with contextlib.suppress(OutcomeUnknownError):
        client.create(backend=emulator.backend)
    assert len(emulator.sessions()) <= (2 if kind == "rate_limit" and after else 1)
