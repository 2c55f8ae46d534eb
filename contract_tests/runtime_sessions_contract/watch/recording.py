"""A recording of any tool, held to a contract offline."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.suite.result import WATCHED, Result, Timing, result_of
from runtime_sessions_contract.watch.calls import Call
from runtime_sessions_contract.watch.har import read_har
from runtime_sessions_contract.watch.judging import watch
from runtime_sessions_contract.watch.masks import CREDENTIALS, caller_of, mask
from runtime_sessions_contract.watch.recognise import is_to, target_of
from runtime_sessions_contract.wire.exchange import Exchange

#: What nobody sees from outside, and what it would take.
UNSEEN = (
    "the state of a session at a moment, and when it changes",
    "takes the whole of a session's story: others may act on it unseen",
)


def judge_har(
    file: Path, *, contract: Contract | None = None, url: str | None = None, strict: bool = False
) -> Result:
    """Hold the calls of a HAR file to a contract. No request is made.

    Args:
        file: The recording.
        contract: The contract; else the one that the most calls speak for.
        url: The server; else the one that the most calls are to.
        strict: Whether what is only reported or assumed fails the run, too.

    Raises:
        CannotRunError: It is no HAR file, or no call in it is one of a contract.
    """
    return judge_calls(mask(read_har(file)), contract=contract, url=url, strict=strict)


def judge_calls(
    calls: Sequence[Call], *, contract: Contract | None, url: str | None, strict: bool
) -> Result:
    """Hold calls, from which tokens are taken out, to a contract.

    Raises:
        CannotRunError: No call is one of a contract.
    """
    begun = time.monotonic()
    target = target_of(calls, contract, url)
    run = Run(target, seed=0, strict=strict)
    run.part = WATCHED
    watch(run, exchanges(run, [call for call in calls if is_to(target, call)]))
    gaps = Gaps()
    gaps.note(*UNSEEN)
    if without := sum(call.answer is None for call in calls if is_to(target, call)):
        gaps.note(f"the bodies of {without} answers", "the recording was made without them")
    timing = Timing(time.monotonic() - begun, len(run.exchanges))
    return result_of(run, (WATCHED,), gaps, {WATCHED: timing})


def exchanges(run: Run, calls: Sequence[Call]) -> Iterator[tuple[Exchange, bool]]:
    """The calls in the terms of a run, each with whether its answer is whole."""
    credentials = any(name in call.headers for call in calls for name in CREDENTIALS)
    for call in calls:
        yield exchange_of(run, call, credentials=credentials), call.answer is not None


def exchange_of(run: Run, call: Call, *, credentials: bool) -> Exchange:
    """A call in the terms of a run."""
    return run.exchange(
        method=call.method,
        url=call.url,
        request_headers=dict(call.headers),
        request_body=call.body.encode(),
        status=call.status,
        headers=dict(call.answered),
        body=(call.answer or "").encode(),
        sent=call.sent,
        received=call.received,
        recorded=caller_of(call, credentials=credentials),
    )
