"""The classic contract: hub/group/project pays, and each call is of one session."""

from collections.abc import Sequence
from typing import NoReturn

from runtime_sessions._answers import Answered, AnswerForm
from runtime_sessions._arguments import checked_id, checked_seconds, checked_text
from runtime_sessions._auth import BearerToken
from runtime_sessions._contracts.base import BaseContract, NewSession, checked_flag, id_of, ids_in
from runtime_sessions._errors import SettingsError, UnsupportedError
from runtime_sessions._listing import Wanted
from runtime_sessions._operations import Operation
from runtime_sessions._settings import NO_INSTANCE
from runtime_sessions_api.classic import models
from runtime_sessions_api.classic.api import sessions as sessions_api


class CreatedSession(models.CreatedSession, Answered):
    """What create answers."""


class ClassicDetails(models.Session, Answered):
    """A session by the classic contract, and the answer. Times are UTC, spans seconds."""


class ExtendedDetails(models.ExtendedSession, Answered):
    """A session as `GET /sessions/{id}/extended` shows it, and the answer. Times are UTC."""


class ClassicJobPage(models.JobPage, Answered):
    """A page of jobs as `GET /sessions/{id}/jobs` shows it, and the answer. Times are UTC."""


CREATED = AnswerForm("classic", "CreatedSession", CreatedSession, id_of)
DETAILS = AnswerForm("classic", "Session", ClassicDetails, id_of)
EXTENDED = AnswerForm("classic", "ExtendedSession", ExtendedDetails, id_of)
JOB_PAGE = AnswerForm("classic", "JobPage", ClassicJobPage, ids_in)


class Classic(BaseContract):
    """The classic contract. The instance, as hub/group/project, pays where `create` names none."""

    name = "classic"
    token_kind = BearerToken

    def create(self, wanted: NewSession) -> Operation[CreatedSession]:
        payer = self.instance if wanted.instance is None else wanted.instance
        if payer is None:
            raise SettingsError(NO_INSTANCE)
        body = models.SessionRequest(
            backend=checked_text("backend", wanted.backend),
            instance=checked_text("instance", payer),
            mode=models.SessionMode(checked_text("mode", wanted.mode, [*models.SessionMode])),
        )
        if wanted.max_ttl is not None:
            body.max_session_ttl = checked_seconds("max_ttl", wanted.max_ttl)
        return Operation(sessions_api.create_session.build_request(body=body), CREATED)

    def get(self, session_id: str) -> Operation[ClassicDetails]:
        request = sessions_api.get_session.build_request(checked_id(session_id))
        return Operation(request, DETAILS, session_id)

    def extended(self, session_id: str) -> Operation[ExtendedDetails]:
        request = sessions_api.get_session_extended.build_request(checked_id(session_id))
        return Operation(request, EXTENDED, session_id)

    def update(self, session_id: str, *, accepting_jobs: bool) -> Operation[None]:
        body = models.SessionUpdate(accepting_jobs=checked_flag(accepting_jobs))
        return Operation(
            sessions_api.update_session.build_request(checked_id(session_id), body=body), None
        )

    def close(self, session_id: str) -> Operation[None]:
        return Operation(sessions_api.close_session.build_request(checked_id(session_id)), None)

    def jobs(self, session_id: str, *, limit: int, offset: int) -> Operation[ClassicJobPage]:
        request = sessions_api.list_session_jobs.build_request(
            checked_id(session_id), limit=limit, offset=offset
        )
        return Operation(request, JOB_PAGE, session_id)

    def sessions(self, wanted: Wanted, *, limit: int, cursors: Sequence[str]) -> NoReturn:
        del wanted, limit, cursors
        raise UnsupportedError(
            "the classic contract lists no sessions: keep their ids, as a ledger does "
            "(`SessionsClient(..., ledger=path)`), and pick one up by `client.session(id)`"
        )
