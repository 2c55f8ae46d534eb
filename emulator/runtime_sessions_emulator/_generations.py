"""The generations of the API that there are, by the names of their contracts."""

from collections.abc import Mapping
from typing import Final

from runtime_sessions_emulator._classic import Classic
from runtime_sessions_emulator._config import Config
from runtime_sessions_emulator._platform import Platform
from runtime_sessions_emulator._skin import Skin

SKINS: Final[Mapping[str, type[Skin]]] = {skin.contract: skin for skin in (Classic, Platform)}


def skin_of(contract: str) -> type[Skin]:
    """The skin of a contract. Raises ValueError where there is no such contract."""
    if contract not in SKINS:
        raise ValueError(f"There is no contract {contract!r}: it is one of {', '.join(SKINS)}.")
    return SKINS[contract]


def default_config(contract: str = "classic") -> Config:
    """What the emulated service of a contract knows by default.

    To change some of it: `attrs.evolve(default_config("platform"), interactive_ttl=5)`.

    Raises:
        ValueError: There is no such contract.
    """
    return skin_of(contract).config
