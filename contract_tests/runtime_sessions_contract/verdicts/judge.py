"""The judge, who makes checks and counts them, whether they hold or not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runtime_sessions_contract.verdicts.violation import Violation
from runtime_sessions_contract.wire.exchange import Exchange


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
    """Judges one call and its answer, and collects the violations."""

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
        """Count a check, note a violation if it does not hold, and return whether it does."""
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
