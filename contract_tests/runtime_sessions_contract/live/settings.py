"""How to treat a live service."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Live:
    """How to treat a live service.

    Attributes:
        session: The id of a session that may be read.
        write: Whether sessions may be created, up to `sessions`.
        ledger: Where it is written down what was created.
        baseline: A file of accepted differences.
    """

    session: str | None
    write: bool
    sessions: int
    requests: int
    ledger: Path
    baseline: Path | None
