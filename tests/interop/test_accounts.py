"""What is found in the accounts that the official client saves, as this version writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from runtime_sessions import BearerToken, SessionsClient, SettingsError

pytest.importorskip("qiskit_ibm_runtime", reason="`make interop` installs it, and runs this")

from qiskit_ibm_runtime import (  # type: ignore[import-not-found]
    QiskitRuntimeService,  # pyright: ignore[reportMissingImports]
)

MINOR = int(version("qiskit_ibm_runtime").split(".")[1])
NEW = pytest.mark.skipif(MINOR < 40, reason="a client of the classic generation")
SAVES_TAGS = "tags" in signature(QiskitRuntimeService.save_account).parameters
OLD = pytest.mark.skipif(MINOR >= 40, reason="a client of the platform")
CRN = "crn:v1:bluemix:public:quantum-computing:eu-de:a/account:instance::"
HOME = "crn:v1:bluemix:public:quantum-computing:us-east:a/account:instance::"
PLATFORM = "https://eu-de.quantum.cloud.ibm.com/api/v1"
#: Where the classic service was, by the name that each of its clients has for its login.
CLASSIC = (
    "https://api.quantum-computing.ibm.com/runtime"
    if MINOR < 35
    else "https://api.quantum.ibm.com/runtime"
)
Save = Callable[..., Path]


@pytest.fixture
def save(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Save:
    """Save an account with the client, each with its token, in its file or another one."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("TOKEN", "URL", "INSTANCE", "CHANNEL"):
        monkeypatch.delenv(f"QISKIT_IBM_{name}", raising=False)

    def save(token: str, file: str = ".qiskit/qiskit-ibm.json", **account: Any) -> Path:
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        QiskitRuntimeService.save_account(token=token, filename=str(path), **account)
        return path

    return save


def found(**arguments: Any) -> tuple[str, str, str | None, str]:
    """What the library finds: where the service is, the contract, who pays, and the token."""
    with SessionsClient(**arguments, auth=BearerToken) as client:
        caller = client._caller
        token = caller.connections.secrets()
        (said,) = [one for one in token if not one.startswith("Bearer")]
        return client.base_url, caller.contract.name, caller.contract.instance, said


@pytest.mark.filterwarnings("ignore")
class TestSaved:
    def test_the_region_is_that_of_the_instance(self, save: Save) -> None:
        save("of-europe", channel="ibm_cloud", instance=CRN)
        assert found() == (PLATFORM, "platform", CRN, "of-europe")
        save("of-america", channel="ibm_cloud", instance=HOME, overwrite=True)
        assert found()[0] == "https://quantum.cloud.ibm.com/api/v1"

    def test_a_private_endpoint_is_obeyed(self, save: Save) -> None:
        path = save("private", channel="ibm_cloud", instance=CRN, private_endpoint=True)
        assert json.loads(path.read_text())["default-ibm-cloud"]["private_endpoint"] is True
        assert found()[0] == "https://private.eu-de.quantum.cloud.ibm.com/api/v1"

    def test_an_instance_by_its_name_is_no_secret_and_no_crn(self, save: Save) -> None:
        save("named", channel="ibm_cloud", instance="my-instance")
        with pytest.raises(SettingsError, match="'my-instance'") as caught:
            found()
        assert "https://quantum.cloud.ibm.com/instances" in str(caught.value)
        assert found(instance=CRN)[2:] == (CRN, "named")

    def test_another_file_is_not_read_unless_it_is_named(self, save: Save) -> None:
        path = save("elsewhere", file="elsewhere/accounts.json", channel="ibm_cloud", instance=CRN)
        with pytest.raises(SettingsError, match=r"qiskit-ibm\.json, which cannot be read"):
            found()
        assert found(accounts_file=path)[3] == "elsewhere"

    def test_a_proxy_that_wants_ntlm_is_refused(self, save: Save) -> None:
        proxies = {"urls": {"https": "http://proxy.test:8080"}}
        logged_in = {**proxies, "username_ntlm": "me", "password_ntlm": "secret-word"}
        save("behind", channel="ibm_cloud", instance=CRN, proxies=logged_in)
        with pytest.raises(SettingsError, match="NTLM"):
            found()
        save("behind", channel="ibm_cloud", instance=CRN, proxies=proxies, overwrite=True)
        with SessionsClient() as client:
            way = client._caller.connections.way_to(client.base_url)
        assert way.startswith("by the proxy http://proxy.test:8080, which is set by the saved")

    def test_certificates_are_not_verified_where_it_says_so(
        self, save: Save, caplog: pytest.LogCaptureFixture
    ) -> None:
        save("trusting", channel="ibm_cloud", instance=CRN, verify=False)
        assert found()[3] == "trusting"
        assert "no certificate is verified" in caplog.text

    def test_of_several_the_default_is_taken(self, save: Save) -> None:
        save("first", name="one", channel="ibm_cloud", instance=CRN)
        save("second", name="two", channel="ibm_cloud", instance=HOME)
        with pytest.raises(SettingsError, match="one, two are for the channel"):
            found(channel="ibm_cloud")
        assert found(account="two") == (PLATFORM.replace("eu-de.", ""), "platform", HOME, "second")
        save("third", channel="ibm_cloud", instance=CRN)
        assert found()[3] == "third"
        save(
            "second",
            name="two",
            channel="ibm_cloud",
            instance=HOME,
            set_as_default=True,
            overwrite=True,
        )
        assert found()[3] == "second"

    @NEW
    @pytest.mark.skipif(not SAVES_TAGS, reason="this version saves no tags with an account")
    def test_without_an_instance_it_says_what_to_do(self, save: Save) -> None:
        save(
            "any",
            channel="ibm_quantum_platform",
            region="eu-de",
            plans_preference=["open", "premium"],
            tags=["a tag"],
        )
        with pytest.raises(SettingsError, match="no instance was found") as caught:
            found()
        assert "https://quantum.cloud.ibm.com/instances" in str(caught.value)
        assert found(instance=CRN) == (PLATFORM, "platform", CRN, "any")

    @NEW
    def test_an_instance_that_the_client_is_to_choose_is_none(self, save: Save) -> None:
        save("any", channel="ibm_quantum_platform", instance="auto")
        with pytest.raises(SettingsError, match="no instance was found"):
            found()

    @NEW
    def test_the_channels_of_the_platform_are_both_of_it(self, save: Save) -> None:
        save("older", channel="ibm_cloud", instance=HOME)
        save("newer", channel="ibm_quantum_platform", instance=CRN)
        assert found() == (PLATFORM, "platform", CRN, "newer")
        assert found(channel="ibm_cloud")[3] == "older"

    @OLD
    def test_the_classic_service_is_beside_its_login(self, save: Save) -> None:
        save("classic", channel="ibm_quantum", instance="ibm-q/open/main")
        assert found() == (CLASSIC, "classic", "ibm-q/open/main", "classic")

    @OLD
    def test_without_an_instance_create_has_to_have_one(self, save: Save) -> None:
        save("classic", channel="ibm_quantum")
        assert found()[2] is None

    @OLD
    def test_what_answers_today_comes_first_whatever_is_the_default(self, save: Save) -> None:
        save("gone", channel="ibm_quantum", instance="ibm-q/open/main", set_as_default=True)
        save("answers", name="mine", channel="ibm_cloud", instance=CRN)
        assert found() == (PLATFORM, "platform", CRN, "answers")
        assert found(channel="ibm_quantum")[3] == "gone"
