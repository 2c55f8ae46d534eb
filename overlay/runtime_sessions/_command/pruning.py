"""The command that ends sessions by what they are: old, idle, never used, or left in a ledger."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

import click
from attrs import frozen

from runtime_sessions import (
    BadRequestError,
    ForbiddenError,
    Ledger,
    NotFoundError,
    ServerError,
    SessionDetails,
    SessionHandle,
    SessionsClient,
    UnansweredCreate,
)
from runtime_sessions._command.ending import answer, counted, end
from runtime_sessions._command.failures import NOT_ALL, Failure, sentence_of
from runtime_sessions._command.output import Column, Row, say, show_table
from runtime_sessions._command.sessions import (
    COLUMNS,
    Shown,
    entries_here,
    from_details,
    from_list,
)
from runtime_sessions._command.shell import Shell, answering, confirm, confirming, sharing
from runtime_sessions._command.spans import SPAN
from runtime_sessions._command.words import iso, moment
from runtime_sessions._listing import NOT_ENDED

#: Older than, idle for, and never used since.
Spans = tuple[timedelta | None, timedelta | None, timedelta | None]


@frozen
class Found:
    """A session that is to be ended, and why.

    Attributes:
        look_again: What looks whether it is still so, and says why it is not.
    """

    session: Shown
    why: str
    look_again: Callable[[], str | None]


@click.command(short_help="Cancel sessions that nobody needs.")
@click.option("--older-than", type=SPAN, help="What was created before that: 90s, 15m, 1h30m.")
@click.option("--idle", type=SPAN, help="What has had no job to do for that long.")
@click.option("--unused", type=SPAN, help="What was created before that and never had a job.")
@click.option("--forget", is_flag=True, help="Strike out of the ledger what is not known.")
@confirming
@answering
@sharing
def prune(  # noqa: PLR0913 - each by name
    shell: Shell,
    *,
    older_than: timedelta | None,
    idle: timedelta | None,
    unused: timedelta | None,
    forget: bool,
    yes: bool,
) -> None:
    """Cancel sessions that nobody needs: any of those that the options name.

    With --ledger, what is written down there and was left by a process that has ended; what belongs
    to one that is still there is left alone. They are shown first, and each is looked at again just
    before it ends. What a create may have made that a crash cut off is shown, and never ended: it
    may be somebody else's. By the classic contract no others can be found.
    """
    spans = (older_than, idle, unused)
    if not (any(spans) or shell.ledger):
        raise click.UsageError("say which: --older-than, --idle, --unused or --ledger")
    now = shell.now()
    with shell.client() as client:
        found = {one.session.id: one for one in _by_age(client, spans, shell)} if any(spans) else {}
        unknown: list[str] = []
        lost: list[UnansweredCreate] = []
        unseen: list[str] = []
        if shell.ledger:
            for one in _left(client, shell.ledger, unknown, unseen):
                found.setdefault(one.session.id, one)
            lost = _lost(client, found, unseen)
        _forget(shell.ledger, client, unknown, lost, forget=forget)
        _show_lost(shell, lost)
        beside = {"unanswered": [_document(create) for create in lost]} if shell.ledger else {}
        if not found:
            answer(shell, [], beside)
            say("There is nothing to end.")
        else:
            _show_found(shell, found.values(), now)
            confirm(f"Cancel {counted(found)}?", yes=yes)
            looks = {session_id: one.look_again for session_id, one in found.items()}
            end(shell, client, looks, "cancelled", beside)
        if unseen:
            raise Failure(f"not all could be looked at: {'; '.join(unseen)}", NOT_ALL)
        if unknown and not forget:
            raise Failure(
                f"{counted(unknown)} in the ledger are not known to the service for this token: "
                "if they are not another one's, --forget strikes them out",
                NOT_ALL,
            )
        if lost and not forget:
            raise Failure(
                "not all in the ledger has ended for certain: `runtime-sessions cancel` ends a "
                "session that is yours, and --forget strikes creates without an answer out",
                NOT_ALL,
            )


def _by_age(client: SessionsClient, spans: Spans, shell: Shell) -> Iterator[Found]:
    """Find what is older, idle or was never used. Only what is old enough is read one by one."""
    older_than, *_ = spans
    now = shell.now()
    shortest = min(span for span in spans if span is not None)
    for listed in client.sessions(state=NOT_ENDED, created_before=now - shortest):
        why: str | None = "old"
        if older_than is None or now - listed.created_at < older_than:
            why = _reason(listed.session(), listed.created_at, spans, now)
        if why is not None:
            session = from_list(listed)
            yield Found(session, why, partial(_changed, client, session, spans, shell))


def _changed(client: SessionsClient, session: Shown, spans: Spans, shell: Shell) -> str | None:
    """Return why a session that was found is not ended after all; None where it is."""
    handle = client.session(session.id)
    return _unlike(handle, _reason(handle, session.created_at, spans, shell.now()))


def _reason(
    handle: SessionHandle, created_at: datetime | None, spans: Spans, now: datetime
) -> str | None:
    """Return why a session that has not ended is to be ended; None for not at all."""
    older_than, idle, unused = spans
    since = now - (created_at or now)
    if older_than is not None and since >= older_than:
        return "old"
    if idle is None and unused is None:
        return None
    details = handle.refresh()
    statuses = [str(job.status) for job in handle.jobs()]
    if unused is not None and since >= unused and not statuses:
        return "never used"
    if idle is not None and _is_idle(details, statuses, idle, now):
        return "idle"
    return None


def _unlike(handle: SessionHandle, reason: str | None) -> str | None:
    """Return why a session is not ended after all; None where it is."""
    if from_details(handle.refresh()).has_ended:
        return "it has ended by now"
    return "it is used again" if reason is None else None


def _is_idle(details: SessionDetails, statuses: list[str], idle: timedelta, now: datetime) -> bool:
    if any(status in {"Queued", "Running"} for status in statuses):
        return False
    since = details.last_job_completed or details.created_at or now
    return now - since >= idle


def _left(
    client: SessionsClient, ledger: str, unknown: list[str], unseen: list[str]
) -> Iterator[Found]:
    """Find what is in a ledger and belongs to no process that is still there."""
    for entry in entries_here(ledger, client):
        if not entry.is_left:
            continue
        try:
            # What is seen to have ended is struck out with that.
            details = client.session(entry.id).refresh()
        except NotFoundError:
            unknown.append(entry.id)
            continue
        except (BadRequestError, ForbiddenError, ServerError) as error:
            # Of this one alone, perhaps: the others are ended.
            unseen.append(f"{entry.id}, {sentence_of(error)}")
            continue
        session = from_details(details)
        if not session.has_ended:
            yield Found(session, "left", partial(_unlike, client.session(entry.id), "left"))


def _lost(
    client: SessionsClient, found: Mapping[str, Found], unseen: list[str]
) -> list[UnansweredCreate]:
    """Find the creates in the ledger that may have made what is open, and is not ended anyway."""
    try:
        creates = client.unanswered()
    except (BadRequestError, ForbiddenError, ServerError) as error:
        unseen.append(f"what creates without an answer have made, {sentence_of(error)}")
        return []
    return [
        create
        for create in creates
        if create.candidates is None or set(create.candidates) - found.keys()
    ]


def _show_lost(shell: Shell, lost: list[UnansweredCreate]) -> None:
    if shell.as_json:
        return
    for create in lost:
        when = moment(create.intent.begun_at, utc=shell.utc)
        backend = create.intent.backend or "any backend"
        asked = f"a create on {backend} ({create.intent.mode}) at {when} has no answer"
        if create.candidates is None:
            say(f"{asked}: it may have made a session, and the classic contract lists none")
        else:
            say(f"{asked}: it may have made {', '.join(create.candidates)}")


def _document(create: UnansweredCreate) -> dict[str, object]:
    """Return a create without an answer as a script reads it."""
    return {
        "backend": create.intent.backend,
        "mode": create.intent.mode,
        "begun_at": iso(create.intent.begun_at),
        "candidates": None if create.candidates is None else list(create.candidates),
    }


def _forget(
    ledger: str | None,
    client: SessionsClient,
    unknown: list[str],
    lost: list[UnansweredCreate],
    *,
    forget: bool,
) -> None:
    if ledger is not None and forget:
        for session_id in unknown:
            Ledger(ledger).strike(session_id, base_url=client.base_url)
        for create in lost:
            Ledger(ledger).settle(create.intent.id)


def _show_found(shell: Shell, found: Iterable[Found], now: datetime) -> None:
    """Show what is going to be ended, unless a document is all that is wanted."""
    if shell.as_json:
        return
    columns = [*COLUMNS[:2], Column("WHY", is_needed=True), *COLUMNS[2:]]
    rows: list[Row] = []
    for one in found:
        identity, state, *rest = one.session.row(now, utc=shell.utc)
        rows.append([identity, state, one.why, *rest])
    show_table(columns, rows)
