"""The parts of the suite, by their names: what runs each of them takes long to be imported."""

from typing import Final

#: In the order in which they run: the quick ones first.
PARTS: Final = ("race", "model", "client", "fuzz")
