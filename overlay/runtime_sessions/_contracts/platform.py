"""The platform contract: a CRN pays, for all calls of a client."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

from runtime_sessions._answers import Answered, AnswerForm
from runtime_sessions._arguments import checked_id, checked_seconds, checked_text
from runtime_sessions._contracts.base import BaseContract, NewSession, checked_flag, id_of, ids_in
from runtime_sessions._errors import SettingsError, UnsupportedError
from runtime_sessions._iam import ApiKey
from runtime_sessions._listing import Summary, Wanted, mode_in_words_of_create
from runtime_sessions._operations import Operation
from runtime_sessions._settings import INSTANCES, NO_INSTANCE
from runtime_sessions_api.platform import models
from runtime_sessions_api.platform.api import jobs as jobs_api
from runtime_sessions_api.platform.api import sessions as sessions_api
from runtime_sessions_api.platform.api import workloads as workloads_api
from runtime_sessions_api.types import UNSET, Unset

#: The date of the version of the API that this is written for.
API_VERSION = "2026-04-15"

LONGEST_TTL = 2**31 - 1


class PlatformDetails(models.Session, Answered):
    """A session by the platform contract, and the answer. Times are UTC, spans seconds."""

    @property
    def created_at(self) -> datetime | Unset:
        """When the session was created: the first of its `timestamps`."""
        if not self.timestamps:
            return UNSET
        return self.timestamps[0].timestamp


class PlatformJobPage(models.JobPage, Answered):
    """A page of jobs as `GET /jobs` shows it, and the answer. Times are UTC."""


class WorkloadPage(models.WorkloadPage, Answered):
    """A page as `GET /workloads` shows it, and the answer. Times are UTC."""

    def summaries(self) -> Iterator[Summary]:
        """Yield the sessions on it; jobs that are in no session are none."""
        return map(_summary, self._sessions())

    def ids(self) -> Iterator[str]:
        """Yield the ids of the sessions on it."""
        return (workload.id for workload in self._sessions())

    def _sessions(self) -> Iterator[models.Workload]:
        return (one for one in self.workloads if one.mode != models.WorkloadMode.JOB)

    @property
    def next_cursor(self) -> str | None:
        """What leads to the page after this one; None on the last page.

        Raises:
            ValueError: There is a next page, and no way to it.
        """
        if not self.next_ or not self.next_.href:
            return None
        found = parse_qs(urlsplit(self.next_.href).query).get("next")
        if not found:
            raise ValueError(f"{self.next_.href!r} leads to no page")
        return found[0]


DETAILS = AnswerForm("platform", "Session", PlatformDetails, id_of)
JOB_PAGE = AnswerForm("platform", "JobPage", PlatformJobPage, ids_in)


class Platform(BaseContract):
    """The platform contract. The instance, a CRN, is that of all calls of a client."""

    name = "platform"
    token_kind = ApiKey

    def __init__(self, instance: str | None) -> None:
        if instance is None:
            raise SettingsError(NO_INSTANCE)
        if not re.fullmatch("crn:[!-~]+", instance):
            raise SettingsError(
                f"the instance is a CRN, crn:v1:..., not {str(instance)!r}: that of an instance "
                f"with a name is shown beside it at {INSTANCES}"
            )
        super().__init__(instance)

    @property
    def headers(self) -> Mapping[str, str]:
        """What every call carries: who pays."""
        return {"Service-CRN": str(self.instance)}

    def create(self, wanted: NewSession) -> Operation[PlatformDetails]:
        if wanted.instance not in {None, self.instance}:
            raise ValueError(
                f"this client is for {self.instance}: make one for {wanted.instance!r}"
            )
        body = models.SessionRequest(
            mode=models.SessionMode(checked_text("mode", wanted.mode, [*models.SessionMode]))
        )
        if wanted.backend is not None:
            body.backend = checked_text("backend", wanted.backend)
        # Not sent where nobody asks for it: the service has a limit of its own.
        body.max_ttl = UNSET if wanted.max_ttl is None else _whole_seconds(wanted.max_ttl)
        request = sessions_api.create_session.build_request(body=body, ibm_api_version=API_VERSION)
        return Operation(request, DETAILS)

    def get(self, session_id: str) -> Operation[PlatformDetails]:
        request = sessions_api.get_session.build_request(
            checked_id(session_id), ibm_api_version=API_VERSION
        )
        return Operation(request, DETAILS, session_id)

    def extended(self, session_id: str) -> NoReturn:
        raise UnsupportedError(
            f"the platform has no extended view of session {session_id}: its details have "
            "`user_id`, `state_reason` and `timestamps`"
        )

    def update(self, session_id: str, *, accepting_jobs: bool) -> Operation[None]:
        body = models.SessionUpdate(accepting_jobs=checked_flag(accepting_jobs))
        request = sessions_api.update_session.build_request(
            checked_id(session_id), body=body, ibm_api_version=API_VERSION
        )
        return Operation(request, None)

    def close(self, session_id: str) -> Operation[None]:
        request = sessions_api.close_session.build_request(
            checked_id(session_id), ibm_api_version=API_VERSION
        )
        return Operation(request, None)

    def jobs(self, session_id: str, *, limit: int, offset: int) -> Operation[PlatformJobPage]:
        request = jobs_api.list_jobs.build_request(
            session_id=checked_id(session_id),
            limit=limit,
            offset=offset,
            ibm_api_version=API_VERSION,
        )
        return Operation(request, JOB_PAGE, session_id)

    def sessions(
        self, wanted: Wanted, *, limit: int, cursors: Sequence[str]
    ) -> Operation[WorkloadPage]:
        request = workloads_api.list_workloads.build_request(
            sort="createdAt" if wanted.oldest_first else "-createdAt",
            limit=limit,
            next_=cursors[-1] if cursors else UNSET,
            backend=wanted.backend or UNSET,
            search=wanted.search or UNSET,
            status=[models.WorkloadStatus(state) for state in wanted.states] or UNSET,
            mode=models.WorkloadMode(wanted.listed_mode) if wanted.listed_mode else UNSET,
            created_after=wanted.created_after or UNSET,
            created_before=wanted.created_before or UNSET,
            tags=list(wanted.tags) or UNSET,
            ibm_api_version=API_VERSION,
        )
        form = AnswerForm(
            "platform", "WorkloadPage", WorkloadPage, partial(_ids_on_a_new_page, tuple(cursors))
        )
        return Operation(request, form)


def _ids_on_a_new_page(cursors: tuple[str, ...], page: WorkloadPage) -> Iterator[str]:
    """Return the ids on a page; a ValueError says that it leads back to one that was read."""
    if page.next_cursor in cursors:
        raise ValueError(f"the next page, {page.next_cursor!r}, was read before")
    return page.ids()


def _summary(workload: models.Workload) -> Summary:
    usage = workload.usage
    accepting = workload.accepting_jobs
    return Summary(
        id=workload.id,
        state=str(workload.status),
        mode=mode_in_words_of_create(str(workload.mode)),
        created_at=workload.created,
        ended_at=workload.ended or None,
        backend_name=workload.backend,
        accepting_jobs=None if isinstance(accepting, Unset) else accepting,
        instance=workload.instance,
        user_id=workload.user_id,
        charged=usage.qpu_charge_time_seconds if usage else None,
        tags=tuple(workload.tags or ()),
    )


def _whole_seconds(max_ttl: float | timedelta) -> int:
    seconds = checked_seconds("max_ttl", max_ttl)
    if seconds % 1 or seconds > LONGEST_TTL:
        raise ValueError(f"max_ttl is whole seconds, up to {LONGEST_TTL}, not {max_ttl!r}")
    return int(seconds)
