"""What passes by, judged without a request: recordings as tools write them, and a proxy."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import pytest

from runtime_sessions import BearerToken, SessionsClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.cli.command import main
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.target.target import CannotRunError
from runtime_sessions_contract.watch.har import read_har
from runtime_sessions_contract.watch.masks import mask
from runtime_sessions_contract.watch.proxy import Proxy
from runtime_sessions_contract.watch.recording import judge_calls, judge_har
from runtime_sessions_emulator import ContractName, Emulator, Fault

Har = dict[str, Any]


@pytest.fixture
def emulator(contract: ContractName) -> Iterator[Emulator]:
    with Emulator(contract=contract, virtual_clock=True, seed=1) as running:
        yield running


def a_program(emulator: Emulator, url: str) -> None:
    """Two sessions with jobs, and somebody who is nobody."""
    with httpx.Client(base_url=url, headers=dict(emulator.client().headers)) as http:
        for mode in ("dedicated", "batch"):
            body: dict[str, object] = {"mode": mode, "backend": emulator.backend}
            if emulator.contract == "classic":
                body |= {"instance": emulator.instance, "max_session_ttl": 900}
            else:
                body["max_ttl"] = 900
            created = http.post("/sessions", json=body).raise_for_status().json()["id"]
            http.get(f"/sessions/{created}")
            emulator.submit_job(created, duration=60)
            http.get(f"/sessions/{created}")
            http.patch(f"/sessions/{created}", json={"accepting_jobs": False})
            http.get(f"/sessions/{created}")
            emulator.advance(60)
            http.get(f"/sessions/{created}")
            http.delete(f"/sessions/{created}/close")
            http.get(f"/sessions/{created}")
            jobs = {"classic": f"/sessions/{created}/jobs", "platform": "/jobs"}
            http.get(
                jobs[emulator.contract],
                params={"session_id": created} if emulator.contract == "platform" else None,
            )
            http.get(jobs[emulator.contract], params={"limit": "5"})
        if emulator.contract == "platform":
            http.get("/workloads", params={"limit": "1"})
        http.get("/sessions/nowhere")
    httpx.get(f"{url}/sessions/nowhere")


@pytest.fixture
def recorded(emulator: Emulator) -> list[Har]:
    """The entries of a HAR file, as any tool would have them."""
    with Proxy(emulator.url).serving() as proxy:
        a_program(emulator, proxy.url)
    return [
        {
            "startedDateTime": f"2026-11-27T10:00:00.{place * 4000:06d}Z",
            "time": 3.5,
            "request": {
                "method": call.method,
                "url": call.url,
                "httpVersion": "HTTP/1.1",
                "headers": [{"name": n, "value": v} for n, v in call.headers.items()],
                **({"postData": {"mimeType": "", "text": call.body}} if call.body else {}),
            },
            "response": {
                "status": call.status,
                "headers": [{"name": n, "value": v} for n, v in call.answered.items()],
                "content": {"size": len(call.answer or ""), "text": call.answer},
            },
        }
        for place, call in enumerate(proxy.calls)
    ]


def as_chrome(entries: list[Har]) -> list[Har]:
    """Without sensitive headers, with a page's other calls, and some answers from memory."""
    for entry in entries:
        headers = entry["request"]["headers"]
        entry["request"]["headers"] = [
            {"name": ":authority", "value": "here"},
            *(each for each in headers if each["name"] not in {"authorization", "cookie"}),
        ]
        entry["_resourceType"] = "fetch"
    asked = {"method": "GET", "url": "https://cdn.example.test/sessions.js", "headers": []}
    code = {"size": 3, "mimeType": "text/javascript", "text": "1+1"}
    page = {"status": 200, "headers": [], "content": code}
    more = {"startedDateTime": "2026-11-27T11:00:00.000+01:00", "time": -1}
    beside = {**more, "request": asked, "response": page}
    cached = {**entries[1], "_fromCache": "memory"}
    failed = {**entries[1], "response": {**page, "status": 0}}
    return [beside, cached, failed, *entries]


def as_firefox(entries: list[Har]) -> list[Har]:
    """Header names in their own case, and a span of time that is not known."""
    for entry in entries:
        for message in (entry["request"], entry["response"]):
            for header in message["headers"]:
                header["name"] = header["name"].title()
        entry["startedDateTime"] = entry["startedDateTime"].replace("Z", "+00:00")
    return entries


def as_mitmproxy(entries: list[Har]) -> list[Har]:
    """Bodies in Base64."""
    for entry in entries:
        content = entry["response"]["content"]
        content["text"] = base64.b64encode(content["text"].encode()).decode()
        content["encoding"] = "base64"
    return entries


def without_bodies(entries: list[Har]) -> list[Har]:
    """As tools do that are short of memory."""
    for entry in entries:
        del entry["response"]["content"]["text"]
    return entries


TOOLS = [as_chrome, as_firefox, as_mitmproxy, without_bodies, list]


def written(entries: list[Har], folder: Path) -> Path:
    file = folder / "recording.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return file


def judged(entries: list[Har], folder: Path) -> Result:
    return judge_har(written(entries, folder))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.__name__)
def test_a_server_that_is_right_contradicts_nothing(
    emulator: Emulator, recorded: list[Har], tmp_path: Path, tool: Callable[[list[Har]], list[Har]]
) -> None:
    sent = len(recorded)
    emulator.clear_requests()
    result = judged(tool(recorded), tmp_path)
    assert [finding.title for finding in result.findings] == []
    assert [finding.title for finding in result.differences] == []
    assert result.target.contract.name == emulator.contract
    assert result.target.url == emulator.url
    # POST /jobs and the like would be no operations of the classic contract; these all are.
    assert result.calls == sent
    assert result.checks > sent or tool is without_bodies
    assert emulator.requests() == []


def calls_of(entries: list[Har], method: str, path: str) -> list[Har]:
    return [
        entry
        for entry in entries
        if entry["request"]["method"] == method and path in entry["request"]["url"]
    ]


def edit(entry: Har, **fields: object) -> None:
    content = entry["response"]["content"]
    content["text"] = json.dumps({**json.loads(content["text"]), **fields})


def views(entries: list[Har]) -> list[Har]:
    shown = calls_of(entries, "GET", "/sessions/")
    return [
        e for e in shown if "/jobs" not in e["request"]["url"] and e["response"]["status"] == 200
    ]


def a_lost_patch(entries: list[Har]) -> None:
    edit(views(entries)[2], accepting_jobs=True)


def a_close_that_closes_nothing(entries: list[Har]) -> None:
    edit(views(entries)[4], state="inactive", closed_at=None)


def a_ttl_that_moves(entries: list[Har]) -> None:
    edit(views(entries)[1], max_ttl=901)


def a_ttl_that_is_raised(entries: list[Har]) -> None:
    for view in views(entries)[:5]:
        edit(view, max_ttl=28800)
    for creation in calls_of(entries, "POST", "/sessions"):
        if "max_ttl" in creation["response"]["content"]["text"]:
            edit(creation, max_ttl=28800)


def another_mode(entries: list[Har]) -> None:
    for view in views(entries)[:5]:
        edit(view, mode="batch")
    first = calls_of(entries, "POST", "/sessions")[0]
    if "mode" in first["response"]["content"]["text"]:
        edit(first, mode="batch")


def a_session_that_is_not_found(entries: list[Har]) -> None:
    lost, nowhere = views(entries)[1], calls_of(entries, "GET", "/sessions/nowhere")[0]
    lost["response"] = nowhere["response"]


def anybody_is_let_in(entries: list[Har]) -> None:
    nobody = calls_of(entries, "GET", "/sessions/nowhere")[-1]
    nobody["response"], nobody["request"]["url"] = (
        views(entries)[-1]["response"],
        views(entries)[-1]["request"]["url"],
    )


def time_that_runs_back(entries: list[Har]) -> None:
    edit(views(entries)[4], elapsed_time=-5)


def another_time_of_creation(entries: list[Har]) -> None:
    edit(views(entries)[3], created_at="2026-01-01T00:00:09.000Z")


def a_job_that_did_not_end_after_all(entries: list[Har]) -> None:
    listed = [
        e
        for e in calls_of(entries, "GET", "jobs")
        if '"Completed"' in json.dumps(e).replace("\\", "")
    ]
    listed[-1]["response"]["content"]["text"] = listed[-1]["response"]["content"]["text"].replace(
        "Completed", "Running"
    )


def a_field_of_another_type(entries: list[Har]) -> None:
    edit(views(entries)[0], max_ttl="900")


def a_page_instead_of_an_answer(entries: list[Har]) -> None:
    views(entries)[0]["response"]["content"]["text"] = "<html>"


def two_sessions_of_one_id(entries: list[Har]) -> None:
    first, second = calls_of(entries, "POST", "/sessions")
    second["response"] = first["response"]


FAULTS = [
    a_lost_patch,
    a_close_that_closes_nothing,
    a_ttl_that_moves,
    a_ttl_that_is_raised,
    another_mode,
    a_session_that_is_not_found,
    anybody_is_let_in,
    time_that_runs_back,
    a_job_that_did_not_end_after_all,
    a_field_of_another_type,
    a_page_instead_of_an_answer,
    two_sessions_of_one_id,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_what_is_wrong_is_seen_from_outside(
    recorded: list[Har], tmp_path: Path, fault: Callable[[list[Har]], None]
) -> None:
    fault(recorded)
    result = judged(recorded, tmp_path)
    assert result.findings
    assert not result.holds
    for finding in result.findings:
        assert finding.ground.certain
        assert finding.example.curls


def test_what_is_only_more_than_the_contract_knows_is_told_apart(
    recorded: list[Har], tmp_path: Path
) -> None:
    edit(views(recorded)[0], news=1)
    file = written(recorded, tmp_path)
    result = judge_har(file)
    assert result.holds
    assert [finding.example.got for finding in result.differences] == ["at /"]
    assert not judge_har(file, strict=True).holds


SECRETS = ("canary-of-a-key-1", "canary-of-a-cookie", "canary-refreshed")


def jwt(**claims: object) -> str:
    told = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{told}.canary-signature"


def test_no_token_is_in_what_is_shown(
    recorded: list[Har],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key, cookie, refresh = SECRETS
    first, again = (jwt(iam_id="IBMid-1", jti=number) for number in (1, 2))
    given = {"access_token": first, "refresh_token": refresh}
    recorded.insert(
        0,
        {
            "startedDateTime": "2026-11-27T09:00:00.000Z",
            "time": 1,
            "request": {
                "method": "POST",
                "url": "https://iam.cloud.ibm.com/identity/token",
                "headers": [],
                "postData": {"text": f"grant_type=x&apikey={key}"},
            },
            "response": {
                "status": 200,
                "headers": [],
                "content": {"text": json.dumps(given)},
            },
        },
    )
    for place, entry in enumerate(recorded[1:]):
        headers = entry["request"]["headers"]
        headers.append({"name": "Cookie", "value": cookie})
        for header in headers:
            if header["name"] == "authorization":
                header["value"] = f"Bearer {first if place < 6 else again}"
        # A server that sends back what it got, and a client that has its token everywhere.
        edit_text = entry["response"]["content"]["text"]
        if edit_text.startswith("{"):
            edit(entry, echo=f"you are {first}, with {key} and {again}")
    recorded[2]["request"]["url"] += f"?access_token={first}"
    report = tmp_path / "report"
    file = written(recorded, tmp_path)
    assert main(["judge", str(file), "--report", str(report)]) in {0, 1}
    shown = capsys.readouterr()
    texts = [shown.out, shown.err, *(each.read_text() for each in report.iterdir())]
    for text in texts:
        for secret in (key, cookie, first, again, "canary-signature", refresh):
            assert secret not in text
    assert any("$TOKEN" in text for text in texts)
    assert "$TOKEN_2" not in "".join(texts), "a token that was renewed is of the same person"


def test_other_people_are_told_apart(recorded: list[Har], tmp_path: Path) -> None:
    """Of somebody else nobody knows what they may see: so a 404 is nothing to wonder at."""
    lost, nowhere = views(recorded)[1], calls_of(recorded, "GET", "/sessions/nowhere")[0]
    lost["response"] = nowhere["response"]
    for header in lost["request"]["headers"]:
        if header["name"] == "authorization":
            header["value"] = "Bearer somebody-elses-token"
    assert judged(recorded, tmp_path).holds


def test_calls_at_the_same_time_have_no_order(recorded: list[Har], tmp_path: Path) -> None:
    for entry in recorded:
        entry["startedDateTime"], entry["time"] = "2026-11-27T10:00:00.000Z", 5000
    assert judged(recorded, tmp_path).holds


def test_a_recording_of_this_suite_is_judged_too(emulator: Emulator, tmp_path: Path) -> None:
    assert_run = ["--only", "race", "--examples", "0.1", "--report", str(tmp_path)]
    os.environ["TOKEN"], os.environ["OTHER_TOKEN"] = emulator.token, emulator.other_token
    try:
        assert main([emulator.url, "--contract", emulator.contract, *assert_run]) == 0
    finally:
        del os.environ["TOKEN"], os.environ["OTHER_TOKEN"]
    assert main(["judge", str(tmp_path / "calls.har")]) == 0


def test_what_cannot_be_judged_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(tmp_path / "nothing.har")]) == 2
    (tmp_path / "broken.har").write_text("{}", encoding="utf-8")
    assert main(["judge", str(tmp_path / "broken.har")]) == 2
    assert main(["judge", str(written([], tmp_path))]) == 2
    assert main(["judge"]) == 2
    told = capsys.readouterr().err
    assert "is no HAR file" in told
    assert "No call is one of the classic or platform contract" in told


def test_the_server_can_be_named(recorded: list[Har], tmp_path: Path, emulator: Emulator) -> None:
    file = written(recorded, tmp_path)
    assert judge_har(file, url=f"{emulator.url}/").target.url == emulator.url
    with pytest.raises(CannotRunError, match=r"No call to http://other\.test"):
        judge_har(file, url="http://other.test")


class TestProxy:
    def test_a_client_of_ours_does_not_notice_it(self, emulator: Emulator) -> None:
        with (
            Proxy(emulator.url).serving() as proxy,
            SessionsClient(
                proxy.url,
                token=emulator.token,
                auth=BearerToken,
                instance=emulator.instance,
                contract=emulator.contract,
            ) as client,
        ):
            with client.create(backend=emulator.backend) as session:
                assert session.details().state == "open"
            assert session.refresh().state == "closed"
        result = judge_calls(mask(proxy.calls), contract=None, url=emulator.url, strict=True)
        assert result.holds
        assert result.calls == len(emulator.requests())
        assert emulator.token not in repr([*result.exchanges])

    def test_no_body_waits_for_its_head_to_be_acknowledged(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[bool] = []
        passed_on = Proxy.pass_on

        def pass_on(proxy: Proxy, handler: BaseHTTPRequestHandler) -> None:
            waits.append(not handler.connection.getsockopt(IPPROTO_TCP, TCP_NODELAY))
            passed_on(proxy, handler)

        monkeypatch.setattr(Proxy, "pass_on", pass_on)
        with Proxy(emulator.url).serving() as proxy:
            httpx.get(f"{proxy.url}/sessions/nowhere")
        assert waits == [False]

    def test_it_passes_on_what_it_gets_and_nothing_else(self, emulator: Emulator) -> None:
        emulator.clear_requests()
        mine = {**emulator.client().headers, "x-mine": "1"}
        with Proxy(emulator.url).serving() as proxy, httpx.Client(headers=mine) as http:
            straight = http.get(f"{emulator.url}/sessions/nowhere")
            through = http.get(f"{proxy.url}/sessions/nowhere")
            # In pieces, as who does not know yet how long it is.
            body = {"mode": "batch", "backend": emulator.backend}
            more = {"instance": emulator.instance} if emulator.contract == "classic" else {}
            text, kind = json.dumps(body | more).encode(), {"content-type": "application/json"}
            pieces = iter([text[:9], text[9:]])
            made = http.post(f"{proxy.url}/sessions", content=pieces, headers=kind)
        assert through.status_code == straight.status_code
        assert through.headers["content-type"] == straight.headers["content-type"]
        first, second, _ = emulator.requests()
        assert set(first["headers"]) == set(second["headers"])
        assert emulator.sessions()[0]["id"] == made.json()["id"]
        assert emulator.sessions()[0]["mode"] == "batch"

    def test_a_server_that_is_not_there(self) -> None:
        with Proxy("http://127.0.0.1:9").serving() as proxy:
            assert httpx.get(f"{proxy.url}/sessions/1").status_code == 502
        assert proxy.calls == []

    def test_a_server_that_is_wrong_is_found_by_the_command(
        self, emulator: Emulator, tmp_path: Path
    ) -> None:
        emulator.add_fault(Fault("broken_json", operation="getSession"))
        command = [sys.executable, "-m", "runtime_sessions_contract", "proxy", emulator.url]
        with subprocess.Popen(
            [*command, "--port", "0", "--report", str(tmp_path / "report")],
            stdout=subprocess.PIPE,
            text=True,
        ) as watching:
            assert watching.stdout is not None
            url = watching.stdout.readline().split()[2].rstrip(",")
            with emulator.client() as known:
                body = {"mode": "batch", "backend": emulator.backend}
                more = {"instance": emulator.instance} if emulator.contract == "classic" else {}
                headers = dict(known.headers)
            made = httpx.post(f"{url}/sessions", json=body | more, headers=headers)
            httpx.get(f"{url}/sessions/{made.json()['id']}", headers=headers)
            watching.send_signal(signal.SIGTERM)
            told = watching.stdout.read()
            assert watching.wait(30) == 1
        assert "breaks the contract: 1 finding" in told, told
        assert emulator.token not in told
        recorded = read_har(tmp_path / "report" / "calls.har")
        assert [call.method for call in recorded] == ["POST", "GET"]
