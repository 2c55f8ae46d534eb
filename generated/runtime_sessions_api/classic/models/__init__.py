"""Contains all the data models used in inputs/outputs"""

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
