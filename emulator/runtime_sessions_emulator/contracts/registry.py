"""The contracts that there are, by their names."""

from collections.abc import Mapping
from typing import Final, Literal

from runtime_sessions_emulator.contracts.base import Contract
from runtime_sessions_emulator.contracts.classic.contract import Classic
from runtime_sessions_emulator.contracts.platform.contract import Platform
from runtime_sessions_emulator.core.choices import hold_known
from runtime_sessions_emulator.core.config import Config

#: Their names, so that type checkers know them too.
ContractName = Literal["classic", "platform"]
CONTRACTS: Final[Mapping[str, type[Contract]]] = {
    contract.name: contract for contract in (Classic, Platform)
}


def contract_of(name: str) -> type[Contract]:
    """The contract of that name. Raises ValueError where there is none."""
    hold_known("contract", name, CONTRACTS)
    return CONTRACTS[name]


def default_config(contract: ContractName = "classic") -> Config:
    """What the emulated service of a contract knows by default.

    To change some of it: `attrs.evolve(default_config("platform"), interactive_ttl=5)`.

    Raises:
        ValueError: There is no such contract.
    """
    return contract_of(contract).config
