"""The commands that look, and change nothing."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

import click
from rich.live import Live

from runtime_sessions import Ledger, Mode, SessionDetails, SessionsClient
from runtime_sessions._command.output import (
    Column,
    console,
    say,
    show_facts,
    show_json,
    table,
)
from runtime_sessions._command.sessions import (
    CLOSED,
    COLUMNS,
    Shown,
    from_details,
    from_ledger,
    from_list,
)
from runtime_sessions._command.shell import Shell, answering, sharing
from runtime_sessions._command.spans import SPAN, in_short
from runtime_sessions._command.words import iso, moment, state_in_words
from runtime_sessions._listing import NOT_ENDED
from runtime_sessions._pauses import sync_pause

_STATES = (*NOT_ENDED, "completed", "canceled", "failed")


@click.command("list", short_help="List sessions, newest first.")
@click.option("--all", "every", is_flag=True, help="Those that have ended, too.")
@click.option("--state", multiple=True, type=click.Choice(_STATES), help="Only in this state.")
@click.option("--mode", type=click.Choice(["dedicated", "batch"]), help="Only in this mode.")
@click.option("--backend", metavar="NAME", help="Only on this system.")
@click.option("--older-than", type=SPAN, help="Only created before that: 90s, 15m, 1h30m.")
@click.option("--newer-than", type=SPAN, help="Only created since then.")
@click.option("--search", metavar="TEXT", help="Only with this text in the id.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only with this tag.")
@click.option("--oldest-first", is_flag=True, help="The oldest first.")
@click.option("--limit", type=click.IntRange(min=1), help="So many at most.")
@answering
@sharing
def list_(  # noqa: PLR0913 - each by name
    shell: Shell,
    *,
    every: bool,
    state: tuple[str, ...],
    mode: Mode | None,
    backend: str | None,
    older_than: timedelta | None,
    newer_than: timedelta | None,
    search: str | None,
    tags: tuple[str, ...],
    oldest_first: bool,
    limit: int | None,
) -> None:
    """List sessions, newest first: those that have not ended, so may cost.

    With --ledger, those that are written down there. By the classic contract no others can be
    listed.
    """
    now = shell.now()
    if shell.ledger and any([every, state, mode, backend, older_than, newer_than, search, tags]):
        raise click.UsageError("what is in a ledger is listed as it is: no filter goes with it")
    with shell.client() as client:
        found: Iterable[Shown]
        if shell.ledger:
            found = from_ledger(client, shell.ledger)
        else:
            listed = client.sessions(
                state=state or (None if every else NOT_ENDED),
                mode=mode,
                backend=backend,
                created_before=None if older_than is None else now - older_than,
                created_after=None if newer_than is None else now - newer_than,
                search=search,
                tags=tags,
                oldest_first=oldest_first,
            )
            found = map(from_list, listed)
        sessions = list(itertools.islice(found, limit))
    shell.show(
        {"sessions": [session.document() for session in sessions]},
        COLUMNS,
        [session.row(now, utc=shell.utc) for session in sessions],
        "There is no such session.",
    )
    if shell.ledger and not shell.as_json:
        _tell_of_intents(shell.ledger, client.base_url)


def _tell_of_intents(ledger: str, base_url: str) -> None:
    """Say that there may be sessions whose ids nobody has written down."""
    left = [one for one in Ledger(ledger).intents() if one.is_left and one.base_url == base_url]
    if left:
        creates = "1 create has" if len(left) == 1 else f"{len(left)} creates have"
        say(f"{creates} no answer: `runtime-sessions prune` shows what may have been made")


@click.command()
@click.argument("session_id", metavar="ID")
@answering
@sharing
def show(shell: Shell, session_id: str) -> None:
    """Show one session: how it is, and when it closes."""
    with shell.client() as client:
        details = client.get(session_id)
    show_details(shell, details)


def show_details(shell: Shell, details: SessionDetails) -> None:
    """Answer with all that is known of a session."""
    session = from_details(details)
    reason = getattr(details, "state_reason", None) or None
    max_ttl = details.max_ttl or None
    started = details.started_at or None
    closes_by = None
    if started and max_ttl and not session.has_ended:
        closes_by = started + timedelta(seconds=max_ttl)
    if shell.as_json:
        document = {
            **session.document(),
            "reason": reason,
            "started_at": iso(started),
            "closes_by": iso(closes_by),
            "max_ttl_seconds": max_ttl,
        }
        show_json({"session": document})
        return
    charged = session.charged_seconds
    show_facts(
        {
            "id": session.id,
            "state": state_in_words(
                session.state,
                accepting_jobs=session.accepting_jobs,
                has_ended=session.has_ended,
            ),
            "reason": reason or "",
            "mode": session.mode or "",
            "backend": session.backend or "",
            "created": moment(session.created_at, utc=shell.utc),
            "first job": moment(started, utc=shell.utc),
            "max ttl": in_short(max_ttl) if max_ttl else "",
            "closes by": moment(closes_by, utc=shell.utc),
            "ended": moment(session.ended_at, utc=shell.utc),
            "charged": "" if charged is None else f"{charged:g} s",
        }
    )


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--limit", type=click.IntRange(min=1), help="So many at most.")
@answering
@sharing
def jobs(shell: Shell, session_id: str, *, limit: int | None) -> None:
    """List the jobs of a session, newest first."""
    with shell.client() as client:
        # The platform has no jobs of an unknown session, and no error either.
        client.get(session_id)
        found = list(itertools.islice(client.jobs(session_id), limit))
    columns = [
        Column("ID", is_needed=True),
        Column("STATUS", is_needed=True),
        Column("CREATED"),
    ]
    shell.show(
        {
            "jobs": [
                {
                    "id": job.id,
                    "status": str(job.status),
                    "created_at": iso(job.created),
                }
                for job in found
            ]
        },
        columns,
        [[job.id, str(job.status), moment(job.created, utc=shell.utc)] for job in found],
        "It has no jobs.",
    )


@click.command()
@click.argument("session_id", metavar="ID")
@click.option("--until", "states", multiple=True, metavar="STATE", help="This state, not the end.")
@click.option("--timeout", type=SPAN, help="No longer than that: 90s, 15m, 1h30m.")
@answering
@sharing
def wait(
    shell: Shell, session_id: str, *, states: tuple[str, ...], timeout: timedelta | None
) -> None:
    """Wait until a session has ended, or is in another state."""
    with shell.client() as client:
        handle = client.session(session_id)
        is_watched = console().is_terminal and not shell.as_json
        details = handle.wait(states or CLOSED, timeout=timeout, progress=is_watched)
    show_details(shell, details)


@click.command(short_help="Follow the sessions that have not ended.")
@click.option("--interval", type=SPAN, default="5s", show_default=True, help="How often it looks.")
@click.option("--times", type=click.IntRange(min=1), help="So many looks, then end.")
@sharing
def watch(shell: Shell, *, interval: timedelta, times: int | None) -> None:
    """Follow the sessions that have not ended, in a table, until Ctrl-C.

    Without a terminal the last look is printed.
    """
    looks: Iterator[int] = itertools.count(1) if times is None else iter(range(1, times + 1))
    out = console()
    with (
        suppress(KeyboardInterrupt),
        shell.client() as client,
        Live(console=out, auto_refresh=False) as live,
    ):
        for look in looks:
            now = shell.now()
            rows = [one.row(now, utc=shell.utc) for one in _not_ended(shell, client)]
            live.update(table(COLUMNS, rows, out.width), refresh=True)
            if look != times:
                sync_pause(interval.total_seconds())


def _not_ended(shell: Shell, client: SessionsClient) -> Iterator[Shown]:
    if shell.ledger:
        return from_ledger(client, shell.ledger)
    return map(from_list, client.sessions(state=NOT_ENDED))
