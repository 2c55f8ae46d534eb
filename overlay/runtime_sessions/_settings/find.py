"""All sources together, the first that says a setting first."""

from attrs import evolve

from runtime_sessions._errors import SettingsError
from runtime_sessions._log import log
from runtime_sessions._secrets import Secret
from runtime_sessions._settings.accounts import from_saved_account
from runtime_sessions._settings.channels import CONTRACT_OF_CHANNEL, channels_of
from runtime_sessions._settings.settings import Settings, Source, from_environment
from runtime_sessions._settings.url import checked_url, contract_of_url

_LOOKED = (
    "no {setting} was found, neither as the argument `{argument}`, nor in the environment as "
    "{variable}, nor in {account}"
)
#: Where people find what an instance is called.
INSTANCES = "https://quantum.cloud.ibm.com/instances"
_NO_INSTANCE = _LOOKED.format(
    setting="instance",
    argument="instance",
    variable="QISKIT_IBM_INSTANCE",
    account="the saved account",
)
NO_INSTANCE = f"{_NO_INSTANCE}: give one (the CRNs of yours are at {INSTANCES})"


def find_settings(arguments: Source, *, needs_token: bool) -> Settings:
    """Find the settings of a client, or say what was looked for and where.

    Args:
        arguments: What the client was given.
        needs_token: Whether there must be a token: not so where the authentication brings its own.

    Raises:
        SettingsError: No base URL or token is found, or one that cannot be used.
    """
    if arguments.account:
        # Who names an account means it, whatever is in the environment.
        arguments = _with_saved_account(arguments, needs_token=needs_token)
    said = arguments.or_else(from_environment())
    told = contract_of_url(said.base_url) or CONTRACT_OF_CHANNEL.get(said.channel)
    said = evolve(said, contract=said.contract or told)
    is_complete = said.base_url and said.instance and (said.token or not needs_token)
    if not (is_complete or arguments.account):
        said = _with_saved_account(said, needs_token=needs_token)
    return Settings(
        contract=said.contract or "classic",
        base_url=checked_url(said.base_url, said.instance),
        token=said.token,
        instance=said.instance,
        way=said.way,
    )


def _with_saved_account(said: Source, *, needs_token: bool) -> Source:
    """Take what is missing from the saved account, which is for its own URL only."""
    channels = [said.channel] if said.channel else channels_of(said.contract)
    lookup = from_saved_account(channels, said.account, said.accounts_file)
    account = lookup.source or Source()
    words = lookup.words
    payer = said.instance or account.instance
    saved_url = ""
    if lookup.source:
        try:
            saved_url = checked_url(account.base_url, payer, is_private=account.is_private)
        except SettingsError:
            words += ", which has no base URL"
    base_url = said.base_url or Secret(saved_url)
    if not said.base_url and not saved_url:
        raise _not_found("base URL", "base_url", "QISKIT_IBM_URL", words)
    if saved_url and saved_url == checked_url(base_url, payer, is_private=account.is_private):
        log.info("settings: %s, for %s", words, saved_url)
        said = evolve(
            said,
            base_url=base_url,
            token=said.token or account.token,
            instance=payer,
            contract=said.contract or account.contract,
            way=account.way,
        )
    elif saved_url:
        here = checked_url(said.base_url, said.instance)
        words += f", whose token is for {saved_url} and not for {here}"
    if needs_token and not said.token:
        raise _not_found("token", "token", "QISKIT_IBM_TOKEN", words)
    return said


def _not_found(setting: str, argument: str, variable: str, account: str) -> SettingsError:
    return SettingsError(
        _LOOKED.format(setting=setting, argument=argument, variable=variable, account=account)
    )
