"""The list of a session's changes that some answers have."""

from dataclasses import dataclass

from runtime_sessions_contract.model.life import Change, State, View
from runtime_sessions_contract.model.moments import moment
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import Json, as_objects

#: A state or status, and since when.
Listed = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Changes:
    """How one operation lists the changes of a session.

    Args:
        fields: The fields of the view.
        life_as: Whether it shows a session's state, or its status, which is another word for it.
    """

    document: Document
    fields: Json
    life_as: str

    @property
    def moment(self) -> str:
        """The name of the field with the moment of a change; empty if no changes are listed."""
        listed = self.fields.get("timestamps")
        entry = {} if listed is None else self.document.resolve(listed["items"])
        return next((name for name in entry.get("required", []) if name != "status"), "")

    def listed(self, answer: Json) -> Listed:
        """The changes that an answer lists."""
        entries = as_objects(answer.get("timestamps"))
        return [(str(each.get("status")), moment(each.get(self.moment)) or 0) for each in entries]

    def created(self, answer: Json) -> float | None:
        """When the session was created, by its field or as the first change; None if unknown."""
        first = next((at for _, at in self.listed(answer)), 0.0)
        return moment(answer.get("created_at")) or first or None

    def wanted(self, view: View) -> list[Listed]:
        """The lists that are right for a session: its creation may be listed as a change."""
        changes = (Change(State.OPEN, "pending", view.created), *view.changes)
        full = [(str(getattr(change, self.life_as)), change.at) for change in changes]
        # Where nothing else tells when it was created, the first one has to.
        return [full, full[1:]] if "created_at" in self.fields else [full]


def same(wanted: Listed, got: Listed, offset: float, tolerance: float) -> bool:
    """Whether the same changes are listed, each at its moment."""
    return [status for status, _ in wanted] == [status for status, _ in got] and all(
        abs(at + offset - shown) <= tolerance
        for (_, at), (_, shown) in zip(wanted, got, strict=True)
    )
