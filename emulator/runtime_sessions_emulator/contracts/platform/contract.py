"""The platform contract, which is that of the API that answers today."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import uuid4

from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.backends import listed
from runtime_sessions_emulator.contracts.base import (
    REFUSALS,
    Call,
    Contract,
    Refusal,
    invalid,
    invalid_query,
    unauthorized,
)
from runtime_sessions_emulator.contracts.beyond import GET_USAGE, JOB_MANAGEMENT, TAGS, submit_job
from runtime_sessions_emulator.contracts.job_filter import JobFilter
from runtime_sessions_emulator.contracts.platform.account import (
    CATALOG,
    RESOURCES,
    SEARCH,
    Account,
)
from runtime_sessions_emulator.contracts.platform.login import PREFIX, Iam
from runtime_sessions_emulator.contracts.platform.views import (
    VERSION,
    job_view,
    metrics_view,
    session_view,
)
from runtime_sessions_emulator.contracts.platform.workloads import workload_page
from runtime_sessions_emulator.contracts.views import error_view, number, page_view
from runtime_sessions_emulator.core.config import Config, Instance, User
from runtime_sessions_emulator.core.errors import (
    NoSuchBackendError,
    NoSuchJobError,
    NoSuchSessionError,
    OpenPlanError,
    ServiceError,
)
from runtime_sessions_emulator.core.job import SECOND, SESSION_CLOSED, Job
from runtime_sessions_emulator.core.rules import Rules, uuid
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.messages import Answer, HttpError, Scope

_MORE_INFO: Final = "https://cloud.ibm.com/apidocs/quantum-computing#error-handling"
_CRN: Final = "crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:"
_STANDARD: Final = f"{_CRN}standard::"
_OPEN: Final = f"{_CRN}open::"
_VERSION: Final = "2026-04-15"
_LIMIT: Final = 200
#: The version that holds where a call names none.
_OLDEST_ANSWERED: Final = "2025-05-01"
#: The version since which a list of backends tells more than their names.
_DESCRIBED_SINCE: Final = "2025-05-01"
#: The TTLs of which none may be above the next.
_IN_ORDER: Final = ("interactive_ttl", "active_ttl", "max_ttl")
#: The code of an instance that is not found.
_NO_INSTANCE: Final = 1279
#: The versions of the API, and when those go that are no longer kept up.
_VERSIONS: Final[Mapping[str, str | None]] = {
    "2024-01-01": "2027-04-15",
    "2025-01-01": "2027-04-15",
    "2025-05-01": "2027-04-15",
    "2026-02-01": "2027-04-15",
    "2026-02-15": "2027-04-15",
    "2026-03-15": "2027-04-15",
    "2026-04-15": None,
}


class Platform(Contract):
    """The platform contract. IAM stands beside it, and says whose token is whose."""

    name = "platform"
    rules = Rules(
        session_id=uuid,
        open_plan_refuses=True,
        flag_moves=True,
        unrun=SESSION_CLOSED,
        limit_closes=True,
    )
    unknown_ignored = True
    iam_path = PREFIX
    config = Config(
        users=(
            User(
                "IBMid-123456789A",
                "emulator-token",
                frozenset({_STANDARD, _OPEN}),
                api_key="emulator-api-key",
            ),
            User(
                "IBMid-987654321B",
                "emulator-token-2",
                frozenset({_STANDARD, _OPEN}),
                api_key="emulator-api-key-2",
            ),
        ),
        backends=("ibm_backend", "ibm_other"),
        instances=(Instance(_STANDARD), Instance(_OPEN, max_ttl=600, open_plan=True)),
    )
    beyond = (
        submit_job(cost={"type": "integer", "minimum": 0, "maximum": 10800}, tags=TAGS),
        *JOB_MANAGEMENT,
        GET_USAGE,
    )
    refusals: ClassVar[Mapping[type[ServiceError], Refusal]] = {
        **REFUSALS,
        NoSuchBackendError: (400, *REFUSALS[NoSuchBackendError][1:]),
        OpenPlanError: (
            400,
            1352,
            "You are not authorized to run a session when using the open plan.",
            "Create an instance of a different plan type or use a different execution mode.",
        ),
    }

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.iam = Iam(service)
        self.handlers["getUsage"] = self.usage
        self.handlers["listWorkloads"] = self.workloads
        self.handlers["listVersions"] = self.versions

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """What is served beside the API, by the paths that it is under."""
        account = Account(self.service, self.iam).app()
        return {PREFIX: self.iam.app(), SEARCH: account, CATALOG: account, RESOURCES: account}

    @classmethod
    def headers(cls, token: str, instance: str) -> dict[str, str]:
        """What a client sends with each call, as a user, in an instance."""
        beside = {"Service-CRN": instance, "IBM-API-Version": _VERSION}
        return {**super().headers(token, instance), **beside}

    def example(self, backend: str, instance: str) -> dict[str, Any]:
        """The body of a request that creates a session; the instance is in a header."""
        del instance
        return {"mode": "dedicated", "backend": backend}

    def error(self, error: HttpError) -> Answer:
        """The answer to a request that is refused."""
        return error_view(error, _MORE_INFO, trace=str(uuid4()))

    def authenticate(self, scope: Scope) -> tuple[User, str]:
        """The user of the token or API key, and the instance, which has to be one of the user's."""
        user, instance = None, ""
        for name, value in scope["headers"]:
            if name == b"authorization":
                user = self._user_of(value)
            elif name == b"service-crn":
                instance = value.decode("latin-1")
        if user is None:
            raise unauthorized(
                401,
                "The token or API key is missing, not valid, or no longer valid.",
                "Send 'Authorization: Bearer TOKEN', with a token that IAM gave for an API key "
                "less than an hour ago, or 'Authorization: apikey KEY'.",
            )
        if not instance:
            raise unauthorized(
                401,
                "The instance is missing.",
                "Send 'Service-CRN: CRN', with the CRN of an instance that is yours.",
            )
        if instance not in user.instances:
            raise HttpError(
                404,
                _NO_INSTANCE,
                f"Instance {instance} not found.",
                solution="Send the CRN of an instance that is yours, to the region that it is in.",
            )
        return user, instance

    def _user_of(self, authorization: bytes) -> User | None:
        """The user whose token or API key a header carries."""
        scheme, _, credentials = authorization.strip().partition(b" ")
        secret = credentials.strip().decode("latin-1")
        if scheme.lower() == b"bearer":
            return self.iam.user(secret)
        if scheme.lower() == b"apikey":
            return self.iam.owner(secret)
        return None

    def create(self, call: Call) -> Answer:
        """`createSession`."""
        body = call.body
        spans = {"max_ttl": self.service.longest(call.instance), **body}
        ttls = [spans[name] for name in _IN_ORDER if name in spans]
        if ttls != sorted(ttls):
            raise invalid("interactive_ttl is at most active_ttl, and that at most max_ttl")
        session, _ = self.service.create(
            call.user,
            backend=body.get("backend", body.get("backend_name")),
            instance=call.instance,
            max_ttl=body.get("max_ttl"),
            mode=body["mode"],
            active_ttl=body.get("active_ttl"),
            interactive_ttl=body.get("interactive_ttl"),
        )
        return Answer(200, session_view(session, session.created_at))

    def get(self, call: Call) -> Answer:
        """`getSession`."""
        session, now = self.service.get(call.user, call.id)
        if session.instance != call.instance:
            raise NoSuchSessionError("The session is in another instance.")
        return Answer(200, session_view(session, now))

    def update(self, call: Call) -> Answer:
        """`updateSession`."""
        self.get(call)
        return super().update(call)

    def close(self, call: Call) -> Answer:
        """`closeSession`."""
        self.get(call)
        return super().close(call)

    def jobs(self, call: Call) -> Answer:
        """`listJobs`."""
        query = call.query
        limit, offset = query.get("limit", _LIMIT), query.get("offset", 0)
        limit = limit if 1 <= limit <= _LIMIT else _LIMIT
        offset = max(offset, 0)
        params = not query.get("exclude_params", True)
        now = self.service.clock.now()
        try:
            wanted = JobFilter.of(query)
        except ValueError as error:
            raise invalid_query(str(error)) from None
        jobs = [
            job
            for job in self.service.jobs(call.user, query.get("session_id"))
            if job.instance == call.instance and wanted.passes(job)
        ]
        if query.get("sort") == "ASC":
            jobs.reverse()
        shown = jobs[offset : offset + limit]
        version = call.headers[VERSION]
        page = [job_view(self.service.known(job), now, version, params=params) for job in shown]
        return Answer(200, page_view(page, len(jobs), limit, offset))

    def workloads(self, call: Call) -> Answer:
        """`listWorkloads`."""
        now = self.service.clock.now()
        mine = (
            workload
            for workload in self.service.workloads(call.user)
            if workload.instance == call.instance
        )
        try:
            return Answer(200, workload_page(mine, call.query, now))
        except ValueError as error:
            raise invalid_query(str(error)) from None

    def versions(self, call: Call) -> Answer:
        """`listVersions`."""
        del call  # everybody is told the same
        versions: list[dict[str, str]] = []
        for version, sunset in _VERSIONS.items():
            if sunset is None:
                versions.append({"version": version, "status": "live"})
            else:
                versions.append({"version": version, "status": "deprecated", "sunset_date": sunset})
        return Answer(200, {"versions": versions})

    def submit(self, call: Call) -> Answer:
        """`submitJob`."""
        if call.body.get("session_id"):
            call.id = call.body["session_id"]
            self.get(call)
        return super().submit(call)

    def submitted(self, job: Job) -> dict[str, Any]:
        """What the answer to a submission says beside the job's id and backend."""
        said: dict[str, Any] = {} if job.session_id is None else {"session_id": job.session_id}
        return {**said, "private": True} if job.request.get("private") else said

    def find_job(self, call: Call) -> tuple[Job, int]:
        """The job that a call names, which has to be of the instance of the call."""
        job, now = super().find_job(call)
        if job.instance != call.instance:
            raise NoSuchJobError("The job is in another instance.")
        return job, now

    def job(self, call: Call) -> Answer:
        """`getJob`."""
        job, now = self.find_job(call)
        params = not call.query.get("exclude_params", False)
        view = job_view(self.service.known(job), now, _version(call), params=params)
        return Answer(200, view)

    def metrics(self, call: Call) -> Answer:
        """`getJobMetrics`."""
        job, now = self.find_job(call)
        return Answer(200, metrics_view(self.service.known(job), now, _version(call)))

    def usage(self, call: Call) -> Answer:
        """`getUsage`: for how long jobs have run in this instance, and for how long they may."""
        used = self.service.used(call.instance) / SECOND
        limit = self.service.usage_limit(call.instance)
        body: dict[str, Any] = {
            "instance_id": call.instance,
            "plan_id": "emulator",
            "usage_consumed_seconds": number(used),
            "usage_limit_reached": limit is not None and used >= limit,
        }
        if limit is not None:
            body["usage_limit_seconds"] = body["usage_allocation_seconds"] = number(limit)
        return Answer(200, body)

    def backends(self, call: Call) -> Answer:
        """`listBackends`."""
        names = self.service.config.backends
        if _version(call) < _DESCRIBED_SINCE:
            return Answer(200, {"devices": list(names)})
        return Answer(200, {"devices": [listed(name) for name in names]})

    def payer(self, call: Call) -> str:
        """The instance that pays for a job outside of sessions."""
        return call.instance


def _version(call: Call) -> str:
    """The version of the API in which a call is to be answered."""
    return call.headers[VERSION] or _OLDEST_ANSWERED
