"""The commands that end sessions: some by their ids, some by what they are."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import click
from attrs import frozen

from runtime_sessions import (
    CallError,
    Ledger,
    NotFoundError,
    SessionDetails,
    SessionHandle,
    SessionsClient,
)
from runtime_sessions._command.failures import NOT_ALL, Failure, sentence_of, status_of
from runtime_sessions._command.output import Column, Row, say, show_json, show_table
from runtime_sessions._command.sessions import (
    COLUMNS,
    Shown,
    entries_here,
    from_details,
    from_list,
)
from runtime_sessions._command.shell import Shell, confirm, confirming, sharing
from runtime_sessions._command.spans import SPAN

_NOT_ENDED = ("pending", "in_progress")


@frozen
class Outcome:
    """What came of ending a session; `error` is None where it worked."""

    id: str
    done: str
    error: CallError | None

    def document(self) -> dict[str, object]:
        """Return it as a script reads it."""
        error = None if self.error is None else sentence_of(self.error)
        return {"id": self.id, "outcome": "failed" if error else self.done, "error": error}


@click.command()
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@confirming
@sharing
def drain(shell: Shell, session_ids: tuple[str, ...], *, yes: bool) -> None:
    """Drain sessions: no new jobs, and each closes when those it has are done."""
    confirm(f"Drain {_counted(session_ids)}?", yes=yes)
    with shell.client() as client:
        _end(shell, client, session_ids, "drained")


@click.command()
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@confirming
@sharing
def cancel(shell: Shell, session_ids: tuple[str, ...], *, yes: bool) -> None:
    """Close sessions at once: their queued jobs fail, a running one ends."""
    confirm(f"Cancel {_counted(session_ids)}?", yes=yes)
    with shell.client() as client:
        _end(shell, client, session_ids, "cancelled")


@frozen
class Found:
    """A session that is to be ended, and why."""

    session: Shown
    why: str


@click.command()
@click.option("--older-than", type=SPAN, help="What was created before that: 90s, 15m, 1h30m.")
@click.option("--idle", type=SPAN, help="What has had no job to do for that long.")
@click.option("--unused", type=SPAN, help="What was created before that and never had a job.")
@click.option("--forget", is_flag=True, help="Strike out of the ledger what nobody knows here.")
@confirming
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
    to one that is still there is left alone. They are shown first. By the classic contract no
    others can be found.
    """
    spans = (older_than, idle, unused)
    if not (any(spans) or shell.ledger):
        raise click.UsageError("say which: --older-than, --idle, --unused or --ledger")
    now = shell.now()
    with shell.client() as client:
        found = {one.session.id: one for one in _by_age(client, spans, now)} if any(spans) else {}
        unknown: list[str] = []
        if shell.ledger:
            for one in _left(client, shell.ledger, unknown):
                found.setdefault(one.session.id, one)
        _forget(shell.ledger, client, unknown, forget=forget)
        if not found:
            _answer(shell, [])
            say("There is nothing to end.")
        else:
            _show_found(shell, found.values(), now)
            confirm(f"Cancel {_counted(found)}?", yes=yes)
            _end(shell, client, found, "cancelled")
        if unknown and not forget:
            raise Failure(
                f"{_counted(unknown)} in the ledger are not known to the service for this token: "
                "if they are not another one's, --forget strikes them out",
                NOT_ALL,
            )


def _by_age(
    client: SessionsClient, spans: tuple[timedelta | None, ...], now: datetime
) -> Iterator[Found]:
    """Find what is older, idle or was never used. Only what is old enough is read one by one."""
    older_than, idle, unused = spans
    shortest = min(span for span in spans if span is not None)
    for listed in client.sessions(state=_NOT_ENDED, created_before=now - shortest):
        since = now - listed.created_at
        if older_than is not None and since >= older_than:
            yield Found(from_list(listed), "old")
            continue
        if idle is None and unused is None:
            continue
        details = listed.session().refresh()
        statuses = [str(job.status) for job in client.jobs(listed.id)]
        if unused is not None and since >= unused and not statuses:
            yield Found(from_list(listed), "never used")
        elif idle is not None and _is_idle(details, statuses, idle, now):
            yield Found(from_list(listed), "idle")


def _is_idle(details: SessionDetails, statuses: list[str], idle: timedelta, now: datetime) -> bool:
    if any(status in {"Queued", "Running"} for status in statuses):
        return False
    since = details.last_job_completed or details.created_at or now
    return now - since >= idle


def _left(client: SessionsClient, ledger: str, unknown: list[str]) -> Iterator[Found]:
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
        session = from_details(details)
        if not session.has_ended:
            yield Found(session, "left")


def _forget(
    ledger: str | None, client: SessionsClient, unknown: list[str], *, forget: bool
) -> None:
    if ledger is not None and forget:
        for session_id in unknown:
            Ledger(ledger).strike(session_id, base_url=client.base_url)


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


def _end(shell: Shell, client: SessionsClient, session_ids: Iterable[str], done: str) -> None:
    """End all that can be ended, and say of each what came of it.

    Raises:
        Failure: Some could not be ended, or the only one.
    """
    outcomes = [_ended(client.session(session_id), done) for session_id in session_ids]
    _answer(shell, outcomes)
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not shell.as_json:
        for outcome in outcomes:
            if outcome.error is None:
                click.echo(f"{outcome.id}  {outcome.done}")
    if len(outcomes) == 1 and errors:
        raise Failure(sentence_of(errors[0]), status_of(errors[0]))
    if errors:
        for outcome in outcomes:
            if outcome.error is not None:
                say(f"{outcome.id}: {sentence_of(outcome.error)}")
        raise Failure(f"{len(errors)} of {len(outcomes)} could not be {done}", NOT_ALL)


def _ended(handle: SessionHandle, done: str) -> Outcome:
    try:
        if done == "drained":
            handle.drain()
        else:
            handle.cancel()
    except CallError as error:
        return Outcome(handle.id, done, error)
    return Outcome(handle.id, done, None)


def _answer(shell: Shell, outcomes: list[Outcome]) -> None:
    if shell.as_json:
        show_json({"sessions": [outcome.document() for outcome in outcomes]})


def _counted(session_ids: Iterable[str]) -> str:
    count = len(list(session_ids))
    return "1 session" if count == 1 else f"{count} sessions"
