"""Coverage: what a run has seen, and what it has missed."""

from collections import Counter
from dataclasses import dataclass, field

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.model.life import State
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.wire.exchange import Exchange

#: What a target without a control plane can show: the rest takes jobs, time, or an operator.
WITHOUT_CONTROL = frozenset({State.OPEN, State.CLOSED})

NO_CONTROL = "takes a control plane (CONTROL_URL): jobs, time, an operator"


@dataclass
class Coverage:
    """Counts links, answers by status, and edges (an operation called in a state)."""

    document: Document
    contract: Contract
    links: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    edges: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    moves: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    _states: dict[int, State] = field(default_factory=dict[int, State])

    def sees(self, known: Knowledge, exchange: Exchange) -> None:
        """Note an answer, and in which state its session was, as far as that is known."""
        if exchange.operation is None:
            return
        self.answered(exchange.name, exchange.status)
        session = known.session_of(exchange)
        if session is not None and session.of(exchange):
            middle = session.views(exchange.sent, exchange.received)[1 if session.slack else 0]
            # Two sessions may have been given the same id, but not by the same call.
            created = session.calls[0].number
            self.edge(middle.state, exchange.name)
            self.moved(self._states.get(created, State.OPEN), middle.state)
            self._states[created] = middle.state

    def answered(self, operation: str, status: int) -> None:
        """Note an answer."""
        self.statuses[operation, str(status)] += 1

    def edge(self, state: State, operation: str) -> None:
        """Note that an operation was called on a session in a state."""
        self.edges[str(state), operation] += 1

    def moved(self, before: State, after: State) -> None:
        """Note that a session was seen in another state than before."""
        if before is not after:
            self.moves[str(before), str(after)] += 1

    def link(self, name: str) -> None:
        """Note that a link was followed."""
        self.links[name] += 1

    def wanted_edges(self) -> list[tuple[str, str]]:
        """All edges: every state, and every operation that takes an id."""
        document = self.document
        return [(state, name) for state in document.states for name in document.takers]

    def missing(self, *, fuzz: bool, model: bool, control: bool, write: bool = True) -> "Gaps":
        """What was not seen: what the server could have shown, and what it could not, and why."""
        gaps = Gaps()
        if fuzz and write:
            links = sorted(str(link) for link in self.document.links if not self.links[str(link)])
            gaps.missed += [f"link {link}" for link in links]
        if model:
            self._statuses(gaps)
            self._edges(gaps, control=control)
        return gaps

    def _statuses(self, gaps: "Gaps") -> None:
        """Note the answers that were not seen."""
        for operation in self.document.operations.values():
            for status in operation.responses:
                if not self.statuses[operation.name, status]:
                    reason = self.contract.answers.why_not(operation.name, status)
                    gaps.note(f"status {status} of {operation.name}", reason)

    def _edges(self, gaps: "Gaps", *, control: bool) -> None:
        """Note the operations that were not called in a state."""
        for state, name in self.wanted_edges():
            if not self.edges[state, name]:
                reachable = control or State(state) in WITHOUT_CONTROL
                gaps.note(f"{name} on a session that is {state}", None if reachable else NO_CONTROL)


@dataclass(slots=True)
class Gaps:
    """What a run has not seen."""

    missed: list[str] = field(default_factory=list[str])
    unreachable: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def excuse(self, reason: str) -> None:
        """Give a reason for all that was missed: it was not the server's fault."""
        self.unreachable += [(missed, reason) for missed in self.missed]
        self.missed.clear()

    def note(self, what: str, reason: str | None) -> None:
        """Note what was not seen; the reason, if this target could not show it."""
        if reason is None:
            self.missed.append(what)
        else:
            self.unreachable.append((what, reason))
