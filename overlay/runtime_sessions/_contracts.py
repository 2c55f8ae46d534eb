"""The contracts that a client can go by: what each has of its own, and what its calls return."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from runtime_sessions._errors import SettingsError, UnsupportedError
from runtime_sessions._http import BearerToken
from runtime_sessions._iam import ApiKey
from runtime_sessions._operations import Answered, Operation, Operations, identity, seconds, text
from runtime_sessions._settings import NO_INSTANCE
from runtime_sessions_api.classic import models as classic
from runtime_sessions_api.classic.types import UNSET
from runtime_sessions_api.platform import models as platform
from runtime_sessions_api.platform import types


class CreatedSession(classic.CreatedSession, Answered):
    """What create answers."""


class ClassicDetails(classic.Session, Answered):
    """A session by the classic contract, and the answer. Times are UTC, spans seconds."""


class ExtendedDetails(classic.ExtendedSession, Answered):
    """A session as `GET /sessions/{id}/extended` shows it, and the answer. Times are UTC."""


class ClassicJobPage(classic.JobPage, Answered):
    """A page of jobs as `GET /sessions/{id}/jobs` shows it, and the answer. Times are UTC."""


class Classic(Operations):
    """The classic contract. The instance, as hub/group/project, pays where `create` names none."""

    name = "classic"
    details = ClassicDetails
    token_form = BearerToken

    def create(
        self, backend: str | None, instance: str | None, mode: str, ttl: float | timedelta | None
    ) -> "Operation[Created]":
        payer = self.instance if instance is None else instance
        if payer is None:
            raise SettingsError(NO_INSTANCE)
        body = classic.SessionRequest(
            backend=text("backend", backend),
            instance=text("instance", payer),
            mode=classic.SessionMode(text("mode", mode, [*classic.SessionMode])),
            max_session_ttl=UNSET if ttl is None else seconds("max_ttl", ttl),
        )
        return self.operation("sessions.create_session", CreatedSession, body=body)

    def extended(self, session_id: str) -> Operation[ExtendedDetails]:
        name = identity(session_id)
        return self.operation("sessions.get_session_extended", ExtendedDetails, name)

    def jobs(self, session_id: str, **span: int) -> "Operation[JobPage]":
        return self.operation("sessions.list_session_jobs", ClassicJobPage, session_id, **span)


class PlatformDetails(platform.Session, Answered):
    """A session by the platform contract, and the answer. Times are UTC, spans seconds."""

    @property
    def created_at(self) -> datetime | types.Unset:
        """When the session was created: the first of its `timestamps`."""
        return self.timestamps[0].timestamp if self.timestamps else types.UNSET


class PlatformJobPage(platform.JobPage, Answered):
    """A page of jobs as `GET /jobs` shows it, and the answer. Times are UTC."""


class Platform(Operations):
    """The platform contract. The instance, a CRN, is that of all calls of a client."""

    name = "platform"
    details = PlatformDetails
    token_form = ApiKey
    # The date of the version of the API that this is written for.
    always = {"ibm_api_version": "2026-04-15"}  # noqa: RUF012 - as the base has it

    def __init__(self, instance: str | None) -> None:
        if instance is None:
            raise SettingsError(NO_INSTANCE)
        if not re.fullmatch("crn:[!-~]+", instance):
            raise SettingsError(f"the instance is a CRN, crn:v1:..., not {instance!r}")
        super().__init__(instance)
        self.headers = {"Service-CRN": instance}

    def create(
        self, backend: str | None, instance: str | None, mode: str, ttl: float | timedelta | None
    ) -> "Operation[Created]":
        if instance not in {None, self.instance}:
            raise ValueError(f"this client is for {self.instance}: make one for {instance!r}")
        span = 1 if ttl is None else seconds("max_ttl", ttl)
        if span % 1 or span > 2**31 - 1:
            raise ValueError(f"max_ttl is whole seconds, up to {2**31 - 1}, not {ttl!r}")
        body = platform.SessionRequest(
            backend=types.UNSET if backend is None else text("backend", backend),
            mode=platform.SessionMode(text("mode", mode, [*platform.SessionMode])),
            max_ttl=types.UNSET if ttl is None else int(span),
        )
        return self.operation("sessions.create_session", PlatformDetails, body=body)

    def extended(self, session_id: str) -> NoReturn:
        raise UnsupportedError(
            f"the platform has no extended view of session {session_id}: its details have "
            "`user_id`, `state_reason` and `timestamps`"
        )

    def jobs(self, session_id: str, **span: int) -> "Operation[JobPage]":
        return self.operation("jobs.list_jobs", PlatformJobPage, session_id=session_id, **span)


Contract = Classic | Platform
CONTRACTS: dict[str, type[Contract]] = {one.name: one for one in (Classic, Platform)}

Created = CreatedSession | PlatformDetails
SessionDetails = ClassicDetails | PlatformDetails
JobPage = ClassicJobPage | PlatformJobPage
Job = classic.Job | platform.Job

if TYPE_CHECKING:
    from runtime_sessions_api.classic import AuthenticatedClient as ClassicClient
    from runtime_sessions_api.platform import AuthenticatedClient as PlatformClient

    class GeneratedClient(ClassicClient, PlatformClient):  # type: ignore[misc] # pyright: ignore[reportIncompatibleMethodOverride] # the two are alike
        """The generated client of a contract, which fits the functions of any."""
