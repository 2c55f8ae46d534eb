"""An error: its code and its trace, compared with what is known of why it was answered."""

from typing import Final

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.openapi.values import as_objects
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.exchange import Exchange

ERROR: Final = "#/components/schemas/Error"


def judge_error(judge: Judge, known: Knowledge, exchange: Exchange) -> None:
    """Judge what an error says of itself."""
    if not exchange.body or exchange.garbled:
        return
    body, answers = exchange.answer or {}, known.contract.answers
    codes = [str(error.get("code")) for error in as_objects(body.get("errors"))]
    if _refused_by_plan(known, exchange):
        _judge_code(judge, str(answers.open_plan_code), codes, "open-plan-refuses")
    if exchange.caller is Caller.ASTRAY:
        _judge_code(judge, str(answers.no_instance_code), codes, "instance-not-found")
    if known.bundled and answers.traced:
        trace = trace_of(exchange)
        fresh = bool(trace) and trace not in known.traces
        pointer = f"{ERROR}Body/properties/trace"
        judge("traced", "a trace of its own", trace or "absent", pointer, ok=fresh)


def trace_of(exchange: Exchange) -> str:
    """The trace of an error; an empty text where it has none."""
    return str((exchange.answer or {}).get("trace", ""))


def _refused_by_plan(known: Knowledge, exchange: Exchange) -> bool:
    """Whether a call of create was one that the plan refuses."""
    if exchange.caller not in {Caller.USER, Caller.OTHER} or exchange.name != "createSession":
        return False
    requests = known.requests
    return requests.valid(exchange) and requests.refused_by_plan(requests.asked(exchange))


def _judge_code(judge: Judge, wanted: str, codes: list[str], rule: str) -> None:
    """Judge whether an error has the code that is known for it."""
    pointer = f"{ERROR}/properties/code"
    judge("error code", wanted, codes, pointer, ok=wanted in codes, rule=rule)
