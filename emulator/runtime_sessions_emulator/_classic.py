"""The classic generation of the API over the core: a thin skin of HTTP."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

from attrs import define

from runtime_sessions_emulator import _classic_jobs
from runtime_sessions_emulator._boundary import INVALID, Boundary
from runtime_sessions_emulator._classic_views import (
    error_view,
    extended_view,
    job_view,
    page_view,
    session_view,
)
from runtime_sessions_emulator._config import User
from runtime_sessions_emulator._contract import Contract, Operation
from runtime_sessions_emulator._http import Answer, HttpError, Receive, Scope, Send, send_answer
from runtime_sessions_emulator._service import (
    ForbiddenError,
    JobOrder,
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    NotAcceptingError,
    Service,
    ServiceError,
)

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


@define
class Call:
    """A request that was found to be valid: who asks, for which thing, with what."""

    user: User
    id: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]


class ClassicApi:
    """The ASGI application of the classic generation."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._boundary = Boundary(Contract.load("classic"), _classic_jobs.OPERATIONS)
        self._handlers: Mapping[str, Callable[[Call], Answer]] = {
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        operation: Operation | None = None
        try:
            user = self._authenticate(scope)
            operation, ident = self._boundary.route(scope)
            query = self._boundary.query(operation, scope)
            body = await self._boundary.body(operation, scope, receive)
            answer = self._handlers[operation.id](Call(user, ident, query, body))
        except ServiceError as error:
            status, code, message, solution = _ERRORS[type(error)]
            answer = _error(HttpError(status, code, message, solution=solution))
        except HttpError as error:
            answer = _error(error)
        except ConnectionError:
            return
        broken = self._boundary.check(operation, answer)
        if broken is not None:
            name = operation.id if operation is not None else scope["path"]
            message = f"The emulator's own answer to {name} breaks the contract: {broken}."
            answer = _error(
                HttpError(500, 500, message, solution="This is a bug of the emulator: report it.")
            )
        await send_answer(send, answer)

    def _authenticate(self, scope: Scope) -> User:
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
        page = islice(jobs, offset, offset + limit)
        return Answer(
            200, page_view([job_view(job, now) for job in page], len(jobs), limit, offset)
        )

    def _job(self, call: Call) -> Answer:
        return Answer(200, job_view(*self._service.job(call.user, call.id)))


def _error(error: HttpError) -> Answer:
    return Answer(error.status, error_view(error), error.headers)
