"""A call and its answer, judged by what is known; then they are learnt from."""

from functools import cache

from runtime_sessions_contract.checks.creations import judge_creation
from runtime_sessions_contract.checks.errors import judge_error
from runtime_sessions_contract.checks.jobs import judge_jobs
from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.checks.learning import learn, look_at, mine
from runtime_sessions_contract.checks.shapes import judge_shape
from runtime_sessions_contract.checks.statuses import judge_status
from runtime_sessions_contract.checks.views import judge_view
from runtime_sessions_contract.checks.workloads import judge_workloads
from runtime_sessions_contract.verdicts.judge import Judge, Tally
from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.exchange import Exchange


def take_in(known: Knowledge, tally: Tally, exchange: Exchange) -> list[Violation]:
    """Judge a call and its answer, then learn from them; returns what about them cannot be."""
    if exchange.operation is None:
        return []
    session = known.session_of(exchange)
    # Many things can be wrong with one answer: what led to it is told once.
    judge = Judge(tally, exchange, cache(lambda: known.story(session)))
    if judge_exchange(judge, known, exchange):
        learn(known, exchange)
    return judge.found


def judge_exchange(judge: Judge, known: Knowledge, exchange: Exchange) -> bool:
    """Judge a call and its answer by what is known.

    Returns:
        Whether what the answer says can be believed: it may be so, or it has come to be.
    """
    if known.shapes:
        # The strict form of the document, to which the emulator is held, knows no such fields.
        judge_shape(judge, known.document, exchange, undeclared=not known.bundled)
    fits = judge_status(judge, known, exchange)
    # A session that was created is there, whatever is wrong with the answer.
    created = exchange.name == "createSession" and exchange.succeeded
    if not fits and not created:
        return False
    if exchange.succeeded:
        _judge_success(judge, known, exchange)
    else:
        judge_error(judge, known, exchange)
    return True


def _judge_success(judge: Judge, known: Knowledge, exchange: Exchange) -> None:
    """Judge an answer that says that the call has succeeded."""
    session = known.session_of(exchange)
    if exchange.name == "createSession":
        session = known.newborn(exchange)
        if session is None:
            return
        judge_creation(judge, known, session)
        if not known.requests.valid(exchange):
            # That it was created at all is what is wrong, not what it shows.
            return
    owned = session if session is not None and mine(session, exchange) else None
    if exchange.answer is None:
        return
    if exchange.name == known.document.workloads:
        judge_workloads(judge, known, exchange, exchange.answer)
    elif exchange.name == known.document.jobs:
        judge_jobs(judge, known, exchange, exchange.answer, owned)
    elif owned is not None:
        look = look_at(known, owned, exchange)
        if look is not None:
            judge_view(judge, look)
