"""The contracts that a client can go by, one module each, and what their calls return."""

from typing import Literal

from runtime_sessions._contracts.classic import (
    Classic,
    ClassicDetails,
    ClassicJobPage,
    CreatedSession,
    ExtendedDetails,
)
from runtime_sessions._contracts.platform import Platform, PlatformDetails, PlatformJobPage
from runtime_sessions_api.classic.models.job import Job as ClassicJob
from runtime_sessions_api.platform.models.job import Job as PlatformJob

__all__ = [
    "CONTRACTS",
    "ClassicDetails",
    "Contract",
    "ContractName",
    "Created",
    "ExtendedDetails",
    "Job",
    "JobPage",
    "PlatformDetails",
    "SessionDetails",
]

ContractName = Literal["classic", "platform"]
Contract = Classic | Platform
CONTRACTS: dict[str, type[Contract]] = {"classic": Classic, "platform": Platform}

Created = CreatedSession | PlatformDetails
SessionDetails = ClassicDetails | PlatformDetails
JobPage = ClassicJobPage | PlatformJobPage
Job = ClassicJob | PlatformJob
