"""What create answers beside a view of the session: that it is a new one."""

import re

from runtime_sessions_contract.checks.knowledge import Knowledge
from runtime_sessions_contract.model.session import Session
from runtime_sessions_contract.verdicts.judge import Judge


def judge_creation(judge: Judge, known: Knowledge, session: Session) -> None:
    """Judge the id of a session that was just created."""
    namesake = known.sessions.get(session.id)
    judge.story = lambda: known.story(namesake)
    wanted, pointer = "an id that no session had before", "#/paths/~1sessions/post"
    new, rule = namesake is None, "create-makes-anew"
    judge("ids unique", wanted, session.id, pointer, ok=new, rule=rule)
    if known.bundled:
        form = known.contract.creation.id_form
        held = re.fullmatch(form, session.id) is not None
        pointer = "#/components/schemas/Session/properties/id"
        judge("id form", form, session.id, pointer, ok=held, rule="ids")
