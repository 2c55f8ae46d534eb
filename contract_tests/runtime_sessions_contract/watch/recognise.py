"""Which server of a recording is the one, and which contract it goes by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.target.target import LOOPBACK, CannotRunError, Target
from runtime_sessions_contract.watch.calls import Call
from runtime_sessions_contract.wire.secrets import Secrets

#: What stands for the first person's token in what is written down.
TOKEN = "$TOKEN"  # noqa: S105 - a name, and no token


def target_of(calls: Iterable[Call], contract: Contract | None, url: str | None) -> Target:
    """The server that the most calls are to which a contract knows.

    Args:
        calls: All calls of a recording.
        contract: The contract that it is to be held to, if somebody says so.
        url: Where it is, if somebody says so.

    Raises:
        CannotRunError: There is no such call.
    """
    contracts = CONTRACTS.values() if contract is None else (contract,)
    found = Counter(each for call in calls for each in _places(call, contracts, url))
    if not found:
        where = f" to {url}" if url else ""
        known = " or ".join(each.name for each in contracts)
        raise CannotRunError(f"No call{where} is one of the {known} contract")
    (where, name), _ = found.most_common(1)[0]
    return Target(where, Secrets(TOKEN), CONTRACTS[name])


def is_to(target: Target, call: Call) -> bool:
    """Whether a call is to the server."""
    return call.url == target.url or call.url.startswith((f"{target.url}/", f"{target.url}?"))


def _places(
    call: Call, contracts: Iterable[Contract], url: str | None
) -> Iterator[tuple[str, str]]:
    """Where a server would be, and by which contract, for a call to be one of its operations.

    A contract that the call's host or headers speak for counts twice.
    """
    parts = urlsplit(call.url)
    segments = parts.path.split("/")
    query = parse_qsl(parts.query, keep_blank_values=True)
    for contract in contracts:
        header = contract.credentials.instance_header
        spoken = parts.hostname in contract.document.hosts - LOOPBACK or (
            header is not None and header in call.headers
        )
        for place in range(len(segments) - 1, 0, -1):
            base, rest = "/".join(segments[:place]), "/" + "/".join(segments[place:])
            where = f"{parts.scheme}://{parts.netloc}{base}"
            if url is not None and where != url.rstrip("/"):
                continue
            if contract.document.match(call.method, rest, query) is not None:
                yield from [(where, contract.name)] * (2 if spoken else 1)
                break
