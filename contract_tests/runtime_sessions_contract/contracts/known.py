"""The contracts that a server can be held to."""

from collections.abc import Mapping
from typing import Final

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.classic.contract import CLASSIC
from runtime_sessions_contract.contracts.platform.contract import PLATFORM

#: All of them, by their names.
CONTRACTS: Final[Mapping[str, Contract]] = {
    contract.name: contract for contract in (CLASSIC, PLATFORM)
}
