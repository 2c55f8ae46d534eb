"""The command that says which settings were found where."""

import os
from collections.abc import Iterator, Mapping

import click
from attrs import frozen

from runtime_sessions import SettingsError
from runtime_sessions._command.failures import told
from runtime_sessions._command.output import Column
from runtime_sessions._command.shell import Shell, answering, sharing
from runtime_sessions._settings import find_settings, from_arguments
from runtime_sessions._settings.accounts import from_saved_account
from runtime_sessions._settings.channels import CONTRACT_OF_CHANNEL, channels_of
from runtime_sessions._settings.url import contract_of_url

_LEDGER = "RUNTIME_SESSIONS_LEDGER"


@frozen
class Setting:
    """What a client goes by, and where it was found."""

    name: str
    value: str
    source: str

    def document(self) -> dict[str, object]:
        """Return it as a script reads it."""
        return {"name": self.name, "value": self.value, "source": self.source}


@click.command(short_help="Say what was found where, without any token.")
@answering
@sharing
def settings(shell: Shell) -> None:
    """Say where the service is, who asks and who pays, and where that was found.

    No token is shown.
    """
    with told():
        found = list(_found(shell))
    shell.show(
        {"settings": [setting.document() for setting in found]},
        [
            Column("SETTING", is_needed=True),
            Column("VALUE", is_needed=True),
            Column("FOUND", is_needed=True),
        ],
        [[setting.name, setting.value, setting.source] for setting in found],
        "",
    )


def _found(shell: Shell) -> Iterator[Setting]:
    """Yield each setting; what is missing is a SettingsError."""
    used = find_settings(
        from_arguments(
            base_url=shell.url,
            token=None,
            instance=shell.instance,
            channel=shell.channel,
            contract=shell.contract,
            account=shell.account,
            accounts_file=shell.accounts_file,
        ),
        needs_token=True,
    )
    # Who names an account means it, whatever is in the environment.
    environment: Mapping[str, str] = {} if shell.account else os.environ
    channel = shell.channel or environment.get("QISKIT_IBM_CHANNEL") or ""
    said_url = shell.url or environment.get("QISKIT_IBM_URL") or ""
    told_contract = shell.contract or contract_of_url(said_url) or CONTRACT_OF_CHANNEL.get(channel)
    channels = [channel] if channel else channels_of(told_contract)
    account = from_saved_account(channels, shell.account, shell.accounts_file)
    named = account.source if shell.account else None

    def source(option: str | None, in_named: str | None, variable: str) -> str:
        if option:
            return "the command line"
        return variable if os.environ.get(variable) and not in_named else account.words

    url, token, instance = (named.base_url, named.token, named.instance) if named else ("", "", "")
    yield Setting("service", used.base_url, source(shell.url, url, "QISKIT_IBM_URL"))
    yield Setting("token", f"{len(used.token)} characters", source(None, token, "QISKIT_IBM_TOKEN"))
    if used.instance:
        found = source(shell.instance, instance, "QISKIT_IBM_INSTANCE")
        yield Setting("instance", used.instance, found)
    why = _why(shell, used.contract, said_url, channel, account.words)
    yield Setting("contract", used.contract, why)
    if used.contract == "platform" and not used.instance:
        raise SettingsError("no instance was found: --instance, or QISKIT_IBM_INSTANCE")
    if shell.ledger:
        is_from_variable = os.environ.get(_LEDGER) == shell.ledger
        yield Setting("ledger", shell.ledger, _LEDGER if is_from_variable else "the command line")


def _why(shell: Shell, contract: str, url: str, channel: str, account: str) -> str:
    """Say what tells that a contract is gone by."""
    if shell.contract:
        return "the command line"
    if contract_of_url(url) == contract:
        return "the service's URL"
    if CONTRACT_OF_CHANNEL.get(channel) == contract:
        return "the channel"
    if url and os.environ.get("QISKIT_IBM_TOKEN") and not shell.account:
        return "nothing says otherwise"
    return account
