"""What went wrong, in one sentence and as an exit status."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import click

from runtime_sessions import (
    CallError,
    ConnectError,
    NotFoundError,
    OutcomeUnknownError,
    SessionsError,
    SettingsError,
    UnauthorizedError,
    UnsupportedError,
    WaitTimeoutError,
)
from runtime_sessions._command.words import plain

SAID_NO = 1
WRONG_USAGE = 2
NOT_ALL = 3
NOT_FOUND = 127
WAITED_TOO_LONG = 124

STATUSES = """
\b
Exit status:
  0    done
  1    the service said no, or cannot be reached
  2    wrong usage or settings; nothing was done
  3    not all of it could be done
  124  waited too long
"""


class Failure(click.ClickException):
    """The end of a call, with a sentence and a status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(plain(sentence))
        # Of each failure, where click has one for all.
        vars(self)["exit_code"] = status

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click has it
        """Say it."""
        del file
        click.echo(f"runtime-sessions: {self.message}", err=True)


@contextmanager
def told() -> Generator[None]:
    """Turn what the library raises into a sentence and a status."""
    try:
        yield
    except SessionsError as error:
        raise Failure(sentence_of(error), status_of(error)) from error
    except (ValueError, TypeError) as error:
        raise Failure(str(error), WRONG_USAGE) from error


def status_of(error: SessionsError) -> int:
    """Return the exit status of an error."""
    if isinstance(error, SettingsError | UnsupportedError):
        return WRONG_USAGE
    if isinstance(error, WaitTimeoutError):
        return WAITED_TOO_LONG
    return SAID_NO


def sentence_of(error: SessionsError) -> str:
    """Say what is wrong, and what to do."""
    if isinstance(error, UnsupportedError) and "lists no sessions" in str(error):
        return (
            "the classic contract lists no sessions: name the file of a ledger, with --ledger, "
            "and those in it are listed"
        )
    return _sentence_of_call(error) if isinstance(error, CallError) else str(error)


def _sentence_of_call(error: CallError) -> str:
    said, todo = str(error.args[0]), error.solution or ""
    if isinstance(error, NotFoundError):
        todo = "`runtime-sessions list --all` shows what this account has"
    elif isinstance(error, UnauthorizedError):
        said = f"the service does not take this token ({said})"
        todo = "`runtime-sessions settings` shows where it was found"
    elif isinstance(error, ConnectError):
        said = f"{error.url} cannot be reached ({said})"
        todo = "`runtime-sessions settings` shows where that was found"
    elif isinstance(error, OutcomeUnknownError) and error.method == "POST":
        said = f"a session may have been created, for no answer tells ({said})"
        todo = "look for it by `runtime-sessions list --newer-than 5m`"
    return f"{said}: {todo}" if todo else said
