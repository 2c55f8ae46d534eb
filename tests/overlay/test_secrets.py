"""No token in any log, repr, exception, pickle or traceback: held by a canary."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from httpx_aiohttp import HttpxAiohttpClient

from runtime_sessions import (
    AccessToken,
    ApiKey,
    AsyncSessionsClient,
    BearerToken,
    CallError,
    Retries,
    SessionsClient,
    SettingsError,
)
from runtime_sessions_api.http_library import LIBRARY, httpx
from runtime_sessions_emulator import Emulator, Fault, FaultKind, default_config

# What others make for httpx, and not for its successor yet.
ONLY_HTTPX = pytest.mark.skipif(LIBRARY != "httpx", reason="it is made for httpx")
AIOHTTP = [False, pytest.param(True, marks=ONLY_HTTPX)]

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-8f14e45fceea167a5a36dedd4bea2543"
Form = Callable[[str], httpx.Auth]
Connect = Callable[..., SessionsClient]
FORMS: list[tuple[str, Form]] = [
    ("classic", BearerToken),
    ("classic", AccessToken),
    ("platform", BearerToken),
    ("platform", ApiKey),
]
BY_FORM = pytest.mark.parametrize(("contract", "form"), FORMS, indirect=["contract"])
#: How a token of IAM begins: none may be seen, either.
SECRETS = (CANARY, "eyJ")


class Whole(logging.Formatter):
    """All of a record, also what no message shows."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.getMessage()} {vars(record)}"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that any library logs, at the lowest level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Whole())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
def vaults() -> Iterator[dict[str, Emulator]]:
    """Emulators whose user has the canary as a token and as an API key."""
    with contextlib.ExitStack() as stack:
        vaults: dict[str, Emulator] = {}
        for contract in ("classic", "platform"):
            default = default_config(contract)
            key = CANARY if contract == "platform" else None
            user = evolve(default.users[0], token=CANARY, api_key=key)
            config = evolve(default, users=(user,))
            vaults[contract] = stack.enter_context(Emulator(config, contract=contract))
        yield vaults


@pytest.fixture
def guarded(
    vaults: dict[str, Emulator], contract: str, monkeypatch: pytest.MonkeyPatch
) -> Emulator:
    vaults[contract].reset()
    if contract == "platform":
        monkeypatch.setenv("IAM_URL", vaults[contract].iam_url)
    return vaults[contract]


@pytest.fixture
def guarding(connect: Connect, guarded: Emulator, form: Form) -> Connect:
    """Make clients that have the canary."""
    del guarded  # it says where IAM is
    return lambda url, **options: connect(url, token=CANARY, auth=form, **options)


def hidden(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


def shown(error: BaseException) -> str:
    """An error as all that prints errors may show it: with the variables of all frames but ours."""
    lines = [repr(error), str(error), repr(vars(error))]
    one: traceback.TracebackException | None
    one = traceback.TracebackException.from_exception(error, capture_locals=True)
    while one is not None:
        ours = Path(__file__).parent
        lines += [repr(frame.locals) for frame in one.stack if Path(frame.filename).parent != ours]
        lines += one.format_exception_only()
        one = one.__cause__ or one.__context__
    return "\n".join(lines)


def leaky(failure: type[BaseException]) -> Callable[[httpx.Request], httpx.Response]:
    """A transport that fails with the token in a variable, in a file that is not ours."""
    source = """
def answer(request):
    headers = list(request.headers.raw)
    raise failure("as told") from failure("because")
"""
    names: dict[str, Any] = {"failure": failure}
    exec(compile(source, "elsewhere.py", "exec"), names)  # noqa: S102 - our own source
    answer: Callable[[httpx.Request], httpx.Response] = names["answer"]
    return answer


def test_the_canary_would_be_found() -> None:
    """The tests below can fail: httpx shows what it sends."""
    transport = httpx.MockTransport(leaky(httpx.ReadError))
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ReadError) as caught:
        client.get("http://service.test", headers={"X-Access-Token": CANARY})
    assert CANARY in shown(caught.value)


@BY_FORM
@pytest.mark.parametrize("failure", [httpx.ReadError, httpx.ConnectError, KeyboardInterrupt])
def test_no_frame_of_what_is_below_shows_it(
    guarding: Connect, http_kind: type[httpx.Client], failure: type[BaseException]
) -> None:
    http_client = http_kind(transport=httpx.MockTransport(leaky(failure)))
    client = guarding("http://service.test", http_client=http_client)
    with pytest.raises((CallError, KeyboardInterrupt)) as caught:
        client.get("0")
    assert hidden(shown(caught.value))
    assert "because" in str(caught.value.__cause__) or "as told" in str(caught.value.__cause__)


@BY_FORM
def test_nothing_shows_the_token_while_all_goes_well(
    guarding: Connect, guarded: Emulator, logged: io.StringIO
) -> None:
    client = guarding(guarded.url)
    with client.create(backend=guarded.backend) as session:
        details = session.refresh()
    assert session.response is not None
    things = [client, session, details, details.response, client.api, session.messages]
    for thing in [*things, details.response.request.headers, vars(details.response.request)]:
        assert hidden(repr(thing))
    for thing in (details, session.response):
        assert hidden(pickle.dumps(thing).decode("latin1"))
    assert "runtime_sessions" in logged.getvalue()
    assert "httpcore" in logged.getvalue()
    assert hidden(logged.getvalue())


KINDS = [
    FaultKind.ERROR,
    FaultKind.RESET,
    FaultKind.TRUNCATED,
    FaultKind.BROKEN_JSON,
    FaultKind.GATEWAY,
]


@BY_FORM
@pytest.mark.parametrize("kind", KINDS)
def test_no_error_shows_the_token(
    guarding: Connect, guarded: Emulator, logged: io.StringIO, kind: FaultKind
) -> None:
    guarded.add_fault(Fault(kind))
    client = guarding(guarded.url)
    calls: list[Callable[[], Any]] = [
        lambda: client.create(backend=guarded.backend),
        lambda: client.session("0").__enter__().drain(),
        lambda: client.get("0"),
    ]
    for call in calls:
        with pytest.raises(CallError) as caught:
            call()
        assert hidden(shown(caught.value))
        assert hidden(pickle.dumps(caught.value).decode("latin1"))
    assert hidden(logged.getvalue())


@BY_FORM
def test_no_failure_to_connect_shows_the_token(guarding: Connect, logged: io.StringIO) -> None:
    client = guarding("http://127.0.0.1:1", retries=None)
    with pytest.raises(CallError) as caught:
        client.get("0")
    assert hidden(shown(caught.value))
    assert hidden(logged.getvalue())


@BY_FORM
def test_a_raw_call_that_fails_does_not_show_it(
    contract: str, account: dict[str, Any], form: Form, guarded: Emulator, logged: io.StringIO
) -> None:
    guarded.add_fault(Fault("reset"))
    get_session = import_module(f"runtime_sessions_api.{contract}.api.sessions.get_session")
    always = {} if contract == "classic" else {"ibm_api_version": "2026-04-15"}
    options = account | {"token": CANARY, "auth": form}
    with (
        SessionsClient(guarded.url, **options) as client,
        pytest.raises(httpx.HTTPError) as caught,
    ):
        get_session.sync_detailed("0", client=client.api, **always)
    assert hidden(shown(caught.value))
    assert hidden(logged.getvalue())


@BY_FORM
@pytest.mark.parametrize("aiohttp", AIOHTTP)
def test_a_task_that_is_cancelled_does_not_show_it(
    account: dict[str, Any], form: Form, guarded: Emulator, *, aiohttp: bool
) -> None:
    guarded.add_fault(Fault("delay", seconds=1))

    caught: list[BaseException] = []

    async def get(client: AsyncSessionsClient) -> None:
        try:
            await client.get("0")
        except asyncio.CancelledError as error:
            caught.append(error)
            raise

    async def main() -> None:
        async with contextlib.AsyncExitStack() as stack:
            own = await stack.enter_async_context(HttpxAiohttpClient()) if aiohttp else None
            options = account | {"token": CANARY, "auth": form, "http_client": own}
            client = AsyncSessionsClient(guarded.url, **options)
            await stack.enter_async_context(client)
            task = asyncio.create_task(get(client))
            await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(main())
    (error,) = caught
    assert error.__traceback__ is not None
    assert hidden(shown(error))


@BY_FORM
def test_clients_and_handles_are_not_pickled(
    account: dict[str, Any], form: Form, guarded: Emulator
) -> None:
    with SessionsClient(guarded.url, **account | {"token": CANARY, "auth": form}) as client:
        for thing in (client, client.session("0"), form(CANARY)):
            for way in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match="not pickled") as caught:
                    way(thing)
                assert CANARY not in str(caught.value)
            assert CANARY not in repr(thing)
        with pytest.raises(TypeError):
            pickle.dumps(client.api)


@pytest.mark.parametrize("token", [f"{CANARY}\n", f"{CANARY} ", f"{CANARY}ü", f" {CANARY}"])
@BY_FORM
def test_a_token_that_no_header_may_hold_is_refused_unseen(
    account: dict[str, Any], token: str, form: Form
) -> None:
    options = account | {"token": token, "auth": form}
    for make in (
        lambda: SessionsClient("http://service.test", **options),
        lambda: form(token),
    ):
        with pytest.raises((SettingsError, ValueError), match="the token is empty, or") as caught:
            make()
        assert CANARY not in shown(caught.value)


def test_no_wrong_setting_shows_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QISKIT_IBM_TOKEN", CANARY)
    wrong: list[dict[str, Any]] = [
        {},
        {"base_url": "ftp://service.test"},
        {"base_url": f"https://user:{CANARY}@service.test"},
        {"base_url": "https://service.test", "timeout": "1.5h"},
        {"base_url": "https://service.test", "http_client": 1},
        {"base_url": "https://service.test", "auth": httpx.BasicAuth("user", "password")},
    ]
    accounts = {"default-ibm-quantum": {"channel": "ibm_quantum", "token": CANARY}}
    (tmp_path / ".qiskit").mkdir()
    (tmp_path / ".qiskit" / "qiskit-ibm.json").write_text(json.dumps(accounts))
    for options in wrong:
        for token in (None, CANARY):
            if "auth" in options and token is None:
                continue
            with pytest.raises((SettingsError, TypeError, ValueError)) as caught:
                SessionsClient(**options, token=token, retries=Retries()).close()
            assert CANARY not in shown(caught.value)
