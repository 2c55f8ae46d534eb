"""The status of an answer: which ones fit depends on the caller, the request and the session."""

from dataclasses import dataclass

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.checks.shapes import UNLISTED
from runtime_sessions_contract.contracts.base.names import NOWHERE
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.openapi.operations import Operation
from runtime_sessions_contract.verdicts.judge import Judge
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.exchange import Exchange

BAD, UNAUTHORIZED, NOT_FOUND = 400, 401, 404


@dataclass(frozen=True, slots=True)
class Fit:
    """The statuses that fit a call, with the name of the check and the rule behind it."""

    statuses: tuple[int, ...]
    rule: str
    check: str = "status fits"


def judge_status(judge: Judge, known: Knowledge, exchange: Exchange) -> bool:
    """Judge whether the status of an answer fits what is known; returns whether it does."""
    operation = exchange.operation
    if operation is None or exchange.status in UNLISTED:
        return True
    fit = fitting(known, exchange, operation)
    if fit is None:
        return True
    wanted = " or ".join(str(status) for status in fit.statuses)
    pointer, ok = f"{operation.pointer}/responses", exchange.status in fit.statuses
    return judge(fit.check, wanted, exchange.status, pointer, ok=ok, rule=fit.rule)


def fitting(known: Knowledge, exchange: Exchange, operation: Operation) -> Fit | None:
    """The statuses that fit a call; None if nothing is known about it."""
    if operation.public:
        return Fit((operation.success,), "versions-are-public")
    match exchange.caller:
        case None:
            return None
        case Caller.NOBODY:
            # Of a call with two things wrong, which of them is told is the server's business.
            either = not exchange.succeeded and _is_wrong_otherwise(known, exchange, operation)
            rule = "credentials-first" if either else "credentials-needed"
            return Fit((UNAUTHORIZED,), rule, "authentication first")
        case Caller.ASTRAY:
            return Fit((NOT_FOUND,), "instance-not-found")
        case _:
            return _of_user(known, exchange, operation)


def _is_wrong_otherwise(known: Knowledge, exchange: Exchange, operation: Operation) -> bool:
    """Whether something is wrong with a call beside its credentials, for all that is known."""
    if not known.requests.valid(exchange):
        return True
    if operation.name == "createSession":
        fit = _of_create(known, operation, known.requests.asked(exchange))
        return fit is not None and operation.success not in fit.statuses
    return operation.about_session and known.session_of(exchange) is None


def _of_user(known: Knowledge, exchange: Exchange, operation: Operation) -> Fit | None:
    """The statuses that fit a call of somebody with valid credentials."""
    valid = known.requests.valid(exchange)
    if operation.name == "createSession":
        return _of_create(known, operation, known.requests.asked(exchange)) if valid else None
    bad = () if valid else (BAD,)
    if operation.name == known.document.workloads:
        # A cursor that no answer gave is refused, and which that is only the server knows.
        cursor = any(name in {"next", "previous"} for name, _ in exchange.query)
        statuses = (operation.success, BAD) if cursor else (operation.success, *bad)
        return Fit(statuses, "workload-filters")
    session = known.session_of(exchange)
    if session is None:
        return _of_no_session(known, exchange, operation, bad)
    if session.of(exchange):
        return Fit((operation.success, *bad), "own-session-is-found", "own session found")
    return _of_stranger(known, exchange, operation, session, bad)


def _of_no_session(
    known: Knowledge, exchange: Exchange, operation: Operation, bad: tuple[int, ...]
) -> Fit | None:
    """The statuses that fit a call about a session that was not created in this run."""
    if _anything(known, exchange, operation):
        return None
    if _empty_page(known, operation):
        return Fit((operation.success, *bad), "unknown-session-has-no-jobs")
    return Fit((NOT_FOUND, *bad), "unknown-session")


def _of_stranger(
    known: Knowledge,
    exchange: Exchange,
    operation: Operation,
    session: Session,
    bad: tuple[int, ...],
) -> Fit:
    """The statuses that fit a call about a session of another user or another instance."""
    check = "others' sessions hidden"
    if _empty_page(known, operation):
        return Fit((operation.success, *bad), "unknown-session-has-no-jobs", check)
    rule = "session-is-its-owners" if exchange.succeeded else "hidden-as-unknown"
    if exchange.caller is session.owner:
        rule = "session-is-in-its-instance"
    return Fit((NOT_FOUND, *bad), rule, check)


def _empty_page(known: Knowledge, operation: Operation) -> bool:
    """Whether the operation answers an empty page if there is no such session."""
    return known.contract.answers.empty_page_for_unknown and operation.name == known.document.jobs


def _anything(known: Knowledge, exchange: Exchange, operation: Operation) -> bool:
    """Whether anything may be answered: the session may exist, or the path be another one."""
    name = exchange.session_id or ""
    # A segment of dots, or one that hides a slash, may mean another path.
    elsewhere = operation.in_path and (name in {"", ".", ".."} or "/" in name)
    return elsewhere or (exchange.session_id in known.given and exchange.caller is Caller.USER)


def _of_create(known: Knowledge, operation: Operation, asked: Asked) -> Fit | None:
    """The statuses that fit a valid request to create a session."""
    answers, target = known.contract.answers, known.target
    if (asked.backend or "").startswith(NOWHERE):
        return Fit((answers.unknown_backend,), answers.unknown_backend_rule)
    if asked.instance.startswith(NOWHERE):
        return Fit((answers.foreign_instance,), "instance-of-somebody-else-classic")
    default = known.requests.emulated_max_ttl(asked) if known.bundled else None
    if not asked.in_order(default):
        return Fit((BAD,), "interactive-ttl-of-a-partner")
    if known.requests.refused_by_plan(asked):
        return Fit((BAD,), "open-plan-refuses")
    # Of the bundled emulator it is known what it has; all others may have reasons of their own.
    named = asked.backend in {None, target.backend} and asked.instance in target.instances
    return Fit((operation.success,), "create-makes-anew") if known.bundled and named else None
