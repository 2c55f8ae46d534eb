"""What every contract is to the emulator: a thin layer of HTTP over the core."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from attrs import define
from starlette.types import ASGIApp

from runtime_sessions_emulator.compute import EXTRA, PROGRAMS, available
from runtime_sessions_emulator.contracts.backends import BACKENDS, DESCRIPTIONS
from runtime_sessions_emulator.core.config import Config, User
from runtime_sessions_emulator.core.errors import (
    ForbiddenError,
    JobEndedError,
    JobNotEndedError,
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    NotAcceptingError,
    ServiceError,
    UsageLimitError,
)
from runtime_sessions_emulator.core.job import Job
from runtime_sessions_emulator.core.job_rule import JobOrder
from runtime_sessions_emulator.core.rules import Rules
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.boundary import INVALID, Boundary
from runtime_sessions_emulator.http.document import Document, Operation
from runtime_sessions_emulator.http.messages import Answer, HttpError, Scope

DONE: Final = Answer(204)
_NOBODY: Final = User("", "", frozenset())
_TEXT: Final = ((b"content-type", b"text/plain; charset=utf-8"),)
_CHALLENGE: Final = ((b"www-authenticate", b"Bearer"),)

#: A status, the service's code (where nothing public gives it: the status), what is wrong, and
#: what to do about it.
Refusal = tuple[int, int, str, str]
REFUSALS: Final[Mapping[type[ServiceError], Refusal]] = {
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
    JobEndedError: (
        409,
        409,
        "The job has ended.",
        "Cancel a job that is queued or runs.",
    ),
    JobNotEndedError: (
        400,
        400,
        "The job has not ended.",
        "Cancel it, or wait until it has ended, and delete it then.",
    ),
    UsageLimitError: (
        409,
        409,
        "The instance has used all that it may.",
        "Use another instance, or give this one a higher usage_limit.",
    ),
    NotAcceptingError: (
        400,
        1217,
        "Session has been closed.",
        "Submit the job into a new session.",
    ),
}


@define
class Call:
    """A request that was found to be valid: who asks, for which thing, with what.

    Attributes:
        user: Who asks; nobody, where the operation takes no credentials.
        instance: The instance that the call is made in, where the API takes it from a header.
        id: The id in the path.
        headers: The header parameters of the operation, with their defaults.
    """

    user: User
    instance: str
    id: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    headers: Mapping[str, Any]


Handler = Callable[[Call], Answer]


class Contract(ABC):
    """A contract: its operations, what each does, and the service behind them.

    Attributes:
        name: What it is called.
        rules: What its service does otherwise than that of another contract.
        config: What its service knows by default.
        beyond: Its operations that are not in the contract, beside those that describe backends.
        unknown_ignored: Whether query parameters that an operation does not have are ignored.
        refusals: What is said when the service cannot do what it was asked for.
        iam_path: The path of its stand-in for IAM, where it has that.
        login_path: The path of its stand-in for the login, where it has that.
    """

    name: ClassVar[str]
    rules: ClassVar[Rules]
    config: ClassVar[Config]
    beyond: ClassVar[tuple[Operation, ...]]
    unknown_ignored: ClassVar[bool] = False
    refusals: ClassVar[Mapping[type[ServiceError], Refusal]] = REFUSALS
    iam_path: ClassVar[str | None] = None
    login_path: ClassVar[str | None] = None

    def __init__(self, service: Service) -> None:
        self.service: Final = service
        beyond = (*self.beyond, *BACKENDS)
        self.boundary: Final = Boundary(
            Document.load(self.name), beyond, unknown_ignored=self.unknown_ignored
        )
        self.handlers: Final[dict[str, Handler]] = {
            "createSession": self.create,
            "getSession": self.get,
            "updateSession": self.update,
            "closeSession": self.close,
            "submitJob": self.submit,
            "listJobs": self.jobs,
            "getJob": self.job,
            "cancelJob": self.cancel_job,
            "deleteJob": self.delete_job,
            "getJobResults": self.results,
            "getJobLogs": self.logs,
            "getJobMetrics": self.metrics,
            "replaceJobTags": self.replace_tags,
            "listBackends": self.backends,
            **{name: partial(self._described, describe) for name, describe in DESCRIPTIONS.items()},
        }

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """What is served beside the API, by the paths that it is under."""
        return {}

    @classmethod
    def headers(cls, token: str, instance: str) -> dict[str, str]:
        """What a client sends with each call, as a user, in an instance."""
        del instance  # the body of create names it
        return {"Authorization": f"Bearer {token}"}

    @abstractmethod
    def example(self, backend: str, instance: str) -> dict[str, Any]:
        """The body of a request that creates a session."""

    def admit(self, scope: Scope) -> tuple[User, str]:
        """Who makes a request, and in which instance: nobody, where no credentials are taken.

        Raises:
            HttpError: As `authenticate`.
        """
        if self.boundary.takes_no_credentials(scope):
            return _NOBODY, ""
        return self.authenticate(scope)

    @abstractmethod
    def authenticate(self, scope: Scope) -> tuple[User, str]:
        """The user of a request, and the instance of its header.

        Raises:
            HttpError: The request is nobody's (401), or its instance is not the user's.
        """

    @abstractmethod
    def error(self, error: HttpError) -> Answer:
        """The answer to a request that is refused."""

    @abstractmethod
    def create(self, call: Call) -> Answer:
        """`createSession`."""

    @abstractmethod
    def get(self, call: Call) -> Answer:
        """`getSession`."""

    @abstractmethod
    def jobs(self, call: Call) -> Answer:
        """`listJobs`."""

    @abstractmethod
    def job(self, call: Call) -> Answer:
        """`getJob`."""

    @abstractmethod
    def metrics(self, call: Call) -> Answer:
        """`getJobMetrics`."""

    def find_job(self, call: Call) -> tuple[Job, int]:
        """The job that a call names, as it stands, and the time at which it was looked at.

        Raises:
            NoSuchJobError: The caller has no such job.
        """
        return self.service.job(call.user, call.id)

    def cancel_job(self, call: Call) -> Answer:
        """`cancelJob`."""
        self.find_job(call)
        self.service.cancel_job(call.user, call.id)
        return DONE

    def delete_job(self, call: Call) -> Answer:
        """`deleteJob`."""
        self.find_job(call)
        self.service.delete_job(call.user, call.id)
        return DONE

    def replace_tags(self, call: Call) -> Answer:
        """`replaceJobTags`."""
        self.find_job(call)
        self.service.tag_job(call.user, call.id, call.body["tags"])
        return DONE

    def results(self, call: Call) -> Answer:
        """`getJobResults`: 204 where there are none, or not yet."""
        found, _ = self.find_job(call)
        job = self.service.known(found)
        if not job.completed:
            return DONE
        result = self.service.result(job)
        if result is None:
            raise _nothing_computed(job.program)
        return Answer(200, raw=result.encode(), headers=_TEXT)

    def logs(self, call: Call) -> Answer:
        """`getJobLogs`: empty until the job has ended."""
        job, _ = self.find_job(call)
        return Answer(200, raw=self.service.log(job).encode(), headers=_TEXT)

    @abstractmethod
    def backends(self, call: Call) -> Answer:
        """`listBackends`."""

    @abstractmethod
    def payer(self, call: Call) -> str:
        """The instance that pays for a job outside of sessions."""

    def _described(self, describe: Callable[[str], dict[str, Any]], call: Call) -> Answer:
        if call.id not in self.service.config.backends:
            _, code, message, solution = REFUSALS[NoSuchBackendError]
            raise HttpError(404, code, message, solution=solution)
        return Answer(200, describe(call.id))

    def refused(self, error: ServiceError) -> HttpError:
        """What is said when the service cannot do what it was asked for."""
        status, code, message, solution = self.refusals[type(error)]
        return HttpError(status, code, message, solution=solution)

    def update(self, call: Call) -> Answer:
        """`updateSession`."""
        self.service.update(call.user, call.id, accepting_jobs=call.body["accepting_jobs"])
        return DONE

    def close(self, call: Call) -> Answer:
        """`closeSession`."""
        self.service.close(call.user, call.id)
        return DONE

    def submit(self, call: Call) -> Answer:
        """`submitJob`."""
        body = call.body
        session_id = body.get("session_id") or None
        backend = body.get("backend") or ""
        if session_id is not None and backend:
            session, _ = self.service.get(call.user, session_id)
            if session.backend not in {None, backend}:
                raise invalid(f"the session is on {session.backend}")
        order = JobOrder(request=body, cost=body.get("cost", 0))
        job = self.service.submit(
            call.user, order, session_id=session_id, instance=self.payer(call), backend=backend
        )
        return Answer(200, {"id": job.id, "backend": job.backend, **self.submitted(job)})

    def submitted(self, job: Job) -> dict[str, Any]:
        """What the answer to a submission says beside the job's id and backend."""
        del job
        return {}


def _nothing_computed(program: str) -> HttpError:
    """A job that completed without anything to compute it, or anybody to say what it gives."""
    rule = f"emulator.add_job_rule(JobRule(program_id={program!r}, result=...))"
    if program not in PROGRAMS:
        return HttpError(
            404,
            404,
            f"The job has no result: the emulator does not compute {program!r}.",
            solution=f"Say what it gives: {rule}.",
        )
    if available():
        return HttpError(
            404,
            404,
            "The job has no result: it was sent nothing to compute.",
            solution=f"Send params, or say what it gives: {rule}.",
        )
    return HttpError(
        404,
        404,
        "The job has no result: what would compute it is not installed.",
        solution=f"pip install '{EXTRA}' where the emulator runs, or say what it gives: {rule}.",
    )


def invalid(why: str) -> HttpError:
    """A body that the contract allows and the service does not."""
    return _invalid("body", why)


def invalid_query(why: str) -> HttpError:
    """A query that the contract allows and the service does not."""
    return _invalid("query", why)


def _invalid(what: str, why: str) -> HttpError:
    return HttpError(
        400,
        INVALID,
        f"Request validation of {what} failed, because: {why}.",
        solution="Send what the service can do.",
    )


def unauthorized(code: int, message: str, solution: str) -> HttpError:
    """A request of nobody."""
    return HttpError(401, code, message, solution=solution, headers=_CHALLENGE)
