"""What all commands share: the options that say where the service is, and how to answer."""

import functools
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from attrs import fields, frozen

from runtime_sessions import ContractName, SessionsClient
from runtime_sessions._command.failures import NOT_ALL, Failure, told
from runtime_sessions._command.output import Column, Row, say, show_json, show_table


@frozen(kw_only=True)
class Shell:
    """How the command was asked."""

    url: str | None
    instance: str | None
    channel: str | None
    account: str | None
    accounts_file: str | None
    contract: ContractName | None
    ledger: str | None
    utc: bool
    as_json: bool = False

    def now(self) -> datetime:
        """Return what ages are counted from."""
        return datetime.now(UTC)

    @contextmanager
    def client(self) -> Generator[SessionsClient]:
        """Yield a client; what it raises becomes a sentence and a status."""
        with (
            told(),
            SessionsClient(
                self.url,
                instance=self.instance,
                channel=self.channel,
                account=self.account,
                accounts_file=self.accounts_file,
                contract=self.contract,
                ledger=self.ledger,
            ) as client,
        ):
            yield client

    def show(
        self, document: Mapping[str, object], columns: list[Column], rows: list[Row], none: str
    ) -> None:
        """Answer with a document or a table; with words where there is nothing."""
        if self.as_json:
            show_json(document)
        elif rows:
            show_table(columns, rows)
        else:
            say(none)


Command = Callable[..., None]


def sharing(command: Command) -> Command:
    """Give a command the options that all have, as its first argument."""

    @functools.wraps(command)
    def asked(*args: Any, **options: Any) -> None:  # noqa: ANN401 - as click calls it
        names = [field.name for field in fields(Shell) if field.name in options]
        shell = Shell(**{name: options.pop(name) for name in names})
        command(shell, *args, **options)

    for option in reversed(
        [
            click.option("--url", metavar="URL", help="Where the service is."),
            click.option("--instance", metavar="CRN", help="Who pays."),
            click.option("--account", metavar="NAME", help="Which of the saved accounts."),
            click.option(
                "--accounts-file", metavar="FILE", help="Where they are saved, if elsewhere."
            ),
            click.option("--channel", metavar="NAME", help="The channel of the account."),
            click.option(
                "--contract",
                type=click.Choice(["classic", "platform"]),
                help="The contract to go by, where the URL does not tell.",
            ),
            click.option(
                "--ledger",
                metavar="FILE",
                envvar="RUNTIME_SESSIONS_LEDGER",
                help="A ledger: what is created is written down there until it has ended.",
            ),
            click.option("--utc", is_flag=True, help="Times in UTC, not in those of this place."),
        ]
    ):
        asked = option(asked)
    return asked


def answering(command: Command) -> Command:
    """Give a command `--json`, beside what `sharing` gives it."""
    option = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
    return option(command)


def confirming(command: Command) -> Command:
    """Give a command `--yes`."""
    option = click.option("--yes", "-y", is_flag=True, help="Do it without asking.")
    return option(command)


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless it was answered before; where there is none, that is needed."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is no terminal to ask on: say --yes.")
    if not click.confirm(question, err=True):
        raise Failure("nothing was done", NOT_ALL)
