from __future__ import annotations

import json
import logging
import re
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from runtime_sessions import (
    AccessToken,
    BearerToken,
    CallError,
    ConnectError,
    ServerError,
    SessionsClient,
    SettingsError,
)
from runtime_sessions._http import tls_context
from runtime_sessions_api.http_library import LIBRARY, httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime_sessions_emulator import Emulator

URL = "https://service.test/runtime"
ACCOUNT = {"channel": "ibm_quantum", "url": URL, "token": "saved", "instance": "saved/a/b"}

CLASSIC = pytest.mark.parametrize("contract", ["classic"], indirect=True)
PLATFORM = "https://quantum.cloud.ibm.com/api/v1"
PRIVATE = "https://private.eu-de.quantum.cloud.ibm.com/api/v1"
PLATFORM_DE = "https://eu-de.quantum.cloud.ibm.com/api/v1"
CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/account:instance::"
GERMAN = CRN.replace("us-east", "eu-de")
# As qiskit-ibm-runtime 0.51 saves them.
PLATFORM_ACCOUNT = {
    "channel": "ibm_quantum_platform",
    "instance": CRN,
    "private_endpoint": False,
    "token": "cloud",
    "url": "https://cloud.ibm.com",
}
RETIRED = ACCOUNT | {"url": "https://auth.quantum-computing.ibm.com/api"}
# The name of the login in its last year, as 0.36 saves it.
LAST = ACCOUNT | {"url": "https://auth.quantum.ibm.com/api"}
CLOUD_ACCOUNT = PLATFORM_ACCOUNT | {"channel": "ibm_cloud"}


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., None]:
    """Write the file of saved accounts."""

    def write(content: object) -> None:
        file = tmp_path / ".qiskit" / "qiskit-ibm.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))

    return write


@pytest.fixture
def sent(twin: Callable[..., SessionsClient], http_kind: type[httpx.Client]) -> Any:
    """Make a client, have it create a session, and return what it sent: URL, token, instance."""

    def send(*args: Any, **options: Any) -> tuple[str, str, str]:
        seen: list[tuple[str, str, str]] = []

        def answer(request: httpx.Request) -> httpx.Response:
            # By the one contract it is in the body, by the other in a header.
            instance = json.loads(request.content).get("instance")
            instance = instance or f"header {request.headers['Service-CRN']}"
            seen.append((str(request.url), request.headers["Authorization"], instance))
            return httpx.Response(200, json={"id": "s-1", "backend_name": "b", "mode": "batch"})

        http_client = http_kind(transport=httpx.MockTransport(answer))
        twin(*args, http_client=http_client, **options).create(backend="b")
        return seen[0]

    return send


def test_arguments_come_before_the_environment_and_that_before_saved_accounts(
    sent: Any, save: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    save({"default-ibm-quantum": ACCOUNT})
    assert sent() == (f"{URL}/sessions", "Bearer saved", "saved/a/b")
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "set")
    monkeypatch.setenv("QISKIT_IBM_INSTANCE", "set/a/b")
    assert sent() == (f"{URL}/sessions", "Bearer set", "set/a/b")
    monkeypatch.setenv("QISKIT_IBM_URL", "http://other.test/")
    assert sent() == ("http://other.test/sessions", "Bearer set", "set/a/b")
    assert sent("http://127.0.0.1:8390", token="given", instance="given/a/b") == (
        "http://127.0.0.1:8390/sessions",
        "Bearer given",
        "given/a/b",
    )


def test_a_saved_token_goes_to_its_own_url_only(sent: Any, save: Callable[..., None]) -> None:
    save({"default-ibm-quantum": ACCOUNT})
    assert sent(f"{URL}/")[1:] == ("Bearer saved", "saved/a/b")
    with pytest.raises(SettingsError, match="whose token is for https://service"):
        sent("http://127.0.0.1:8390")


def test_the_url_of_the_login_stands_for_that_of_the_service(
    sent: Any, save: Callable[..., None]
) -> None:
    save({"mine": ACCOUNT | {"url": "https://auth.quantum-computing.ibm.com/api"}})
    assert sent()[0] == "https://api.quantum-computing.ibm.com/runtime/sessions"
    save({"mine": LAST})
    assert sent()[0] == "https://api.quantum.ibm.com/runtime/sessions"


@pytest.mark.parametrize(
    ("accounts", "channel", "token"),
    [
        ({"mine": ACCOUNT}, None, "saved"),
        ({"mine": ACCOUNT, "default-ibm-quantum": ACCOUNT | {"token": "named"}}, None, "named"),
        (
            {
                "default-ibm-quantum": ACCOUNT,
                "work": ACCOUNT | {"token": "marked", "is_default_account": True},
            },
            None,
            "marked",
        ),
        # What answers today comes first, and what is gone last.
        ({"mine": ACCOUNT, "cloud": PLATFORM_ACCOUNT}, None, "cloud"),
        ({"mine": RETIRED | {"is_default_account": True}, "b": PLATFORM_ACCOUNT}, None, "cloud"),
        ({"mine": LAST | {"is_default_account": True}, "b": PLATFORM_ACCOUNT}, None, "cloud"),
        ({"mine": RETIRED | {"token": "old"}}, None, "old"),
        ({"mine": ACCOUNT, "cloud": PLATFORM_ACCOUNT}, "ibm_quantum_platform", "cloud"),
        ({"a": CLOUD_ACCOUNT | {"token": "b"}, "mine": PLATFORM_ACCOUNT}, None, "cloud"),
        ({"mine": PLATFORM_ACCOUNT, "b": CLOUD_ACCOUNT | {"token": "b"}}, "ibm_cloud", "b"),
        ({"mine": ACCOUNT, "b": CLOUD_ACCOUNT | {"is_default_account": True}}, None, "cloud"),
    ],
)
def test_which_account_is_chosen(  # noqa: PLR0913, PLR0917 - three are fixtures
    sent: Any,
    save: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    accounts: object,
    channel: str | None,
    token: str,
) -> None:
    save(accounts)
    assert sent(channel=channel, auth=BearerToken)[1] == f"Bearer {token}"
    if channel:
        monkeypatch.setenv("QISKIT_IBM_CHANNEL", channel)
        assert sent(auth=BearerToken)[1] == f"Bearer {token}"


def test_an_instance_that_the_client_was_to_choose_is_none(
    sent: Any, save: Callable[..., None]
) -> None:
    save({"mine": PLATFORM_ACCOUNT | {"instance": "auto"}})
    with pytest.raises(SettingsError, match="no instance was found"):
        sent()


@pytest.mark.parametrize(
    ("options", "accounts", "url", "instance"),
    [
        # The URL of the service tells.
        ({"base_url": "https://quantum.cloud.ibm.com/api/v1", "instance": CRN}, {}, PLATFORM, CRN),
        ({"base_url": "http://127.0.0.1:1/api/v1/", "instance": CRN}, {}, None, CRN),
        # That of the login is not the service's: the region is in the CRN.
        ({"base_url": "https://cloud.ibm.com", "instance": CRN}, {}, PLATFORM, CRN),
        ({"base_url": "https://cloud.ibm.com/", "instance": GERMAN}, {}, PLATFORM_DE, GERMAN),
        # The channel tells.
        ({"base_url": URL, "instance": CRN, "channel": "ibm_cloud"}, {}, URL, CRN),
        ({"base_url": URL, "instance": CRN, "channel": "ibm_quantum_platform"}, {}, URL, CRN),
        # The saved account tells.
        ({}, {"mine": "platform"}, PLATFORM, CRN),
        ({"instance": GERMAN}, {"mine": "platform"}, PLATFORM_DE, GERMAN),
        ({"base_url": PLATFORM}, {"mine": "platform"}, PLATFORM, CRN),
        ({"contract": "platform"}, {"mine": "platform", "old": "classic"}, PLATFORM, CRN),
        ({"base_url": URL}, {"mine": "own"}, URL, CRN),
        # Schemes and hosts have no case.
        ({"base_url": "HTTPS://CLOUD.IBM.COM", "instance": CRN}, {}, PLATFORM, CRN),
        # As 0.51 saves an account with a private endpoint.
        ({}, {"mine": "private"}, PRIVATE, GERMAN),
        # Whoever says so is believed.
        ({"base_url": URL, "instance": CRN, "contract": "platform"}, {}, URL, CRN),
    ],
)
def test_by_what_the_platform_contract_is_told(  # noqa: PLR0913, PLR0917 - two are fixtures
    sent: Any,
    save: Callable[..., None],
    options: dict[str, Any],
    accounts: dict[str, str],
    url: str | None,
    instance: str,
) -> None:
    private = PLATFORM_ACCOUNT | {
        "private_endpoint": True,
        "instance": GERMAN,
        "region": "eu-de",
        "plans_preference": ["premium", "open"],
        "tags": ["team-blue"],
        "verify": True,
    }
    kinds = {
        "private": private,
        "classic": ACCOUNT,
        "platform": PLATFORM_ACCOUNT,
        "own": CLOUD_ACCOUNT | {"url": URL},
    }
    save({name: kinds[kind] for name, kind in accounts.items()})
    token = {} if accounts else {"token": "cloud"}
    assert sent(**options, **token, auth=BearerToken) == (
        f"{url or 'http://127.0.0.1:1/api/v1'}/sessions",
        "Bearer cloud",
        f"header {instance}",
    )


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "https://api.quantum-computing.ibm.com/runtime"},
        {"base_url": URL},
        {"base_url": URL, "channel": "ibm_quantum"},
        {"base_url": PLATFORM, "contract": "classic"},
        {"base_url": URL, "channel": "ibm_cloud", "contract": "classic"},
    ],
)
def test_by_what_the_classic_contract_is_told(sent: Any, options: dict[str, Any]) -> None:
    url, token, instance = sent(**options, token="a-token", instance="a/b/c")
    assert (url, token, instance) == (f"{options['base_url']}/sessions", "Bearer a-token", "a/b/c")


def test_a_contract_that_there_is_not_is_refused() -> None:
    wrong: Any = "modern"
    with pytest.raises(ValueError, match="contract is one of classic, platform"):
        SessionsClient(URL, token="a-token", contract=wrong)


@pytest.mark.parametrize("instance", ["hub/group/project", "crn:v1:ü", "crn:v1:a\nb", "my-service"])
def test_by_the_platform_contract_an_instance_is_a_crn(instance: str) -> None:
    with pytest.raises(SettingsError, match="the instance is a CRN"):
        SessionsClient(PLATFORM, token="a-token", instance=instance)


def test_by_the_platform_contract_no_client_is_without_an_instance() -> None:
    with pytest.raises(SettingsError, match="no instance was found, neither as the argument"):
        SessionsClient(PLATFORM, token="a-token")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "qiskit-ibm.json, which cannot be read: No such file"),
        ("{", "which cannot be read: it is not JSON"),
        ("[" * 100_000, "which cannot be read: it is not JSON"),
        (
            [],
            "none is for the channel 'ibm_quantum_platform' or 'ibm_cloud' or 'ibm_quantum'",
        ),
        (
            {"a": 1, "b": {"channel": "local"}},
            "of which none is for the channel 'ibm_quantum_platform'",
        ),
        ({"a": ACCOUNT, "b": ACCOUNT}, "of which a, b are for the channel 'ibm_quantum_platform'"),
        ({"a": {"channel": "ibm_quantum"}}, "qiskit-ibm.json, which has no base URL"),
        ({"a": ACCOUNT | {"url": "service"}}, "qiskit-ibm.json, which has no base URL"),
        ({"a": ACCOUNT | {"url": "https://[::1"}}, "qiskit-ibm.json, which has no base URL"),
    ],
)
def test_what_is_missing_was_looked_for_and_where(
    sent: Any, save: Callable[..., None], content: object, said: str
) -> None:
    if content is not None:
        save(content)
    for options, what, variable in (
        ({}, "base URL was found, neither as the argument `base_url`", "QISKIT_IBM_URL"),
        ({"base_url": URL}, "token was found, neither as the argument `token`", "QISKIT_IBM_TOKEN"),
    ):
        if options and content == {"a": ACCOUNT, "b": ACCOUNT}:
            continue
        with pytest.raises(SettingsError) as caught:
            sent(**options)
        for part in (f"no {what}", f"in the environment as {variable}", said):
            assert part in str(caught.value)


@pytest.mark.parametrize("environment", ["says nothing", "says otherwise"])
def test_an_account_by_its_name_comes_before_the_environment(
    sent: Any, save: Callable[..., None], monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    save({"a": PLATFORM_ACCOUNT, "b": PLATFORM_ACCOUNT | {"token": "of-b", "instance": GERMAN}})
    if environment == "says otherwise":
        monkeypatch.setenv("QISKIT_IBM_TOKEN", "of-the-environment")
        monkeypatch.setenv("QISKIT_IBM_URL", "https://elsewhere.test/api/v1")
    url, token, instance = sent(account="b", auth=BearerToken)
    assert url == "https://eu-de.quantum.cloud.ibm.com/api/v1/sessions"
    assert (token, instance) == ("Bearer of-b", f"header {GERMAN}")
    assert sent(account="b", token="mine", auth=BearerToken)[1] == "Bearer mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("c", "of which none is called 'c': there are 'a', 'b'"),
        ("b", "of which 'b' is not for the channel 'ibm_quantum_platform' or"),
    ],
)
def test_an_account_that_is_not_there_is_said_to_be(
    sent: Any, save: Callable[..., None], name: str, said: str
) -> None:
    save({"a": PLATFORM_ACCOUNT, "b": {"channel": "local"}})
    with pytest.raises(SettingsError, match=re.escape(said)):
        sent(account=name)


def test_a_token_that_cannot_be_sent_is_where_it_was_found(
    save: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    save({"a": PLATFORM_ACCOUNT | {"token": "a\ntoken"}})
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "another\ntoken")
    with pytest.raises(SettingsError, match="see the saved account"):
        SessionsClient(account="a")
    with pytest.raises(SettingsError, match="see QISKIT_IBM_TOKEN in the environment"):
        SessionsClient(PLATFORM, instance=CRN)
    with pytest.raises(SettingsError, match="see the argument `token`"):
        SessionsClient(account="a", token="mine\n")


def test_an_account_is_not_for_another_url(sent: Any, save: Callable[..., None]) -> None:
    save({"a": PLATFORM_ACCOUNT})
    with pytest.raises(SettingsError, match=r"whose token is for .* and not for https://mine"):
        sent(base_url="https://mine.test/api/v1", account="a")


def test_accounts_may_be_saved_elsewhere(sent: Any, tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    with pytest.raises(SettingsError, match=r"accounts\.json, which cannot be read: No such file"):
        sent(accounts_file=file)
    file.write_text(json.dumps({"a": PLATFORM_ACCOUNT}))
    assert sent(accounts_file=file, auth=BearerToken)[1] == f"Bearer {PLATFORM_ACCOUNT['token']}"


def test_a_file_that_may_not_be_read_is_said_to_be(sent: Any, tmp_path: Path) -> None:
    (tmp_path / ".qiskit" / "qiskit-ibm.json").mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        sent()


@pytest.mark.parametrize(
    "url",
    [
        "service.test",
        "ftp://service.test",
        "https://",
        "https://a.test?b=c",
        "https://a.test#b",
        "/x",
        "http://localhost:port",
        "http://[::1",
        "http://localhost:99999",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="the base URL is"):
        SessionsClient(url, token="a-token")


def test_credentials_in_the_url_are_refused() -> None:
    with pytest.raises(SettingsError, match="would show in logs"):
        SessionsClient("https://user:password@service.test", token="a-token")


@CLASSIC
@pytest.mark.parametrize("form", [BearerToken, AccessToken])
def test_both_forms_of_authentication_are_taken(
    twin: Callable[..., SessionsClient],
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    form: Callable[[str], httpx.Auth],
) -> None:
    assert list(twin(emulator.url, token=emulator.token, auth=form).jobs(made(emulator))) == []
    assert list(twin(emulator.url, auth=form(emulator.token)).jobs(made(emulator))) == []
    monkeypatch.setenv("QISKIT_IBM_TOKEN", emulator.token)
    assert list(twin(emulator.url, auth=form).jobs(made(emulator))) == []
    (*_, last) = emulator.requests()
    names = {name.lower() for name in last["headers"]}
    assert ("x-access-token" in names) is (form is AccessToken)
    assert ("authorization" in names) is (form is BearerToken)


def made(emulator: Emulator) -> str:
    with emulator.client() as client:
        body = {"backend": "ibmq_wellington", "instance": "hub/group/project"}
        session_id: str = client.post("/sessions", json=body).json()["id"]
        return session_id


@CLASSIC
def test_any_authentication_of_httpx_will_do(
    twin: Callable[..., SessionsClient], emulator: Emulator
) -> None:
    renewed: list[str] = ["expired", emulator.token]

    class Renewing(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["X-Access-Token"] = renewed[0]
            if (yield request).status_code == 401:
                del renewed[0]
                request.headers["X-Access-Token"] = renewed[0]
                yield request

    details = twin(emulator.url, auth=Renewing()).get(made(emulator))
    assert details.state == "open"
    assert "x-access-token" not in details.response.request.headers
    assert details.response.history == []


def test_a_token_beside_an_authentication_of_its_own_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="this `auth` brings its own"):
        SessionsClient(URL, token="a-token", auth=BearerToken("another"))


def test_which_account_was_chosen_is_in_the_log(
    sent: Any, save: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    save({"mine": PLATFORM_ACCOUNT, "old": RETIRED})
    with caplog.at_level(logging.INFO, "runtime_sessions"):
        sent(auth=BearerToken)
    assert "settings: the saved account 'mine' in" in caplog.text
    assert PLATFORM in caplog.text
    assert "cloud'" not in caplog.text


def test_an_instance_that_was_saved_by_its_name_is_no_secret(
    save: Callable[..., None],
) -> None:
    save({"mine": PLATFORM_ACCOUNT | {"instance": "my-service"}})
    with pytest.raises(SettingsError, match=r"not 'my-service': .* https://quantum.cloud.ibm.com/"):
        SessionsClient()


def test_an_account_without_an_instance_says_what_to_do(save: Callable[..., None]) -> None:
    save({"mine": {key: PLATFORM_ACCOUNT[key] for key in ("channel", "token", "url")}})
    with pytest.raises(SettingsError, match=r"give one .the CRNs of yours are at https://quantum"):
        SessionsClient()


def test_without_a_home_directory_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.expanduser", no_home)
    with pytest.raises(
        SettingsError, match="nor in the saved accounts, for which there is no home"
    ):
        SessionsClient()


@pytest.mark.parametrize("where", ["argument", "environment", "account"])
def test_a_token_that_ends_in_a_newline_is_told_with_its_place(
    save: Callable[..., None], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    options: dict[str, Any] = {}
    if where == "argument":
        options["token"] = "a-token\n"
    elif where == "environment":
        monkeypatch.setenv("QISKIT_IBM_TOKEN", "a-token\n")
    else:
        save({"mine": ACCOUNT | {"token": "a-token\n"}})
    said = {"environment": "QISKIT_IBM_TOKEN", "account": "saved account", "argument": "`token`"}
    with pytest.raises(SettingsError, match=f"it ends in a newline.*{said[where]}"):
        SessionsClient(URL, **options)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param(
            *("NO_PROXY", "localhost,[::1]"),
            marks=pytest.mark.skipif(LIBRARY == "httpx2", reason="httpx2 can read it"),
        ),
        ("SSL_CERT_FILE", "/nope"),
        ("SSL_CERT_FILE", __file__),
        ("HTTPS_PROXY", "http://proxy:port"),
        ("HTTP_PROXY", "ftp://proxy"),
        ("ALL_PROXY", "socks5://proxy"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(
    twin: Callable[..., SessionsClient],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
) -> None:
    tls_context.cache_clear()
    monkeypatch.setenv(variable, value)
    try:
        with pytest.raises(SettingsError, match=f"{variable} in the environment"):
            twin(URL, token="a-token")
    finally:
        tls_context.cache_clear()


#: As an account is saved behind a proxy of a company.
BEHIND = {"channel": "ibm_quantum", "url": "http://service.test", "token": "a-token"}


def test_the_proxy_of_an_account_is_taken(
    twin: Callable[..., SessionsClient], raw_server: Any, save: Callable[..., None]
) -> None:
    proxy = raw_server.url.replace("http://", "http://user:secret-word@")
    save({"mine": BEHIND | {"proxies": {"urls": {"http": proxy, "https": "http://other.test"}}}})
    raw_server.answers.append(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    client = twin(retries=None)
    by_proxy = r"by the proxy 127.0.0.1:\d+, which is set by the saved account 'mine'"
    with pytest.raises(ServerError, match=by_proxy) as caught:
        client.get("s-1")
    assert raw_server.requests[0].startswith(b"GET http://service.test/sessions/s-1 ")
    assert b"Proxy-Authorization: Basic" in raw_server.requests[0]
    assert "secret-word" not in str(caught.value)


def test_the_proxy_of_the_environment_comes_before_that_of_an_account(
    twin: Callable[..., SessionsClient],
    raw_server: Any,
    save: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save({"mine": BEHIND | {"proxies": {"urls": {"http": "http://127.0.0.1:1"}}}})
    monkeypatch.setenv("http_proxy", raw_server.url)
    raw_server.answers.append(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(ServerError, match="by http_proxy in the environment"):
        twin(retries=None).get("s-1")


def test_the_proxy_of_an_account_is_for_its_url_only(
    twin: Callable[..., SessionsClient], raw_server: Any, save: Callable[..., None]
) -> None:
    save({"mine": BEHIND | {"proxies": {"urls": {"http": "http://127.0.0.1:1"}}}})
    raw_server.answers.append(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(CallError):
        twin(raw_server.url, token="mine", retries=None).get("s-1")
    assert raw_server.requests[0].startswith(b"GET /sessions/s-1 ")


@pytest.mark.parametrize(
    ("proxies", "said"),
    [
        ({"urls": {"http": "ftp://proxy"}}, "the proxy of the saved account 'mine'"),
        ({"username_ntlm": "me", "password_ntlm": "secret-word"}, "wants NTLM"),
    ],
)
def test_a_proxy_of_an_account_that_cannot_be_used(
    twin: Callable[..., SessionsClient], save: Callable[..., None], proxies: Any, said: str
) -> None:
    save({"mine": BEHIND | {"proxies": proxies}})
    with pytest.raises(SettingsError, match=said) as caught:
        twin()
    assert "secret-word" not in str(caught.value)


def test_whoever_brings_a_client_goes_its_way(
    sent: Any, save: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    proxies = {"username_ntlm": "me", "password_ntlm": "secret-word"}
    save({"mine": ACCOUNT | {"proxies": proxies, "verify": False}})
    assert sent()[0] == f"{URL}/sessions"
    assert "no certificate is verified" not in caplog.text


@pytest.mark.parametrize(("verify", "mode"), [(False, ssl.CERT_NONE), (True, ssl.CERT_REQUIRED)])
def test_an_account_says_whether_certificates_are_verified(
    twin: Callable[..., SessionsClient],
    save: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    verify: object,
    mode: ssl.VerifyMode,
) -> None:
    save({"mine": BEHIND | {"verify": verify}})
    client: Any = twin()
    context = client._caller.connections._unused[0]._transport._pool._ssl_context
    assert context.verify_mode == mode
    said = [one.message for one in caplog.records if "no certificate is verified" in one.message]
    assert len(said) == (0 if verify else 1)


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret-word@127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    return "by the proxy 127.0.0.1:1, which is set by HTTP_PROXY in the environment"


def test_a_proxy_that_is_not_reached_is_named(
    twin: Callable[..., SessionsClient], proxied: str
) -> None:
    client = twin("http://service.test", token="a-token", retries=None)
    with pytest.raises(ConnectError) as caught:
        client.get("s-1")
    assert proxied in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_a_proxy_that_does_not_reach_the_service_is_named(
    twin: Callable[..., SessionsClient], raw_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", raw_server.url)
    raw_server.answers.append(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    client = twin("http://service.test", token="a-token", retries=None)
    with pytest.raises(ServerError, match=r"by the proxy http://127.0.0.1:.* by http_proxy in"):
        client.get("s-1")
    assert raw_server.requests[0].startswith(b"GET http://service.test/sessions/s-1 ")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_what_goes_to_the_loopback_goes_by_no_proxy(
    twin: Callable[..., SessionsClient], raw_server: Any, proxied: str, host: str
) -> None:
    raw_server.answers.append(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    client = twin(raw_server.url.replace("127.0.0.1", host), token="a-token", retries=None)
    with pytest.raises(ServerError) as caught:
        client.get("s-1")
    assert proxied not in str(caught.value)


class Index:
    """A whole number of another library, such as numpy's."""

    def __init__(self, value: int) -> None:
        self._value = value

    def __index__(self) -> int:
        return self._value


@pytest.mark.parametrize("contract", ["classic", "platform"], indirect=True)
def test_what_has_an_index_is_a_number(
    connect: Callable[..., SessionsClient], emulator: Emulator
) -> None:
    number: Any = Index(600)
    client = connect(emulator.url, timeout=Index(5), answer_limit=Index(100_000))
    session = client.create(backend=emulator.backend, max_ttl=number)
    assert session.refresh().max_ttl == 600
    few: Any = Index(2)
    assert list(session.jobs(page_size=few)) == []
