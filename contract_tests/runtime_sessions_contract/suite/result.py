"""What a run of the suite came to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from runtime_sessions_contract.checks.drift import Difference
from runtime_sessions_contract.run.coverage import Gaps
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.findings import Causes, Finding, findings


@dataclass(slots=True)
class Result:
    """What a run came to."""

    run: Run
    parts: tuple[str, ...]
    gaps: Gaps
    spans: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])
    drift: list[Difference] | None = None

    @property
    def holds(self) -> bool:
        """Whether the server holds to the contract."""
        return not self.run.violations

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the server, by cause, the gravest first."""
        run = self.run
        return findings(run.document, run.violations, run.causes, run.times)

    @property
    def differences(self) -> list[Finding]:
        """In what the server differs from what is only reported, assumed, or not declared."""
        run = self.run
        # Each is told by itself: what differs is not what makes something else go wrong.
        return findings(run.document, run.differences, Causes(), run.times)

    @property
    def columns(self) -> list[str]:
        """The columns of the matrix: the operations, and whatever else was checked."""
        return [*self.run.document.operations, "other"]

    def matrix(self) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """Each check, with how often it was made and failed in each column."""
        tally, known = self.run.tally, self.run.document.operations
        for check in sorted({check for _, check in tally.made}):
            cells: dict[str, tuple[int, int]] = dict.fromkeys(self.columns, (0, 0))
            for (name, of), made in tally.made.items():
                column = name if name in known else "other"
                if of == check:
                    before = cells[column]
                    cells[column] = (before[0] + made, before[1] + tally.failed[name, check])
            yield check, list(cells.values())

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return sum(self.run.tally.made.values())
