"""Whether a server that cannot be looked at is one of another contract."""

import json
from typing import Final

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.openapi.values import as_object, read_json
from runtime_sessions_contract.target.target import TIMEOUT, Target
from runtime_sessions_contract.wire.trust import trusted

#: A path that no contract has.
NO_PATH: Final = "/no-such-path-of-any-contract"
#: How much of an answer is shown, in characters.
SHOWN: Final = 200


def suggestion(target: Target) -> str:
    """That another contract would fit better, where one does; else nothing."""
    try:
        others = (contract for contract in CONTRACTS.values() if contract is not target.contract)
        better = next((contract for contract in others if _has_paths_of(target, contract)), None)
    except (httpx.HTTPError, httpx.InvalidURL):
        return ""
    if better is None:
        return ""
    return (
        f" It has paths that only the {better.name} contract has: "
        f"try CONTRACT={better.name}, or --contract {better.name}."
    )


def came(target: Target, answer: httpx.Response) -> str:
    """The body of an answer, short and without secrets."""
    text = target.secrets.redact(" ".join(answer.text.split()))
    return text if len(text) <= SHOWN else text[:SHOWN] + " ..."


def ask(target: Target, path: str, headers: dict[str, str]) -> httpx.Response:
    """Ask the server for a path."""
    return httpx.get(
        f"{target.url}{path}",
        headers=headers,
        timeout=TIMEOUT,
        verify=trusted(),
        trust_env=target.on_loopback is False,
    )


def _has_paths_of(target: Target, contract: Contract) -> bool:
    """Whether the server answers a path that only this contract has, as the contract says."""
    headers = contract.credentials.headers(target.secrets.token, target.instance)
    nowhere = _blank(ask(target, NO_PATH, headers), NO_PATH)
    for operation in contract.document.operations.values():
        path = operation.path.replace("{id}", "none")
        if operation.method != "get" or target.contract.document.match("get", path, []):
            continue
        answer = ask(target, path, headers)
        schema = contract.document.answer_schema(operation, answer.status_code)
        documented = str(answer.status_code) in operation.responses
        if schema is None or not documented or _blank(answer, path) == nowhere:
            continue
        if contract.document.valid(schema, _json(answer)):
            return True
    return False


def _json(answer: httpx.Response) -> object:
    try:
        return read_json(answer.content)
    except ValueError:
        return None


def _blank(answer: httpx.Response, path: str) -> tuple[int, str]:
    """An answer without what differs from call to call."""
    body = as_object(_json(answer)) or {}
    text = json.dumps({name: value for name, value in body.items() if name != "trace"})
    return answer.status_code, text.replace(path, "PATH")
