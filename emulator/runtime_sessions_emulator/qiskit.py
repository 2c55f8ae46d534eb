"""The official client at home: a `QiskitRuntimeService` whose every call stays on the emulator.

Needs the client, qiskit-ibm-runtime, which the extra `qiskit` brings.
"""

# pyright: basic, reportMissingImports=false
# mypy: disable-error-code="import-not-found, import-untyped"
# Qiskit is an extra, which is not there where types are checked.

import json
import os
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from runtime_sessions_emulator.compute import EXTRA
from runtime_sessions_emulator.contracts.registry import ContractName
from runtime_sessions_emulator.server.emulator import Emulator
from runtime_sessions_emulator.server.proxy import CLOUD

#: The version of the client since which it goes by the platform contract, 0 before the point.
_PLATFORM_SINCE: Final = 40
#: The version since which it reads `IAM_URL`, and asks IAM by the proxy that it is given.
_IAM_SINCE: Final = 50
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
#: The hosts for which a proxy of the environment is not taken: that would go before the emulator.
_AT_HOME: Final = (CLOUD, *_LOOPBACK, "cloud.ibm.com", "quantum-computing.ibm.com")


def service(emulator: Emulator, **options: Any) -> Any:  # noqa: ANN401 - types of an extra
    """A `QiskitRuntimeService` of the emulator's first user, in its first instance.

    Every call of it, and of what it makes, arrives at the emulator, also what the client would ask
    of IAM, Global Search and the Global Catalog. What would leave the machine is refused, and is
    found with `emulator.requests(status=403)`. For that the process's environment is changed:
    `environment` says how.

    Args:
        emulator: Which one, in its `with` block.
        options: Arguments of `QiskitRuntimeService` that are to be other ones.

    Raises:
        ModuleNotFoundError: The client is not installed.
    """
    try:
        from qiskit_ibm_runtime import QiskitRuntimeService  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"The official client is not installed: pip install '{EXTRA}'", name=error.name
        ) from error
    if emulator.contract == "platform" and _client() < _IAM_SINCE:
        _let_iam_be_elsewhere()
    os.environ.update(environment(emulator))
    return QiskitRuntimeService(**{**arguments(emulator), **options})


def contract_of_client() -> ContractName:
    """The contract that the client which is installed goes by.

    Raises:
        ModuleNotFoundError: None is installed.
    """
    return "platform" if _client() >= _PLATFORM_SINCE else "classic"


def environment(emulator: Emulator) -> dict[str, str]:
    """The environment that the client needs: where IAM is, and whom no other proxy is for.

    Before 0.50 it asks some services past the proxy that it is given: that of the environment is
    the emulator then.
    """
    own = emulator.contract == "classic" or _client() >= _IAM_SINCE
    known = [name for name in os.environ.get("NO_PROXY", "").split(",") if name]
    wanted = _AT_HOME if own else _LOOPBACK
    names = ",".join([*known, *(name for name in wanted if name not in known)])
    changes = {"NO_PROXY": names, "no_proxy": names}
    if emulator.contract == "platform":
        changes["IAM_URL"] = emulator.iam_url
    if not own:
        changes |= dict.fromkeys(_PROXIES, emulator.url)
    return changes


def _let_iam_be_elsewhere() -> None:
    """Have a client before 0.50 heed `IAM_URL`, as later ones do: its own IAM is in its code."""
    from ibm_cloud_sdk_core import IAMTokenManager  # noqa: PLC0415
    from qiskit_ibm_runtime.api import auth  # noqa: PLC0415

    def manager(apikey: str, *, url: str, **more: Any) -> Any:  # noqa: ANN401 - types of an extra
        return IAMTokenManager(apikey, url=os.environ.get("IAM_URL", url), **more)

    auth.IAMTokenManager = manager


def _client() -> int:
    """The version of the client: what is behind its first point."""
    try:
        return int(version("qiskit-ibm-runtime").split(".")[1])
    except PackageNotFoundError:
        raise ModuleNotFoundError(
            f"The official client is not installed: pip install '{EXTRA}'",
            name="qiskit_ibm_runtime",
        ) from None


def arguments(emulator: Emulator) -> dict[str, Any]:
    """The arguments of `QiskitRuntimeService` with which it finds the emulator, and no other."""
    proxies = {"urls": {"http": emulator.url, "https": emulator.url}}
    if emulator.contract == "platform":
        return {
            "channel": "ibm_quantum_platform",
            "token": emulator.api_key,
            "instance": emulator.instance,
            "url": f"http://{CLOUD}",
            "proxies": proxies,
        }
    return {
        "channel": "ibm_quantum",
        "token": emulator.token,
        "instance": emulator.instance,
        "url": emulator.login_url,
        "proxies": proxies,
    }


def written(result: Any) -> str:  # noqa: ANN401 - a result of any primitive
    """A result, such as a `PrimitiveResult`, as the service writes it: for `JobRule(result=...)`.

    Raises:
        ModuleNotFoundError: The client is not installed.
    """
    from qiskit_ibm_runtime import RuntimeEncoder  # noqa: PLC0415

    return json.dumps(result, cls=RuntimeEncoder)
