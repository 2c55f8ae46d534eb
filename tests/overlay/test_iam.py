"""API keys: the whole exchange on the loopback, with the emulator's IAM or a worse one."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import anyio
import pytest

from runtime_sessions import (
    ApiKey,
    AsyncSessionsClient,
    BearerToken,
    ConnectError,
    NotFoundError,
    Retries,
    SessionsClient,
    SettingsError,
    UnauthorizedError,
)
from runtime_sessions._iam_tokens import IamTokens
from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator

Connect = Callable[..., SessionsClient]
Exchange = Callable[[IamTokens, httpx.Request], httpx.Request]

pytestmark = pytest.mark.parametrize("contract", ["platform"], indirect=True)

EXCHANGE: Exchange = IamTokens.request
COMING = 8
KEY = "canary-key-8f14e45fceea167a5a36dedd4bea2543"
CALLS: dict[str, Callable[[SessionsClient, str], Any]] = {
    "POST": lambda client, _: client.create(backend="ibm_backend"),
    "GET": lambda client, name: client.get(name),
    "PATCH": lambda client, name: client.update(name, accepting_jobs=True),
    "DELETE": lambda client, name: client.cancel(name),
}


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The API keys of all exchanges, as they are made."""
    made: list[str] = []

    def counted(tokens: IamTokens, call: httpx.Request) -> httpx.Request:
        made.append(str(tokens._key))
        return EXCHANGE(tokens, call)

    monkeypatch.setattr(IamTokens, "request", counted)
    return made


@pytest.fixture(autouse=True)
def _iam(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAM_URL", emulator.iam_url)


@pytest.fixture
def keyed(connect: Connect, emulator: Emulator) -> SessionsClient:
    """A client with an API key, and the form of the token that the contract has by itself."""
    return connect(emulator.url, token=emulator.api_key, auth=None)


def statuses(emulator: Emulator, since: int = 0) -> list[int]:
    return [entry["status"] for entry in emulator.requests()][since:]


def away(*_: Any) -> httpx.Request:
    raise httpx.ConnectError("away")


def age(key: ApiKey, seconds: float) -> None:
    """Let a token be so much older."""
    key._tokens._fresh_until -= seconds
    key._tokens._good_until -= seconds


@pytest.fixture
def key(emulator: Emulator) -> ApiKey:
    return ApiKey(str(emulator.api_key))


def test_a_key_is_exchanged_once_for_all_calls(
    keyed: SessionsClient, emulator: Emulator, exchanges: list[str]
) -> None:
    assert exchanges == []
    with keyed.create(backend=emulator.backend) as session:
        assert session.refresh().state == "open"
    assert keyed.with_options(timeout=5).get(session.id).state == "closed"
    assert keyed.with_options(retries=None).session(session.id).refresh().state == "closed"
    assert exchanges == [emulator.api_key]
    assert set(statuses(emulator)) == {200, 204}


def test_clients_that_are_given_one_key_share_its_token(
    connect: Connect, emulator: Emulator, exchanges: list[str]
) -> None:
    key = ApiKey(str(emulator.api_key))
    clients = [connect(emulator.url, token=None, auth=key) for _ in range(3)]
    session = clients[0].create(backend=emulator.backend)
    assert {client.get(session.id).state for client in clients} == {"open"}
    assert len(exchanges) == 1


@pytest.mark.parametrize("method", CALLS)
def test_a_token_that_is_no_longer_good_is_renewed_and_the_call_made_again(
    keyed: SessionsClient, emulator: Emulator, exchanges: list[str], method: str
) -> None:
    session = keyed.create(backend=emulator.backend)
    emulator.submit_job(session.id, duration=7200)
    emulator.advance(3600)
    before, there = len(emulator.requests()), len(emulator.sessions())
    CALLS[method](keyed, session.id)
    first, second = statuses(emulator, before)
    assert (first, second // 100) == (401, 2)
    assert len(exchanges) == 2
    assert len(emulator.sessions()) == there + (method == "POST")


@pytest.mark.parametrize("method", CALLS)
def test_it_is_renewed_once(mocked: Connect, exchanges: list[str], method: str) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/identity/token"):
            token = f"token-{len(exchanges)}"
            return httpx.Response(200, json={"access_token": token, "expires_in": 3600})
        seen.append(request.headers["Authorization"])
        return httpx.Response(401)

    client = mocked(answer, token="emulator-api-key", auth=ApiKey)
    with pytest.raises(UnauthorizedError) as caught:
        CALLS[method](client, "s-1")
    assert caught.value.attempts == 1
    assert len(seen) == len(set(seen)) == 2
    assert len(exchanges) == 2


def test_a_token_is_renewed_before_it_runs_out(
    connect: Connect, key: ApiKey, emulator: Emulator, exchanges: list[str]
) -> None:
    session = connect(emulator.url, token=None, auth=key).create(backend=emulator.backend)
    age(key, 2500)
    session.refresh()
    assert len(exchanges) == 1
    age(key, 500)
    session.refresh()
    session.refresh()
    assert len(exchanges) == 2
    assert set(statuses(emulator)) == {200}


@pytest.mark.parametrize("is_away", [True, False])
def test_while_a_token_is_good_an_iam_that_gives_none_does_no_harm(  # noqa: PLR0913 - fixtures
    connect: Connect,
    key: ApiKey,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    raw_server: Any,
    *,
    is_away: bool,
) -> None:
    session = connect(emulator.url, token=None, auth=key).create(backend=emulator.backend)
    raw_server.answers.append(
        b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{"access_token": "no JWT"}'
    )
    monkeypatch.setattr(key._tokens, "url", "http://127.0.0.1:1" if is_away else raw_server.url)
    age(key, 3000)
    assert session.refresh().state == "open"
    assert statuses(emulator) == [200, 200]
    age(key, 600)
    with pytest.raises(ConnectError, match="no token for the API key"):
        session.refresh()


class Gate:
    """An exchange that goes on when as many want a token as are said to come."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, key: ApiKey, coming: int, exchange: Exchange
    ) -> None:
        self.count = 0
        self._lock, self._open, self._coming = threading.Lock(), threading.Event(), coming
        monkeypatch.setattr(key._locks, "at", lambda _: self)

        def gated(tokens: IamTokens, call: httpx.Request) -> httpx.Request:
            self.count += 1
            assert self._open.wait(10)
            return exchange(tokens, call)

        monkeypatch.setattr(IamTokens, "request", gated)

    def acquire(self, timeout: float) -> bool:
        self._coming -= 1
        if not self._coming:
            self._open.set()
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        self._lock.release()


@pytest.fixture
def options(account: dict[str, Any], key: ApiKey) -> dict[str, Any]:
    """What a client is given, to have that key and make one attempt."""
    return account | {"token": None, "auth": key, "retries": None}


@pytest.mark.parametrize("expired", [False, True])
def test_threads_share_one_exchange(
    options: dict[str, Any],
    key: ApiKey,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    *,
    expired: bool,
) -> None:
    name = made(emulator)
    with SessionsClient(emulator.url, **options) as client, ThreadPoolExecutor(COMING) as threads:
        if expired:
            client.get(name)
            emulator.advance(3600)
        gate = Gate(monkeypatch, key, COMING, EXCHANGE)
        found = list(threads.map(client.get, [name] * COMING))
    assert {details.id for details in found} == {name}
    assert gate.count == 1


def test_threads_share_a_failure(
    options: dict[str, Any], key: ApiKey, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, key, COMING, away)
    with SessionsClient(emulator.url, **options) as client:
        with ThreadPoolExecutor(COMING) as threads:
            calls = [threads.submit(client.get, "s-1") for _ in range(COMING)]
        assert {type(call.exception()) for call in calls} == {ConnectError}
        assert gate.count == 1
        with pytest.raises(ConnectError):
            client.get("s-1")
        assert gate.count == 2  # whoever comes later tries again
    assert emulator.requests() == []


@pytest.fixture
def slow_iam(emulator: Emulator, key: ApiKey, raw_server: Any) -> threading.Event:
    """An IAM that answers when this is set."""
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": emulator.api_key}
    body = httpx.post(f"{emulator.iam_url}/identity/token", data=form).content
    told = threading.Event()

    def answer(connection: Any, _: bytes) -> None:
        if told.wait(10):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    raw_server.answers.append(answer)
    key._tokens.url = raw_server.url
    return told


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_share_one_exchange_and_the_loop_goes_on(
    options: dict[str, Any],
    emulator: Emulator,
    slow_iam: threading.Event,
    raw_server: Any,
    backend: str,
) -> None:
    name = made(emulator)

    async def main() -> None:
        async with AsyncSessionsClient(emulator.url, **options) as client:
            found: list[str] = []

            async def get() -> None:
                found.append((await client.get(name)).id)

            async with anyio.create_task_group() as tasks:
                for _ in range(COMING):
                    tasks.start_soon(get)
                # Were the loop kept waiting, this would never come.
                await anyio.sleep(0.1)
                assert found == []
                slow_iam.set()
            assert found == [name] * COMING

    anyio.run(main, backend=backend)
    assert len(raw_server.requests) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_lets_another_exchange_the_key(
    options: dict[str, Any], emulator: Emulator, slow_iam: threading.Event, backend: str
) -> None:
    async def main() -> None:
        async with AsyncSessionsClient(emulator.url, **options) as client:
            with anyio.move_on_after(0.1) as scope:
                await client.get("s-1")
            assert scope.cancelled_caught
            slow_iam.set()
            with pytest.raises(NotFoundError):
                await client.get("s-1")

    anyio.run(main, backend=backend)
    assert len(statuses(emulator)) == 1


def made(emulator: Emulator) -> str:
    """The id of a session that was made by the token of a user."""
    with emulator.client() as client:
        body = {"mode": "batch", "backend": emulator.backend}
        headers = {"Service-CRN": emulator.instance, "IBM-API-Version": "2026-04-15"}
        name: str = client.post("/sessions", json=body, headers=headers).json()["id"]
        emulator.clear_requests()
        return name


class Iam(BaseHTTPRequestHandler):
    """An IAM that answers as it is told, and remembers what it was asked."""

    answers: ClassVar[list[tuple[int, str, dict[str, str]]]]
    asked: ClassVar[list[str]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.asked.append(self.rfile.read(length).decode())
        status, body, headers = self.answers.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base has it
        pass


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Iam]]:
    """Another IAM than the emulator's."""

    class Told(Iam):
        answers: ClassVar = []
        asked: ClassVar = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Told) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        monkeypatch.setenv("IAM_URL", f"http://127.0.0.1:{server.server_port}")
        yield Told
        server.shutdown()


REFUSAL = {"errorCode": "BXNIM0415E", "errorMessage": f"No API key {KEY} could be found."}


def test_a_key_that_iam_refuses_is_a_wrong_setting_and_not_tried_again(
    connect: Connect, emulator: Emulator, iam: type[Iam], caplog: pytest.LogCaptureFixture
) -> None:
    iam.answers += [(400, json.dumps(REFUSAL), {})] * 2
    client = connect(emulator.url, token=KEY, auth=ApiKey)
    for call in (lambda: client.get("s-1"), lambda: client.create(backend=emulator.backend)):
        with caplog.at_level(logging.DEBUG), pytest.raises(SettingsError) as caught:
            call()
        assert "no token for the API key from IAM at http://127.0.0.1" in str(caught.value)
        assert "No API key [secure] could be found." in str(caught.value)
        assert "https://cloud.ibm.com/iam/apikeys" in str(caught.value)
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
    assert "a create was interrupted" not in caplog.text
    assert KEY not in caplog.text
    assert len(iam.asked) == 2
    assert all(f"apikey={KEY}" in body for body in iam.asked)
    assert emulator.requests() == []


@pytest.mark.parametrize(
    "answer",
    [
        (503, "", {}),
        (429, "", {}),
        (502, "<html>Bad gateway</html>", {}),
        (200, "<html>Log in</html>", {}),
        (200, "{}", {}),
        (200, '{"access_token": "no JWT"}', {}),
    ],
)
def test_an_iam_that_gives_no_token_is_asked_again(
    connect: Connect, emulator: Emulator, iam: type[Iam], answer: tuple[int, str, dict[str, str]]
) -> None:
    iam.answers += [answer] * 9
    client = connect(emulator.url, token=KEY, auth=ApiKey)
    for call in (lambda: client.get("s-1"), lambda: client.create(backend=emulator.backend)):
        iam.asked.clear()
        iam.answers[:] = [answer] * 5
        with pytest.raises(ConnectError, match="no token for the API key from IAM") as caught:
            call()
        assert caught.value.attempts == len(iam.asked) == 5
        assert KEY not in str(caught.value)
    assert emulator.requests() == []


def test_an_iam_that_comes_back_is_asked_again(
    keyed: SessionsClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([away, away, EXCHANGE])

    def exchange(tokens: IamTokens, call: httpx.Request) -> httpx.Request:
        return next(answers)(tokens, call)

    monkeypatch.setattr(IamTokens, "request", exchange)
    assert keyed.create(backend=emulator.backend).details().state == "open"
    assert statuses(emulator) == [200]


def test_nothing_listens_where_iam_should_be(
    connect: Connect, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAM_URL", "http://127.0.0.1:1")
    client = connect(emulator.url, token=KEY, auth=ApiKey)
    with pytest.raises(ConnectError, match=r"refused|connection attempts failed") as caught:
        client.create(backend=emulator.backend)
    assert caught.value.attempts == 5
    assert emulator.requests() == []


def test_a_key_does_not_go_where_a_redirect_leads(
    connect: Connect, emulator: Emulator, iam: type[Iam]
) -> None:
    iam.answers.append((307, "", {"Location": f"{emulator.iam_url}/identity/token"}))
    with pytest.raises(SettingsError, match="307"):
        connect(emulator.url, token=emulator.api_key, auth=ApiKey).get("s-1")
    assert len(iam.asked) == 1


def test_an_exchange_takes_the_way_of_the_call(
    connect: Connect, emulator: Emulator, http_kind: Any
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path.endswith("/identity/token"):
            return httpx.Response(200, json={"access_token": "a-token", "expires_in": 3600})
        return httpx.Response(200, json={"jobs": [], "count": 0, "limit": 200, "offset": 0})

    own = http_kind(transport=httpx.MockTransport(answer))
    options: dict[str, Any] = {"token": KEY, "auth": ApiKey, "http_client": own, "timeout": 7}
    assert list(connect("https://service.test/api/v1", **options).jobs("s-1")) == []
    exchange, call = seen
    assert str(exchange.url) == f"{emulator.iam_url}/identity/token"
    assert exchange.extensions["timeout"]["read"] == 7
    assert f"apikey={KEY}" in exchange.content.decode()
    assert "Service-CRN" not in exchange.headers
    assert call.url.host == "service.test"
    assert KEY not in str(call.headers)


def test_an_exchange_has_the_end_of_the_call(
    connect: Connect, key: ApiKey, emulator: Emulator, raw_server: Any
) -> None:
    hung = threading.Event()
    answered: list[bool] = []
    raw_server.answers.append(lambda *_: answered.append(hung.wait(10)))
    key._tokens.url = raw_server.url
    client = connect(emulator.url, token=None, auth=key, retries=Retries(deadline=0.3))
    try:
        with pytest.raises(
            ConnectError, match=r"no token for the API key|before anything was sent"
        ):
            client.create(backend=emulator.backend)
        assert not answered, "the call waited until IAM was done"
    finally:
        hung.set()
    assert emulator.requests() == []


def test_an_exchange_is_read_up_to_the_limit(
    connect: Connect, key: ApiKey, emulator: Emulator, raw_server: Any
) -> None:
    body = b'{"access_token": "a", "expires_in": 3600}' + b" " * 2000
    raw_server.answers.append(b"HTTP/1.1 200 OK\r\n\r\n" + body)
    key._tokens.url = raw_server.url
    client = connect(emulator.url, token=None, auth=key, answer_limit=1000, retries=None)
    with pytest.raises(ConnectError, match="it is larger than 1000 bytes"):
        client.get("s-1")


@pytest.mark.parametrize("url", ["iam.test", f"https://user:{KEY}@iam.test"])
def test_an_address_of_iam_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("IAM_URL", url)
    with pytest.raises(SettingsError, match="IAM_URL in the environment: ") as caught:
        ApiKey("key")
    assert KEY not in str(caught.value)
    with pytest.raises(SettingsError, match="the argument `iam_url`: ") as caught:
        ApiKey("key", iam_url=url)
    assert KEY not in str(caught.value)


def test_an_argument_says_where_iam_is_whatever_the_environment_says(
    connect: Connect, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, exchanges: list[str]
) -> None:
    monkeypatch.setenv("IAM_URL", "no address")
    client = connect(emulator.url, token=emulator.api_key, auth=None, iam_url=emulator.iam_url)
    assert client.create(backend="ibm_backend").details().state == "open"
    assert exchanges == [emulator.api_key]
    assert ApiKey("key", iam_url=f"{emulator.iam_url}/")._tokens.url == emulator.iam_url


@pytest.mark.parametrize("url", ["", "iam.test"])
def test_an_argument_that_is_no_address_does_not_send_the_key_to_ibm(
    connect: Connect, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.delenv("IAM_URL")
    with pytest.raises(SettingsError, match="the argument `iam_url`: the base URL is http"):
        connect(emulator.url, token=emulator.api_key, auth=ApiKey, iam_url=url)


def test_an_iam_that_nobody_asks_is_refused(connect: Connect, emulator: Emulator) -> None:
    for auth, token in ((BearerToken, "t"), (ApiKey("key"), None)):
        with pytest.raises(ValueError, match="iam_url is for nothing"):
            connect(emulator.url, token=token, auth=auth, iam_url=emulator.iam_url)
