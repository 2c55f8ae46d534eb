"""A run: one target, what is known of it, and everything that was seen."""

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.checks.exchanges import take_in
from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.run.coverage import Coverage
from runtime_sessions_contract.target.control import Control
from runtime_sessions_contract.target.target import CannotRunError, Target
from runtime_sessions_contract.verdicts.findings import Causes
from runtime_sessions_contract.verdicts.grounds import ground_of
from runtime_sessions_contract.verdicts.judge import Tally
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.caller import Caller
from runtime_sessions_contract.wire.curl import script
from runtime_sessions_contract.wire.exchange import Exchange

#: How far moments may be off, in seconds: on a clock that stands still, an emulator's, a service's.
STILL, TICKING, FOREIGN = 0.01, 0.25, 2.0


@dataclass
class Run:
    """What the parts of the suite share.

    Args:
        target: The server.
        strict: Whether what is only reported or assumed is held against the target, too. It is
            against the bundled emulator.
        seed: What all that is drawn at random is drawn from.
        examples: How much to draw: a factor.
        fail_fast: Whether to stop at the first violation.
        deadline: When to stop looking, on the monotonic clock.
        progress: Told in a few words what is being done.
        control: The target's control plane; it is made when the target has one.
        transport: What calls go through instead of straight to a live service.
        spent: What ended a live run before its time.
        interrupted: Whether Ctrl-C was pressed.
        begun: When it began, in seconds since the epoch, on the clock of this computer.
        violations: What is wrong with the target.
        differences: Where it differs from what is only reported, assumed, or not declared.
        times: How often each of both was seen.
        causes: What was wrong first with each session, and what then.
        bugs: Where this suite itself failed, and how.
        unlooked: What was not looked at, and why.
    """

    target: Target
    seed: int
    strict: bool = False
    examples: float = 1
    fail_fast: bool = False
    deadline: float | None = None
    progress: Callable[[str], None] = lambda _: None
    control: Control | None = None
    transport: httpx.BaseTransport | None = None
    spent: str | None = None
    interrupted: bool = False
    begun: float = field(default_factory=time.time)
    violations: list[Violation] = field(default_factory=list[Violation])
    differences: list[Violation] = field(default_factory=list[Violation])
    times: Counter[tuple[str, ...]] = field(default_factory=Counter[tuple[str, ...]])
    causes: Causes = field(default_factory=Causes)
    bugs: list[str] = field(default_factory=list[str])
    unlooked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    part: str = ""
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.control is None and self.target.control_url:
            self.control = Control(self.target.control_url)
        document = self.target.contract.document
        self.document = document.strict() if self.target.bundled else document
        self.tally = Tally()
        self.coverage = Coverage(self.document, self.target.contract)
        tolerance = FOREIGN if self.control is None else STILL if self.control.still else TICKING
        self.known = Knowledge(
            self.document,
            self.target,
            tolerance=tolerance,
            synced=self.control is not None,
            shapes=self.transport is None,
        )

    def now(self) -> float:
        """The server's time as well as it is known, in seconds since the epoch."""
        return self.control.now() if self.control else time.time()

    def exchange(  # noqa: PLR0913 - a call and its answer
        self,
        *,
        method: str,
        url: str,
        request_headers: dict[str, str],
        request_body: bytes,
        status: int,
        headers: dict[str, str],
        body: bytes,
        sent: float,
        received: float,
        recorded: str | None = None,
    ) -> Exchange:
        """A call and its answer, with what they are in the contract's terms."""
        target, parts = self.target, urlsplit(url)
        contract, path = target.contract, parts.path.removeprefix(target.base_path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        found = self.document.match(method, path, query)
        return Exchange(
            method=method,
            url=url,
            path=path,
            request_headers=request_headers,
            request_body=request_body,
            status=status,
            headers=headers,
            body=body,
            sent=sent,
            received=received,
            caller=contract.credentials.caller(request_headers, target.secrets, target.instances)
            if recorded is None
            else Caller(recorded)
            if recorded in set(Caller)
            else None,
            instance=contract.credentials.instance_of(request_headers),
            query=query,
            operation=found[0] if found else None,
            session_id=found[1] if found else None,
            number=next(self._numbers),
        )

    def controlled(self, path: str, body: dict[str, object] | None = None) -> Exchange:
        """A call of the control plane, for the story of a violation."""
        return self.exchange(
            method="POST",
            url=f"{self.target.control_url}{path}",
            request_headers={"content-type": "application/json"} if body else {},
            request_body=json.dumps(body).encode() if body else b"",
            status=0,
            headers={},
            body=b"",
            sent=self.now(),
            received=self.now(),
        )

    def sees(self, exchange: Exchange) -> list[Violation]:
        """Note a call, judge it by what is known, and learn from it, whoever made it.

        Returns:
            What the server is wrong for.
        """
        with self._lock:
            self.exchanges.append(exchange)
            self.coverage.sees(self.known, exchange)
            return self.verdict(take_in(self.known, self.tally, exchange))

    def verdict(self, found: Iterable[Violation]) -> list[Violation]:
        """Separate what the server is wrong for from mere differences, and keep the latter.

        Returns:
            What it is wrong for, as it can be shown.
        """
        dressed = [self.dressed(violation) for violation in found]
        wrong = [each for each in dressed if self.holds_against(each)]
        self._keep(self.differences, [each for each in dressed if each not in wrong])
        return wrong

    def holds_against(self, violation: Violation) -> bool:
        """Whether the server is wrong for a violation, or only differs from what is uncertain."""
        if self.strict or self.target.bundled:
            return True
        return ground_of(self.document, violation).certain

    def dressed(self, violation: Violation) -> Violation:
        """The violation with its curl lines and the part that found it, without secrets."""
        secrets, calls = self.target.secrets, self.whole(violation.calls)
        return replace(
            violation,
            calls=calls,
            expected=secrets.redact(violation.expected),
            got=secrets.redact(violation.got),
            curls=script(calls, secrets) or violation.curls,
            part=self.part,
        )

    def whole(self, calls: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        """The calls, from that on which creates the session that they are about.

        Whoever makes them again has other sessions than this run had.
        """
        session = self.known.sessions.get(calls[-1].session_id or "") if calls else None
        if session is None or session.calls[0] in calls:
            return calls
        return (session.calls[0], *calls)

    def take(self, found: Iterable[Violation]) -> None:
        """Keep what was found: what the server is wrong for, and separately what only differs."""
        self.report(self.verdict(found))

    def report(self, violations: list[Violation]) -> None:
        """Keep violations: of those with the same identity, the one with the fewest calls."""
        self._keep(self.violations, violations)

    def _keep(self, kept: list[Violation], violations: Iterable[Violation]) -> None:
        """Keep violations in one of the lists, each of them once."""
        for violation in violations:
            self.times[violation.identity] += 1
            if kept is self.violations:
                self.causes.note(violation)
            for place, known in enumerate(kept):
                if known.identity == violation.identity:
                    if len(violation.curls) < len(known.curls):
                        kept[place] = violation
                    break
            else:
                kept.append(violation)

    def failed(self, where: str, error: Exception) -> None:
        """Note that the suite itself has failed. It is a bug, whatever the server has answered."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        file = Path(place.filename).name
        said = self.target.secrets.redact(f"{type(error).__name__}: {error}")
        self.bugs.append(f"{where}: {said} ({file}:{place.lineno})")

    def close(self) -> None:
        """Let go of the connections."""
        for held in (self.control, self.transport):
            if held is not None:
                held.close()

    @property
    def overdue(self) -> bool:
        """Whether its time is over."""
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def over(self) -> bool:
        """Whether to stop looking."""
        return self.interrupted or self.overdue or (self.fail_fast and bool(self.violations))


def unanswered(run: Run, error: httpx.HTTPError) -> Violation:
    """The violation that a call was not answered at all."""
    last = tuple(run.exchanges[-1:])
    place = "#/paths"
    return run.dressed(
        Violation("answered", "every call", "an answer", repr(error), place, calls=last)
    )


def attempt(run: Run, name: str, step: Callable[[], object]) -> None:
    """Take one step of a part. What is wrong is reported, and the part goes on."""
    try:
        step()
    except ContractViolationError as error:
        run.report(error.violations)
    except httpx.HTTPError as error:
        run.report([unanswered(run, error)])
    except CannotRunError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hide the next step
        run.failed(f"{run.part}, {name}", error)
