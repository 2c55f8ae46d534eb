"""Rent a quantum computer by the session, and be sure to close it."""

import typing

from runtime_sessions._arguments import Ending, Mode
from runtime_sessions._async.client import AsyncSessionsClient
from runtime_sessions._async.listing import AsyncListedSession
from runtime_sessions._async.session import AsyncSessionHandle
from runtime_sessions._auth import AccessToken, BearerToken
from runtime_sessions._clock import set_testing
from runtime_sessions._contracts import (
    ClassicDetails,
    ContractName,
    ExtendedDetails,
    Job,
    JobPage,
    PlatformDetails,
    SessionDetails,
)
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
    UnsupportedError,
    WaitTimeoutError,
)
from runtime_sessions._iam import ApiKey
from runtime_sessions._ledger import Ledger, LedgerEntry, LedgerIntent
from runtime_sessions._lost import UnansweredCreate
from runtime_sessions._masking import redact
from runtime_sessions._retries import Retries
from runtime_sessions._sync.client import SessionsClient
from runtime_sessions._sync.listing import ListedSession
from runtime_sessions._sync.session import SessionHandle
from runtime_sessions_api.classic.models import Message

__all__ = [
    "AccessToken",
    "ApiKey",
    "AsyncListedSession",
    "AsyncSessionHandle",
    "AsyncSessionsClient",
    "BadRequestError",
    "BearerToken",
    "CallError",
    "ClassicDetails",
    "ConflictError",
    "ConnectError",
    "ContractError",
    "ContractName",
    "Ending",
    "ExtendedDetails",
    "ForbiddenError",
    "Job",
    "JobPage",
    "Ledger",
    "LedgerEntry",
    "LedgerIntent",
    "ListedSession",
    "LostSessionError",
    "Message",
    "Mode",
    "NotFoundError",
    "OutcomeUnknownError",
    "PlatformDetails",
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
    "UnansweredCreate",
    "UnauthorizedError",
    "UnsupportedError",
    "WaitTimeoutError",
    "redact",
    "set_testing",
]

if typing.TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        """Look up the version when somebody asks for it: that takes as long as a few calls."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import version  # noqa: PLC0415 - only when somebody asks

        return version("runtime-sessions")
