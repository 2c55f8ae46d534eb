"""Contains all the data models used in inputs/outputs, each imported when it is first asked for"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .created_session import CreatedSession
    from .error import Error
    from .error_body import ErrorBody
    from .extended_session import ExtendedSession
    from .job import Job
    from .job_page import JobPage
    from .job_params import JobParams
    from .job_program import JobProgram
    from .job_state import JobState
    from .job_status import JobStatus
    from .job_usage import JobUsage
    from .message import Message
    from .session import Session
    from .session_event import SessionEvent
    from .session_mode import SessionMode
    from .session_request import SessionRequest
    from .session_state import SessionState
    from .session_status import SessionStatus
    from .session_update import SessionUpdate
else:
    _MODULES = {
        "CreatedSession": ".created_session",
        "Error": ".error",
        "ErrorBody": ".error_body",
        "ExtendedSession": ".extended_session",
        "Job": ".job",
        "JobPage": ".job_page",
        "JobParams": ".job_params",
        "JobProgram": ".job_program",
        "JobState": ".job_state",
        "JobStatus": ".job_status",
        "JobUsage": ".job_usage",
        "Message": ".message",
        "Session": ".session",
        "SessionEvent": ".session_event",
        "SessionMode": ".session_mode",
        "SessionRequest": ".session_request",
        "SessionState": ".session_state",
        "SessionStatus": ".session_status",
        "SessionUpdate": ".session_update",
    }

    def __getattr__(name: str) -> type:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        model = getattr(_import_module(_MODULES[name], __name__), name)
        globals()[name] = model
        return model

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})


__all__ = (
    "CreatedSession",
    "Error",
    "ErrorBody",
    "ExtendedSession",
    "Job",
    "JobPage",
    "JobParams",
    "JobProgram",
    "JobState",
    "JobStatus",
    "JobUsage",
    "Message",
    "Session",
    "SessionEvent",
    "SessionMode",
    "SessionRequest",
    "SessionState",
    "SessionStatus",
    "SessionUpdate",
)
