"""The classic generation of the API over the core: a thin skin of HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime_sessions_emulator import _classic_jobs
from runtime_sessions_emulator._api import Call
from runtime_sessions_emulator._boundary import INVALID, Boundary
from runtime_sessions_emulator._classic_views import (
    error_view,
    extended_view,
    job_view,
    page_view,
    session_view,
)
from runtime_sessions_emulator._config import User
from runtime_sessions_emulator._contract import Contract
from runtime_sessions_emulator._errors import (
    ForbiddenError,
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    NotAcceptingError,
    ServiceError,
)
from runtime_sessions_emulator._http import Answer, HttpError, Scope
from runtime_sessions_emulator._job_rule import JobOrder
from runtime_sessions_emulator._service import Service

_DONE: Final = Answer(204)
_CHALLENGE: Final = ((b"www-authenticate", b"Bearer"),)
# Where nothing public gives the service's code, the code is the HTTP status.
_ERRORS: Final[Mapping[type[ServiceError], tuple[int, int, str, str]]] = {
    ForbiddenError: (
        403,
        1200,
        "You are not authorized to perform this action.",
        "Use an instance that is yours.",
    ),
    NoSuchBackendError: (
        404,
        1007,
        "Backend not found.",
        "Use the name of a backend that is known here.",
    ),
    NoSuchSessionError: (
        404,
        404,
        "Session not found.",
        "Use the id of a session that you created.",
    ),
    NoSuchJobError: (404, 1291, "Job not found.", "Use the id of a job that you submitted."),
    NotAcceptingError: (
        400,
        1217,
        "Session has been closed.",
        "Submit the job into a new session.",
    ),
}


class Classic:
    """The classic generation: its operations, and what each does."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.boundary: Boundary = Boundary(Contract.load("classic"), _classic_jobs.OPERATIONS)
        self.handlers: Mapping[str, Callable[[Call], Answer]] = {
            "createSession": self._create,
            "getSession": self._get,
            "getSessionExtended": self._extended,
            "updateSession": self._update,
            "closeSession": self._close,
            "listSessionJobs": self._session_jobs,
            "submitJob": self._submit,
            "listJobs": self._jobs,
            "getJob": self._job,
        }

    def error(self, error: HttpError) -> Answer:
        """The answer to a request that is refused."""
        return error_view(error)

    def refused(self, error: ServiceError) -> HttpError:
        """What is said when the service cannot do what it was asked for."""
        status, code, message, solution = _ERRORS[type(error)]
        return HttpError(status, code, message, solution=solution)

    def authenticate(self, scope: Scope) -> User:
        """The user whose token the request carries; by the contract either header will do."""
        given = False
        for name, value in scope["headers"]:
            if name == b"authorization":
                scheme, _, token = value.partition(b" ")
                if scheme.lower() != b"bearer":
                    token = b""
            elif name == b"x-access-token":
                token = value
            else:
                continue
            given = True
            user = self._service.users.get(token.strip().decode("latin-1"))
            if user is not None:
                return user
        if given:
            raise HttpError(
                401,
                2408,
                "Invalid access token.",
                solution="Use a token that is known here.",
                headers=_CHALLENGE,
            )
        raise HttpError(
            401,
            2407,
            "Authentication required.",
            solution="Send 'Authorization: Bearer TOKEN' or 'X-Access-Token: TOKEN'.",
            headers=_CHALLENGE,
        )

    def _create(self, call: Call) -> Answer:
        session, warnings = self._service.create(
            call.user,
            backend=call.body["backend"],
            instance=call.body["instance"],
            max_ttl=call.body.get("max_session_ttl"),
            mode=call.body.get("mode"),
        )
        body: dict[str, Any] = {"id": session.id}
        if warnings:
            body["messages"] = [{"level": "warn", "data": warning} for warning in warnings]
        return Answer(200, body)

    def _get(self, call: Call) -> Answer:
        return Answer(200, session_view(*self._service.get(call.user, call.id)))

    def _extended(self, call: Call) -> Answer:
        return Answer(200, extended_view(*self._service.get(call.user, call.id)))

    def _update(self, call: Call) -> Answer:
        self._service.update(call.user, call.id, accepting_jobs=call.body["accepting_jobs"])
        return _DONE

    def _close(self, call: Call) -> Answer:
        self._service.close(call.user, call.id)
        return _DONE

    def _session_jobs(self, call: Call) -> Answer:
        session, now = self._service.get(call.user, call.id)
        limit, offset = call.query.get("limit", 200), call.query.get("offset", 0)
        page = session.jobs[::-1][offset : offset + limit]
        return Answer(
            200, page_view([job_view(job, now) for job in page], len(session.jobs), limit, offset)
        )

    def _submit(self, call: Call) -> Answer:
        body = call.body
        instance = "/".join(body.get(part) or "" for part in ("hub", "group", "project"))
        session_id = body.get("session_id") or None
        backend = body.get("backend") or ""
        if session_id is not None and backend:
            session, _ = self._service.get(call.user, session_id)
            if session.backend != backend:
                raise HttpError(
                    400,
                    INVALID,
                    f"Request validation of body failed, "
                    f"because: the session is on {session.backend}.",
                    solution="Leave the backend out, or give the session's.",
                )
        order = JobOrder(request=body, cost=body.get("cost", 0))
        job = self._service.submit(
            call.user, order, session_id=session_id, instance=instance, backend=backend
        )
        return Answer(200, {"id": job.id, "backend": job.backend})

    def _jobs(self, call: Call) -> Answer:
        limit, offset = call.query.get("limit", 200), call.query.get("offset", 0)
        wanted = call.query.get("session_id")
        now = self._service.clock.now()
        jobs = [
            job
            for job in self._service.jobs(call.user)
            if wanted is None or job.session_id == wanted
        ]
        page = jobs[offset : offset + limit]
        return Answer(
            200, page_view([job_view(job, now) for job in page], len(jobs), limit, offset)
        )

    def _job(self, call: Call) -> Answer:
        return Answer(200, job_view(*self._service.job(call.user, call.id)))
