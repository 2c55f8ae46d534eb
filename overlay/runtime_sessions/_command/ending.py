"""The commands that end sessions by their ids, and how each is ended."""

from collections.abc import Callable, Iterable, Mapping

import click
from attrs import frozen

from runtime_sessions import CallError, SessionHandle, SessionsClient
from runtime_sessions._command.failures import NOT_ALL, Failure, sentence_of, status_of
from runtime_sessions._command.output import say, show_json
from runtime_sessions._command.shell import Shell, answering, confirm, confirming, sharing

_NOTHING: Mapping[str, object] = {}

#: What looks at each session once more, by its id, and says why it is kept; None where it is not.
Looks = Mapping[str, Callable[[], str | None]]


@frozen
class Outcome:
    """What came of ending a session; `error` is None where it worked, `kept` says why it is not."""

    id: str
    done: str
    error: CallError | None = None
    kept: str | None = None

    def document(self) -> dict[str, object]:
        """Return it as a script reads it."""
        if self.kept is not None:
            return {"id": self.id, "outcome": "kept", "error": self.kept}
        error = None if self.error is None else sentence_of(self.error)
        return {"id": self.id, "outcome": "failed" if error else self.done, "error": error}

    def line(self) -> str:
        """Return it as a person reads it."""
        return f"{self.id}  {self.done if self.kept is None else f'kept: {self.kept}'}"


@click.command(short_help="Drain sessions: no new jobs.")
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@confirming
@answering
@sharing
def drain(shell: Shell, session_ids: tuple[str, ...], *, yes: bool) -> None:
    """Drain sessions: no new jobs, and each closes when those it has are done."""
    confirm(f"Drain {counted(session_ids)}?", yes=yes)
    with shell.client() as client:
        end(shell, client, _named(session_ids), "drained")


@click.command(short_help="Close sessions at once.")
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@confirming
@answering
@sharing
def cancel(shell: Shell, session_ids: tuple[str, ...], *, yes: bool) -> None:
    """Close sessions at once: their queued jobs fail, a running one ends."""
    confirm(f"Cancel {counted(session_ids)}?", yes=yes)
    with shell.client() as client:
        end(shell, client, _named(session_ids), "cancelled")


def end(
    shell: Shell,
    client: SessionsClient,
    sessions: Looks,
    done: str,
    beside: Mapping[str, object] = _NOTHING,
) -> None:
    """End all that can be ended, and say of each what came of it.

    Args:
        shell: How the command was asked.
        client: The client.
        sessions: What looks at each once more, by its id, and says why it is kept.
        done: How each is ended.
        beside: What else is in the document.

    Raises:
        Failure: Some could not be ended, or the only one.
    """
    outcomes = [_ended(client.session(one), done, look) for one, look in sessions.items()]
    answer(shell, outcomes, beside)
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not shell.as_json:
        for outcome in outcomes:
            if outcome.error is None:
                click.echo(outcome.line())
    if len(outcomes) == 1 and errors:
        raise Failure(sentence_of(errors[0]), status_of(errors[0]))
    if errors:
        for outcome in outcomes:
            if outcome.error is not None:
                say(f"{outcome.id}: {sentence_of(outcome.error)}")
        raise Failure(f"{len(errors)} of {len(outcomes)} could not be {done}", NOT_ALL)


def _as_it_is() -> None:
    """Look at nothing: the session was named."""


def _named(session_ids: Iterable[str]) -> Looks:
    """Take sessions that are to be ended however they are, each once."""
    return dict.fromkeys(session_ids, _as_it_is)


def _ended(handle: SessionHandle, done: str, look_again: Callable[[], str | None]) -> Outcome:
    try:
        kept = look_again()
        if kept is not None:
            return Outcome(handle.id, done, kept=kept)
        if done == "drained":
            handle.drain()
        else:
            handle.cancel()
    except CallError as error:
        return Outcome(handle.id, done, error)
    return Outcome(handle.id, done)


def answer(shell: Shell, outcomes: list[Outcome], beside: Mapping[str, object]) -> None:
    """Answer a script with what came of it."""
    if shell.as_json:
        show_json({"sessions": [outcome.document() for outcome in outcomes], **beside})


def counted(session_ids: Iterable[str]) -> str:
    """Say how many sessions there are."""
    count = len(list(session_ids))
    return "1 session" if count == 1 else f"{count} sessions"
