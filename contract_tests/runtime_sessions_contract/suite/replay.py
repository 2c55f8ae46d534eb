"""Recorded runs: the calls of a HAR file are judged again, offline."""

from datetime import datetime
from pathlib import Path

from runtime_sessions_contract.checks.shapes import judge_shape
from runtime_sessions_contract.contracts.known import CONTRACTS
from runtime_sessions_contract.openapi.values import Json, as_object, as_objects, read_json
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import CannotRunError, Target
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.exchange import Exchange
from runtime_sessions_contract.wire.secrets import Secrets

#: What comes of reading JSON that is something else than expected.
_WRONG = (ValueError, LookupError, TypeError, AttributeError)


def recorded(file: Path) -> tuple[Target, bool, list[Json]]:
    """Read a recording: the server, whether it had a control plane, and the calls.

    Raises:
        CannotRunError: It is not a recording of this suite.
    """
    try:
        log = read_json(file.read_text(encoding="utf-8"))["log"]
        secrets, contract = Secrets("$TOKEN", "$OTHER_TOKEN"), CONTRACTS[log["_contract"]]
        target = Target(str(log["_url"]), secrets, contract, log["_backend"], log["_instance"])
        return target, bool(log["_control"]), as_objects(log["entries"])
    except (OSError, *_WRONG) as error:
        raise CannotRunError(f"REPLAY: {file} is no calls.har of a report: {error!r}") from None


def replay(run: Run, entries: list[Json], *, control: bool) -> None:
    """Judge recorded calls. Raises CannotRunError for an entry that is none.

    Where a control plane moved time and jobs, the calls alone do not tell what a session went
    through: their shapes are judged then, and no more.
    """
    for number, entry in enumerate(entries, 1):
        try:
            exchange = _exchange(run, entry)
        except _WRONG as error:
            raise CannotRunError(f"REPLAY: entry {number} is no call: {error!r}") from None
        if not control:
            run.report(run.sees(exchange))
            continue
        run.exchanges.append(exchange)
        judge = Judge(run.tally, exchange)
        judge_shape(judge, run.document, exchange)
        run.take(judge.found)


def _exchange(run: Run, entry: Json) -> Exchange:
    """A recorded call with its answer."""
    request, response = entry["request"], entry["response"]
    sent = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    headers = {header["name"]: header["value"] for header in request["headers"]}
    return run.exchange(
        method=request["method"],
        url=request["url"],
        request_headers=headers,
        request_body=(as_object(request.get("postData")) or {}).get("text", "").encode(),
        status=response["status"],
        headers={header["name"]: header["value"] for header in response["headers"]},
        body=response["content"]["text"].encode(),
        sent=sent,
        received=sent + entry["time"] / 1000,
        recorded=entry["_caller"],
    )
