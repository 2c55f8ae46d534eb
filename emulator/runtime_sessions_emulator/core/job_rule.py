"""How jobs go: by a rule, or as the one who submits them says."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from attrs.validators import ge, optional

from runtime_sessions_emulator.core.choices import known
from runtime_sessions_emulator.core.job import OUTCOMES, Outcome


@frozen(kw_only=True)
class JobRule:
    """How jobs go whose order does not say it.

    Attributes:
        duration: Seconds that they run; None: as configured.
        outcome: `completed`, `failed`, `cancelled` or `ran_too_long`.
        reason: The reason that they give, where it is not the usual one.
        reason_code: The code of the reason.
        result: What they give when they complete, as the service writes it: a text, or an object
            that is written as JSON. None: what is computed.
        session_id: Only jobs of this session.
        backend: Only jobs on this backend.
        program_id: Only jobs of this program.
        times: Only so many jobs: 1 is the next one. None: all that come.

    Raises:
        ValueError: There is no such outcome, or a number is out of range.
    """

    duration: float | None = field(default=None, validator=optional(ge(0)))
    outcome: str = field(default="completed", validator=known("outcome", OUTCOMES))
    reason: str | None = None
    reason_code: int | None = None
    result: str | dict[str, Any] | None = None
    session_id: str | None = None
    backend: str | None = None
    program_id: str | None = None
    times: int | None = field(default=None, validator=optional(ge(1)))

    @property
    def end(self) -> Outcome:
        """How the jobs end."""
        usual = OUTCOMES[self.outcome]
        return Outcome(usual.status, self.reason or usual.reason, self.reason_code or usual.code)

    @property
    def text(self) -> str | None:
        """What the jobs give, as it travels."""
        if self.result is None or isinstance(self.result, str):
            return self.result
        return json.dumps(self.result)

    def applies(self, request: Mapping[str, Any], session_id: str | None, backend: str) -> bool:
        """Whether a job goes by this rule."""
        return (
            self.session_id in (None, session_id)
            and self.backend in (None, backend)
            and self.program_id in (None, request.get("program_id"))
        )


@frozen(kw_only=True)
class JobOrder:
    """What is known of a job when it is submitted.

    Attributes:
        request: What its submitter sent.
        cost: The longest time that it may take, in seconds; 0: no limit.
        rule: How it is to go; None: as the rules for all jobs say.
    """

    request: Mapping[str, Any]
    cost: float = 0
    rule: JobRule | None = None
