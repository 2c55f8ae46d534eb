"""Contains all the data models used in inputs/outputs, each imported when it is first asked for"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .billing_status import BillingStatus
    from .error import Error
    from .error_body import ErrorBody
    from .job import Job
    from .job_page import JobPage
    from .job_params import JobParams
    from .job_remote_storage import JobRemoteStorage
    from .job_state import JobState
    from .job_state_status import JobStateStatus
    from .job_status import JobStatus
    from .job_usage import JobUsage
    from .list_jobs_sort import ListJobsSort
    from .list_workloads_sort import ListWorkloadsSort
    from .list_workloads_user import ListWorkloadsUser
    from .page_link import PageLink
    from .program import Program
    from .session import Session
    from .session_mode import SessionMode
    from .session_request import SessionRequest
    from .session_state import SessionState
    from .session_timestamp import SessionTimestamp
    from .session_update import SessionUpdate
    from .version import Version
    from .version_list import VersionList
    from .version_status import VersionStatus
    from .workload import Workload
    from .workload_mode import WorkloadMode
    from .workload_page import WorkloadPage
    from .workload_status import WorkloadStatus
    from .workload_usage import WorkloadUsage
else:
    _MODULES = {
        "BillingStatus": ".billing_status",
        "Error": ".error",
        "ErrorBody": ".error_body",
        "Job": ".job",
        "JobPage": ".job_page",
        "JobParams": ".job_params",
        "JobRemoteStorage": ".job_remote_storage",
        "JobState": ".job_state",
        "JobStateStatus": ".job_state_status",
        "JobStatus": ".job_status",
        "JobUsage": ".job_usage",
        "ListJobsSort": ".list_jobs_sort",
        "ListWorkloadsSort": ".list_workloads_sort",
        "ListWorkloadsUser": ".list_workloads_user",
        "PageLink": ".page_link",
        "Program": ".program",
        "Session": ".session",
        "SessionMode": ".session_mode",
        "SessionRequest": ".session_request",
        "SessionState": ".session_state",
        "SessionTimestamp": ".session_timestamp",
        "SessionUpdate": ".session_update",
        "Version": ".version",
        "VersionList": ".version_list",
        "VersionStatus": ".version_status",
        "Workload": ".workload",
        "WorkloadMode": ".workload_mode",
        "WorkloadPage": ".workload_page",
        "WorkloadStatus": ".workload_status",
        "WorkloadUsage": ".workload_usage",
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
    "BillingStatus",
    "Error",
    "ErrorBody",
    "Job",
    "JobPage",
    "JobParams",
    "JobRemoteStorage",
    "JobState",
    "JobStateStatus",
    "JobStatus",
    "JobUsage",
    "ListJobsSort",
    "ListWorkloadsSort",
    "ListWorkloadsUser",
    "PageLink",
    "Program",
    "Session",
    "SessionMode",
    "SessionRequest",
    "SessionState",
    "SessionTimestamp",
    "SessionUpdate",
    "Version",
    "VersionList",
    "VersionStatus",
    "Workload",
    "WorkloadMode",
    "WorkloadPage",
    "WorkloadStatus",
    "WorkloadUsage",
)
