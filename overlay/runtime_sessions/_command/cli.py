"""All commands together."""

import click
from click.shell_completion import get_completion_class

from runtime_sessions._command.ending import cancel, drain
from runtime_sessions._command.failures import STATUSES
from runtime_sessions._command.found_settings import settings
from runtime_sessions._command.looking import jobs, list_, show, wait, watch
from runtime_sessions._command.pruning import prune
from runtime_sessions._command.renting import create, run

NAME = "runtime-sessions"


@click.group(epilog=STATUSES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="runtime-sessions", message="%(package)s %(version)s")
def cli() -> None:
    """Find, see and end the sessions of IBM's quantum computers.

    Where the service is and who asks is taken from QISKIT_IBM_URL, QISKIT_IBM_TOKEN and
    QISKIT_IBM_INSTANCE, then from the saved account in ~/.qiskit/qiskit-ibm.json.
    """


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete these commands."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"there is no completion for {shell}")
    variable = f"_{NAME}_COMPLETE".replace("-", "_").upper()
    click.echo(kind(cli, {}, NAME, variable).source())


for command in (
    list_,
    show,
    jobs,
    watch,
    wait,
    create,
    run,
    drain,
    cancel,
    prune,
    settings,
    completion,
):
    command.epilog = STATUSES
    cli.add_command(command)
