"""What type checkers must make of the overlay. They read this file; nobody runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import assert_type

from runtime_sessions import (
    AccessToken,
    ApiKey,
    AsyncSessionHandle,
    AsyncSessionsClient,
    CallError,
    ClassicDetails,
    ExtendedDetails,
    Job,
    JobPage,
    Message,
    PlatformDetails,
    Retries,
    SessionDetails,
    SessionHandle,
    SessionsClient,
    TooManyRequestsError,
)
from runtime_sessions_api.classic import models as classic
from runtime_sessions_api.classic.api.sessions import get_session, list_session_jobs
from runtime_sessions_api.classic.types import Unset as ClassicUnset
from runtime_sessions_api.http_library import httpx
from runtime_sessions_api.platform import models as platform
from runtime_sessions_api.platform.api.jobs import list_jobs
from runtime_sessions_api.platform.types import Unset


def sync() -> None:
    with SessionsClient("https://service.test", token="t", retries=None) as client:
        assert_type(client, SessionsClient)
        assert_type(client.with_options(timeout=timedelta(seconds=5)), SessionsClient)
        with client.create(backend="b", mode="batch", max_ttl=timedelta(hours=1)) as session:
            assert_type(session, SessionHandle)
            assert_type(session.id, str)
            assert_type(session.messages, tuple[Message, ...])
            assert_type(session.response, httpx.Response | None)
            assert_type(session.wait("active", timeout=60), SessionDetails)
        assert_type(client.session("s", on_exit="leave"), SessionHandle)
        assert_type(client.get("s"), SessionDetails)
        assert_type(client.get("s").state, classic.SessionState | platform.SessionState | Unset)
        assert_type(client.get("s").created_at, datetime | ClassicUnset | Unset)
        assert_type(client.get("s").response, httpx.Response)
        assert_type(client.extended("s"), ExtendedDetails)
        assert_type(client.jobs("s"), Iterator[Job])
        assert_type(client.pages("s", page_size=10), Iterator[JobPage])
        client.update("s", accepting_jobs=False)
        client.cancel("s")
        client.create(backend="b", max_ttl="1.5h")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        client.create(backend="b", on_exit="close")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        client.create(backend="b", mode="bacth")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        client.sessions(mode="session")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        client.create("b")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
        client.session("s", on_error="wait")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def one_contract(client: SessionsClient) -> None:
    details = client.get("s")
    if isinstance(details, ClassicDetails):
        assert_type(details.state, classic.SessionState)
        assert_type(details.active_ttl, float)
    else:
        assert_type(details, PlatformDetails)
        assert_type(details.backend_name, str | None)
        assert_type(details.timestamps, list[platform.SessionTimestamp] | Unset)
        assert_type(details.user_id, str | Unset)
    for job in client.jobs("s"):
        assert_type(job, classic.Job | platform.Job)
        assert_type(job.id, str)
    # The functions of either generated client take what a client has.
    get_session.sync("s", client=client.api)
    list_session_jobs.sync("s", client=client.api)
    list_jobs.sync(session_id="s", client=client.api, ibm_api_version="2026-04-15")


def platform_only() -> None:
    crn = "crn:v1:bluemix:public:quantum-computing:us-east:a/account:instance::"
    SessionsClient("https://service.test", token="t", instance=crn, contract="platform")
    SessionsClient("https://service.test", auth=ApiKey("key"), instance=crn, contract="platform")
    SessionsClient("https://service.test", token="t", auth=ApiKey, instance=crn)
    SessionsClient("https://service.test", token="t", contract="modern")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def asynchronous() -> None:
    http_client = httpx.AsyncClient()
    async with AsyncSessionsClient(
        "https://service.test", token="t", auth=AccessToken, http_client=http_client
    ) as client:
        assert_type(client, AsyncSessionsClient)
        assert_type(client.with_options(retries=Retries(attempts=2)), AsyncSessionsClient)
        async with await client.create(backend="b") as session:
            assert_type(session, AsyncSessionHandle)
            assert_type(await session.details(), SessionDetails)
            assert_type(await session.wait(lambda details: details.accepting_jobs), SessionDetails)
        assert_type(client.session("s"), AsyncSessionHandle)
        assert_type(await client.get("s"), SessionDetails)
        assert_type(client.jobs("s"), AsyncIterator[Job])
        async for page in client.pages("s"):
            assert_type(page, JobPage)
    SessionsClient("https://service.test", http_client=http_client)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def errors(error: CallError) -> None:
    assert_type(error.status, int | None)
    assert_type(error.code, int | str | None)
    assert_type(error.body, bytes)
    assert_type(error.response, httpx.Response | None)
    if isinstance(error, TooManyRequestsError):
        assert_type(error.retry_after, float | None)
