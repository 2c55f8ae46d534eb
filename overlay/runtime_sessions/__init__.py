"""Rent a quantum computer by the session, and be sure to close it."""

from runtime_sessions._call import Retries
from runtime_sessions._client import AsyncSessionsClient, SessionsClient
from runtime_sessions._errors import (
    BadRequestError,
    CallError,
    ConflictError,
    ConnectError,
    ContractError,
    ForbiddenError,
    LostSessionError,
    NotFoundError,
    OutcomeUnknownError,
    ServerError,
    SessionEndedError,
    SessionsError,
    SettingsError,
    StatusError,
    TooManyRequestsError,
    UnauthorizedError,
    WaitTimeoutError,
)
from runtime_sessions._http import AccessToken, BearerToken
from runtime_sessions._operations import ExtendedDetails, JobPage, SessionDetails
from runtime_sessions._session import AsyncSessionHandle, Ending, SessionHandle
from runtime_sessions._twins import set_testing
from runtime_sessions_api.classic.models import Job, Message

__all__ = [
    "AccessToken",
    "AsyncSessionHandle",
    "AsyncSessionsClient",
    "BadRequestError",
    "BearerToken",
    "CallError",
    "ConflictError",
    "ConnectError",
    "ContractError",
    "Ending",
    "ExtendedDetails",
    "ForbiddenError",
    "Job",
    "JobPage",
    "LostSessionError",
    "Message",
    "NotFoundError",
    "OutcomeUnknownError",
    "Retries",
    "ServerError",
    "SessionDetails",
    "SessionEndedError",
    "SessionHandle",
    "SessionsClient",
    "SessionsError",
    "SettingsError",
    "StatusError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "WaitTimeoutError",
    "set_testing",
]
