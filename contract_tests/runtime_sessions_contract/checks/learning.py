"""What is learnt from an answer, once it has been judged."""

from dataclasses import replace

from runtime_sessions_contract.checks.errors import trace_of
from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.checks.looks import LIVING, MOVELESS, Look
from runtime_sessions_contract.model.life import FINAL, What
from runtime_sessions_contract.model.session import Glance, Session
from runtime_sessions_contract.openapi.values import as_object
from runtime_sessions_contract.wire.exchange import Exchange


def learn(known: Knowledge, exchange: Exchange) -> None:
    """Learn what an answer tells that can be believed: that something was done, and how it is."""
    if exchange.garbled:
        return
    if not exchange.succeeded:
        _learn_trace(known, exchange)
        return
    session = known.session_of(exchange)
    if exchange.name == "createSession":
        session = known.newborn(exchange)
        if session is None:
            return
        known.sessions[session.id] = session
        if not known.requests.valid(exchange):
            # Of one that should not have been created, what it shows teaches nothing.
            return
    if session is not None and mine(session, exchange):
        _learn_deed(session, exchange)
        look = look_at(known, session, exchange)
        if look is not None:
            learn_look(known, look)


def mine(session: Session, exchange: Exchange) -> bool:
    """Whether a session is the caller's.

    Headers that contradict each other may be taken: then it is the owner who calls.
    """
    return session.of(exchange) or exchange.caller is None


def look_at(known: Knowledge, session: Session, exchange: Exchange) -> Look | None:
    """What an answer shows of a session of the caller's; None where it shows none."""
    operation, answer = exchange.operation, exchange.answer
    if operation is None or answer is None or operation.name not in known.document.views:
        return None
    return Look(known, session, exchange, operation, answer)


def _learn_trace(known: Knowledge, exchange: Exchange) -> None:
    """Learn the trace of an error, which no other error may have."""
    if exchange.body:
        known.traces.add(trace_of(exchange))


def _learn_deed(session: Session, exchange: Exchange) -> None:
    """Learn what a call has done to a session."""
    when = (exchange.sent, exchange.received)
    if exchange.name == "closeSession":
        session.do(What.CLOSE, exchange, when)
    if exchange.name == "updateSession":
        asked = as_object(exchange.request_json()) or {}
        accepting = asked.get("accepting_jobs")
        if isinstance(accepting, bool):
            session.do(What.ACCEPT if accepting else What.DRAIN, exchange, when)


def learn_look(known: Knowledge, look: Look) -> None:
    """Learn what an answer shows of a session."""
    session = look.session
    _learn_plan(known, look)
    if look.tells("user_id"):
        known.users.setdefault(session.owner, str(look.answer.get("user_id")))
    facts = look.facts
    session.shown = look.shown
    _learn_end(look)
    for name in MOVELESS:
        if name in look.answer:
            session.seen.setdefault(name, look.answer[name])
    elapsed = look.answer.get("elapsed_time")
    if isinstance(elapsed, int | float):
        session.seen["elapsed_time"] = elapsed
    session.last_look = Glance(look.exchange, len(session.deeds), facts, look.answer)


def _learn_plan(known: Knowledge, look: Look) -> None:
    """Learn the default and the longest max TTL of a plan from the first session of each kind."""
    asked = look.session.asked
    if known.bundled or look.settings is None or look.session.shown.max_ttl is not None:
        return
    plan, (max_ttl, _) = known.plan(asked), look.settings
    if asked.max_ttl is None and plan.default is None:
        plan = replace(plan, default=max_ttl)
    if look.lowered(max_ttl) and plan.longest is None:
        plan = replace(plan, longest=max_ttl)
    known.plans[asked.instance, asked.mode] = plan


def _learn_end(look: Look) -> None:
    """Learn whether a session was seen to have ended; one that lives again has not been undone."""
    if look.life_as == "state":
        state = str(look.answer.get("state"))
        again = look.session.ended and state in LIVING
        look.session.ended = again or state in set(FINAL)
