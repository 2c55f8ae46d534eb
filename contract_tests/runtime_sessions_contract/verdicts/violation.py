"""What a server did that the contract does not allow."""

from dataclasses import dataclass

from runtime_sessions_contract.wire.exchange import Exchange


@dataclass(frozen=True, slots=True, eq=False)
class Violation:
    """Something that a server did and the contract does not allow.

    Attributes:
        pointer: The place in the contract that it is about.
        rule: The rule of a session's life that the check stands on; else it stands on the place.
        keyword: Of a broken schema, the keyword that is broken.
        undeclared: Whether it is that the contract does not list what came.
        session_id: The session that it was seen on, if it was one.
        again: Whether it was seen once more when its calls were made again; None where they were
            not.
    """

    check: str
    operation: str
    expected: str
    got: str
    pointer: str
    calls: tuple[Exchange, ...] = ()
    curls: tuple[str, ...] = ()
    part: str = ""
    rule: str = ""
    keyword: str = ""
    undeclared: bool = False
    session_id: str | None = None
    again: bool | None = None

    @property
    def title(self) -> str:
        """What did not hold, in a few words."""
        return f"{self.operation}: {self.check}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two violations the same finding."""
        return self.check, self.operation, self.pointer


class ContractViolationError(AssertionError):
    """Raised where a violation has to stop what is being done, so that it can be shrunk."""

    def __init__(self, violations: list[Violation]) -> None:
        first = violations[0]
        super().__init__(f"{first.check}: expected {first.expected}, got {first.got}")
        self.violations = violations
