"""A session is ended, or it is said that it may be open: whoever interrupts, and however often."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import (
    AsyncSessionsClient,
    NotFoundError,
    Retries,
    ServerError,
    SessionsClient,
)
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault

if TYPE_CHECKING:
    from runtime_sessions import Ending

Connect = Callable[..., SessionsClient]
Reason = Callable[[SessionsClient, str], str]

SESSION = {
    "id": "s-1",
    "backend_name": "b",
    "mode": "batch",
    "interactive_ttl": 60,
    "max_ttl": 900,
    "active_ttl": 60,
    "state": "open",
    "accepting_jobs": True,
}


async def left_well(client: AsyncSessionsClient, backend: str, left: asyncio.Event) -> None:
    """Leave a block well, and say when that begins."""
    async with await client.create(backend=backend):
        left.set()


@pytest.fixture
def slow(emulator: Emulator) -> Emulator:
    """An emulator that takes its time over a drain."""
    emulator.add_fault(Fault("delay", seconds=0.3, operation="updateSession", times=1))
    return emulator


def test_a_task_that_is_cancelled_while_its_session_ends_ends_it(
    account: dict[str, Any], slow: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with AsyncSessionsClient(slow.url, **account) as client:
            left = asyncio.Event()
            task = asyncio.create_task(left_well(client, slow.backend, left))
            await left.wait()
            for _ in range(3):
                await asyncio.sleep(0.05)
                task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert client.unended == ()

    asyncio.run(main())
    (session,) = slow.sessions()
    assert session["state"] == "closed"
    assert "may still be open" not in caplog.text


def test_a_timeout_around_a_block_comes_when_the_session_has_ended(
    account: dict[str, Any], slow: Emulator
) -> None:
    async def main() -> None:
        async with AsyncSessionsClient(slow.url, **account) as client:
            session = await client.create(backend=slow.backend)
            async with asyncio.timeout(0.05), session:
                pass

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    (session,) = slow.sessions()
    assert session["state"] == "closed"


def test_a_loop_that_is_torn_down_says_what_is_open(
    account: dict[str, Any], slow: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> tuple[str, ...]:
        async with AsyncSessionsClient(slow.url, **account) as client:
            left = asyncio.Event()
            task = asyncio.create_task(left_well(client, slow.backend, left))
            await left.wait()
            await asyncio.sleep(0.05)
            for one in asyncio.all_tasks() - {asyncio.current_task()}:
                one.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert any("may still be open" in note for note in caught.value.__notes__)
            return client.unended

    unended = asyncio.run(main())
    (session,) = slow.sessions()
    assert unended == (session["id"],)
    assert f"{session['id']} may still be open" in caplog.text


class Interrupting:
    """A service that the user is impatient with: some of its calls are interrupted."""

    def __init__(self, interruptions: int) -> None:
        self.left = interruptions
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        if self.left:
            self.left -= 1
            raise KeyboardInterrupt
        return httpx.Response(204)


def interrupted(service: Interrupting, **endings: Any) -> tuple[KeyboardInterrupt, tuple[str, ...]]:
    own = httpx.Client(transport=httpx.MockTransport(service))
    options: Any = {"token": "a-token", "contract": "classic", "http_client": own}
    with SessionsClient("https://service.test", **options) as client:
        with pytest.raises(KeyboardInterrupt) as caught, client.session("s-1", **endings):
            pass
        return caught.value, client.unended


def test_ctrl_c_while_a_session_drains_cancels_it() -> None:
    service = Interrupting(1)
    error, unended = interrupted(service)
    assert service.asked == ["PATCH", "DELETE"]
    assert unended == ()
    assert not hasattr(error, "__notes__")


def test_ctrl_c_twice_says_what_is_open(caplog: pytest.LogCaptureFixture) -> None:
    service = Interrupting(2)
    error, unended = interrupted(service)
    assert service.asked == ["PATCH", "DELETE"]
    assert unended == ("s-1",)
    assert error.__notes__ == ["session s-1 may still be open"]
    assert "session s-1 may still be open: KeyboardInterrupt" in caplog.text
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize("ending", ["drain", "cancel"])
def test_an_ending_is_tried_until_the_deadline(
    emulator: Emulator, client: SessionsClient, ending: str
) -> None:
    session = client.create(backend=emulator.backend)
    emulator.add_fault(Fault("error", status=503, times=9))
    getattr(session, ending)()
    assert session.refresh().state == "closed"


def test_who_wants_one_attempt_gets_one_and_is_told(
    emulator: Emulator, client: SessionsClient, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = client.create(backend=emulator.backend).id
    emulator.add_fault(Fault("error", status=503, times=2))  # the answer, and a look
    impatient = client.with_options(retries=None)
    with pytest.raises(ServerError) as caught:
        impatient.session(session_id).drain()
    assert caught.value.attempts == 1
    assert caught.value.__notes__ == [f"session {session_id} may still be open"]
    assert f"session {session_id} may still be open" in caplog.text
    assert [client.unended, impatient.unended] == [(session_id,)] * 2
    client.cancel(session_id)
    assert [client.unended, impatient.unended] == [(), ()]


def test_a_deadline_ends_an_ending(emulator: Emulator, client: SessionsClient) -> None:
    session_id = client.create(backend=emulator.backend).id
    emulator.add_fault(Fault("error", status=503))
    hasty = client.with_options(retries=Retries(deadline=60))
    with pytest.raises(ServerError) as caught:
        hasty.session(session_id).cancel()
    assert caught.value.attempts > 5


class Unconfirmed:
    """A service whose PATCH fails, and whose GET shows what it made of it."""

    def __init__(self, **details: object) -> None:
        self.details = SESSION | details
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        if request.method == "GET":
            return httpx.Response(200, json=self.details)
        return httpx.Response(501 if request.method == "PATCH" else 204)


@pytest.mark.parametrize("details", [{"accepting_jobs": False}, {"state": "closed"}])
def test_a_drain_that_the_details_show_is_one(mocked: Connect, details: dict[str, object]) -> None:
    service = Unconfirmed(**details)
    client = mocked(service)
    with client.session("s-1"):
        pass
    assert service.asked == ["PATCH", "GET"]
    assert client.unended == ()


@pytest.mark.parametrize(
    ("on_error", "asked"), [("cancel", ["PATCH", "GET", "DELETE"]), ("leave", ["PATCH", "GET"])]
)
def test_what_cannot_be_drained_is_ended_as_by_an_error(
    mocked: Connect, on_error: Ending, asked: list[str]
) -> None:
    service = Unconfirmed()
    client = mocked(service)
    with pytest.raises(ServerError) as caught, client.session("s-1", on_error=on_error):
        pass
    assert service.asked == asked
    is_cancelled = on_error == "cancel"
    assert client.unended == (() if is_cancelled else ("s-1",))
    said = "was cancelled, for it could not be drained" if is_cancelled else "may still be open"
    assert caught.value.__notes__ == [f"session s-1 {said}"]


def origins(error: BaseException | None) -> list[BaseException]:
    """An error, what it came of, what that came of, and so on, each once."""
    met: list[BaseException] = []
    while error is not None:
        assert error not in met, f"{error!r} came of itself"
        met.append(error)
        error = error.__cause__ or error.__context__
    return met


def test_no_error_comes_of_itself_where_neither_ending_can_be_done(mocked: Connect) -> None:
    def hang_up(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            raise httpx.ReadError("hung up", request=request)
        answer: httpx.Response = Unconfirmed()(request)
        return answer

    client = mocked(hang_up, retries=None)
    with pytest.raises(ServerError) as caught, client.session("s-1"):
        pass
    assert origins(caught.value) == [caught.value]
    assert client.unended == ("s-1",)


def test_no_interruption_comes_of_itself_where_the_ending_after_it_fails() -> None:
    interruptions = [KeyboardInterrupt()]

    def interrupt(request: httpx.Request) -> httpx.Response:
        if interruptions:
            raise interruptions.pop()
        raise httpx.ReadError("hung up", request=request)

    # A thread's: in a loop of tasks it is the loop that is interrupted.
    with httpx.Client(transport=httpx.MockTransport(interrupt)) as own:
        client = SessionsClient(
            "https://service.test",
            token="a-token",
            contract="classic",
            http_client=own,
            retries=None,
        )
        with pytest.raises(KeyboardInterrupt) as caught, client.session("s-1"):
            pass
    assert len(origins(caught.value)) > 1
    assert client.unended == ("s-1",)


def test_a_session_that_nobody_saw_and_nobody_finds_is_not_open(
    emulator: Emulator, client: SessionsClient, caplog: pytest.LogCaptureFixture
) -> None:
    del emulator
    with pytest.raises(NotFoundError):
        client.session("no-such-session").cancel()
    assert client.unended == ()
    assert "may still be open" not in caplog.text


@pytest.mark.parametrize(
    ("status", "ended"), [(0, "closed_early"), (None, "closed_early"), (1, "cancelled")]
)
def test_an_exit_that_is_no_failure_drains(
    reason: Reason, emulator: Emulator, client: SessionsClient, status: int | None, ended: str
) -> None:
    with pytest.raises(SystemExit), client.create(backend=emulator.backend) as session:
        sys.exit(status)
    assert reason(client, session.id) == f"session_{ended}"


def test_so_does_a_generator_that_is_left(
    reason: Reason, emulator: Emulator, client: SessionsClient
) -> None:
    def ids() -> Iterator[str]:
        with client.create(backend=emulator.backend) as session:
            yield session.id
            yield session.id

    generator: Any = ids()
    session_id = next(generator)
    generator.close()
    assert reason(client, session_id) == "session_closed_early"
