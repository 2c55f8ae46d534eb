"""Verdicts: each is one check of one operation, counted whether it held or not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runtime_sessions_contract._wire import Exchange


@dataclass(frozen=True, slots=True, eq=False)
class Violation:
    """Something that the contract does not allow: what it expects, where, and what came.

    Attributes:
        pointer: The place in the contract that it is about.
        rule: The rule of a session's life that the check stands on; else it stands on the place.
        keyword: Of a broken schema, the keyword that is broken.
        undeclared: Whether it is that the contract does not list what came.
        session_id: The session that it was seen on, if it was one.
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


@dataclass(slots=True)
class Tally:
    """How often each check of each operation was made, and failed."""

    made: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    failed: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def count(self, operation: str, check: str, *, ok: bool) -> None:
        """Count a check."""
        self.made[operation, check] += 1
        if not ok:
            self.failed[operation, check] += 1


class Judge:
    """Judges one call: collects what did not hold. `story` tells, if asked, what led to it."""

    def __init__(
        self, tally: Tally, exchange: Exchange, story: Callable[[], Iterable[Exchange]] = tuple
    ) -> None:
        self.tally = tally
        self.exchange = exchange
        self.story = story
        self.found: list[Violation] = []

    def __call__(  # noqa: PLR0913 - what a check is
        self,
        check: str,
        expected: object,
        got: object,
        pointer: str,
        *,
        ok: bool | None = None,
        rule: str = "",
        keyword: str = "",
        undeclared: bool = False,
    ) -> bool:
        """Count a check; note a violation if `got` is not as expected. Returns whether it held."""
        held = got == expected if ok is None else ok
        operation = self.exchange.name
        self.tally.count(operation, check, ok=held)
        if not held:
            self.found.append(
                Violation(
                    check,
                    operation,
                    str(expected),
                    str(got),
                    pointer,
                    calls=(*self.story(), self.exchange),
                    rule=rule,
                    keyword=keyword,
                    undeclared=undeclared,
                    session_id=self.exchange.session_id,
                )
            )
        return held
