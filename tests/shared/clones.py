"""What a clone of the repository is to the tests."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone of the repository as it is here, what is not committed included.

    Attributes:
        folder: Where it is.
        commands: A folder with a `make` that takes this environment for the clone's.
    """

    folder: Path
    commands: Path
