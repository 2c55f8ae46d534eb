"""The commands that rent: create a session, or run a program in one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

import click

from runtime_sessions import CallError, Mode, SessionHandle
from runtime_sessions._command.failures import (
    NOT_ALL,
    NOT_FOUND,
    Failure,
    sentence_of,
)
from runtime_sessions._command.output import say, show_json
from runtime_sessions._command.shell import Command, Shell, answering, confirm, confirming, sharing
from runtime_sessions._command.spans import SPAN
from runtime_sessions._command.words import plain

#: What a shell adds to the number of the signal that ended a program.
_BY_SIGNAL = 128
_ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def renting(command: Command) -> Command:
    """Give a command the options that say what is rented."""
    for option in (
        click.option("--max-ttl", type=SPAN, help="The longest that it may run: 90s, 15m, 1h30m."),
        click.option(
            "--mode",
            type=click.Choice(["dedicated", "batch"]),
            default="dedicated",
            show_default=True,
            help="Whether it holds the backend, or pays for its jobs alone.",
        ),
        click.option("--backend", required=True, metavar="NAME", help="On which system jobs run."),
    ):
        command = option(command)
    return command


@click.command()
@renting
@confirming
@answering
@sharing
def create(shell: Shell, *, backend: str, mode: Mode, max_ttl: timedelta | None, yes: bool) -> None:
    """Create a session, and print its id. It costs until it is ended, by whoever has the id."""
    confirm(f"Create a session on {plain(backend)}?", yes=yes)
    with shell.client() as client:
        session = client.create(backend=backend, mode=mode, max_ttl=max_ttl)
    said = [str(message.data) for message in session.messages]
    if shell.as_json:
        show_json({"session": {"id": session.id, "messages": said}})
    else:
        click.echo(session.id)
        for message in said:
            say(message)


@click.command(
    short_help="Run a program in a session of its own.",
    context_settings={"allow_interspersed_args": False},
)
@renting
@click.option("--env", "names", multiple=True, metavar="NAME", help="Where the id is found, too.")
@confirming
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@sharing
def run(  # noqa: PLR0913 - each by name
    shell: Shell,
    *,
    backend: str,
    mode: Mode,
    max_ttl: timedelta | None,
    names: tuple[str, ...],
    yes: bool,
    command: tuple[str, ...],
) -> None:
    """Run a program in a session of its own, which is ended whatever happens.

    The program finds the id of the session in RUNTIME_SESSIONS_ID, and QRMI finds it in
    BACKEND_QRMI_IBM_QCS_SESSION_ID; --env names others. When it succeeds, the session is drained,
    so that its jobs are done; when it fails, or is ended by a signal, the session is cancelled. Its
    exit status is passed on; that of one that is not found is 127, of one ended by a signal 128 and
    the signal's number.
    """
    program = shutil.which(command[0])
    if program is None:
        raise Failure(f"there is no program {command[0]!r}; nothing was created", NOT_FOUND)
    confirm(f"Run {plain(command[0])} in a session on {plain(backend)}?", yes=yes)
    with shell.client() as client, _Signals().caught() as signals:
        session = client.create(backend=backend, mode=mode, max_ttl=max_ttl)
        for message in session.messages:
            say(str(message.data))
        status = _BY_SIGNAL
        try:
            status = signals.run([program, *command[1:]], _environment(session, backend, names))
        finally:
            _end(session, status)
    sys.exit(status)


def _environment(session: SessionHandle, backend: str, names: tuple[str, ...]) -> Mapping[str, str]:
    every = ("RUNTIME_SESSIONS_ID", f"{backend}_QRMI_IBM_QCS_SESSION_ID", *names)
    return {**os.environ, **dict.fromkeys(every, session.id)}


def _end(session: SessionHandle, status: int) -> None:
    """End the session as the program has ended; say so where that fails."""
    try:
        if status == 0:
            session.drain()
        else:
            session.cancel()
    except CallError as error:
        say(f"session {session.id} may still be open: {sentence_of(error)}")
        if status == 0:
            sys.exit(NOT_ALL)


class _Signals:
    """The signals that would end this process: they end the program, and this one ends after it."""

    def __init__(self) -> None:
        self._came = 0
        self._program: subprocess.Popen[bytes] | None = None

    @contextmanager
    def caught(self) -> Generator["_Signals"]:
        """Catch them, from before a session is created until it has ended."""
        before = {number: signal.getsignal(number) for number in _ENDING_SIGNALS}
        for number, handler in before.items():
            # What is ignored, as under nohup, stays ignored.
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._catch)
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _catch(self, number: int, _: FrameType | None) -> None:
        self._came = number
        # A terminal has sent Ctrl-C to the program, too.
        is_of_terminal = number == signal.SIGINT and sys.stdin.isatty()
        if self._program is not None and not is_of_terminal:
            self._program.send_signal(number)

    def _number(self) -> int:
        """Return the signal that came, at any moment; 0 for none."""
        return self._came

    def run(self, command: list[str], environment: Mapping[str, str]) -> int:
        """Run a program to its end; returns its status as a shell has it."""
        if came := self._number():
            return _BY_SIGNAL + came
        try:
            # What the user asks for.
            self._program = subprocess.Popen(command, env=environment)  # noqa: S603
        except OSError as error:
            say(f"{command[0]} cannot be run: {error.strerror}")
            return NOT_FOUND
        if came := self._number():
            self._program.send_signal(came)
        status = self._program.wait()
        self._program = None
        return status if status >= 0 else _BY_SIGNAL - status
