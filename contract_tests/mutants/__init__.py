"""Bugs planted into the emulator and the clients: the suite has to find every one of them."""

from mutants._mutant import Mutant, Patch
from mutants.clients import CLIENTS
from mutants.life import LIFE
from mutants.wire import WIRE

#: All of them, by name.
MUTANTS = {mutant.name: mutant for mutant in (*WIRE, *LIFE, *CLIENTS)}

__all__ = ["MUTANTS", "Mutant", "Patch"]
