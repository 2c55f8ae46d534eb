"""Bugs planted into the emulator and the clients: the suite has to find every one of them."""

from mutants import history, validation, wire
from mutants._meddling import WIRE
from mutants._mutant import Mutant, Patch
from mutants.clients import CLIENTS
from mutants.life import LIFE

# These plant theirs into WIRE as they are imported.
_PLANTERS = (wire, validation, history)

#: All of them, by name.
MUTANTS = {mutant.name: mutant for mutant in (*WIRE, *LIFE, *CLIENTS)}

__all__ = ["MUTANTS", "Mutant", "Patch"]
