"""Bugs planted into the emulator and the clients: the suite has to find every one of them."""

from mutants import (
    clients,
    history,
    jobs,
    life,
    lists,
    platform,
    platform_views,
    validation,
    wire,
)
from mutants._meddling import PLANTED
from mutants._mutant import Mutant, Patch

# These plant theirs as they are imported.
_PLANTERS = (wire, validation, history, life, jobs, platform, platform_views, lists, clients)

#: All of them, by what they are called.
MUTANTS = {mutant.key: mutant for mutant in PLANTED}

__all__ = ["MUTANTS", "Mutant", "Patch"]
