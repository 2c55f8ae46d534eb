"""The classic contract."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.base import Call, Contract, invalid_query, unauthorized
from runtime_sessions_emulator.contracts.beyond import (
    GET_OPEN_USAGE,
    JOB_MANAGEMENT,
    LIST_JOBS,
    submit_job,
)
from runtime_sessions_emulator.contracts.classic.login import PREFIX, Login
from runtime_sessions_emulator.contracts.classic.views import (
    extended_view,
    job_view,
    metrics_view,
    session_view,
)
from runtime_sessions_emulator.contracts.job_filter import JobFilter
from runtime_sessions_emulator.contracts.views import error_view, number, page_view
from runtime_sessions_emulator.core.config import Config, User
from runtime_sessions_emulator.core.job import IN_CLOSED_SESSION, SECOND, Job
from runtime_sessions_emulator.core.rules import Rules, short_id
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.messages import Answer, HttpError, Scope

_MORE_INFO = "https://docs.quantum-computing.ibm.com/errors"


class Classic(Contract):
    """The classic contract."""

    name = "classic"
    rules = Rules(
        session_id=short_id,
        open_plan_refuses=False,
        flag_moves=False,
        unrun=IN_CLOSED_SESSION,
        limit_closes=False,
    )
    login_path = PREFIX
    config = Config()
    beyond = (submit_job(), LIST_JOBS, GET_OPEN_USAGE, *JOB_MANAGEMENT)

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.handlers["getSessionExtended"] = self.extended
        self.handlers["listSessionJobs"] = self.session_jobs
        self.handlers["getOpenUsage"] = self.open_usage

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """What is served beside the API, by the paths that it is under."""
        return {PREFIX: Login(self.service).app()}

    def example(self, backend: str, instance: str) -> dict[str, Any]:
        """The body of a request that creates a session."""
        return {"backend": backend, "instance": instance}

    def error(self, error: HttpError) -> Answer:
        """The answer to a request that is refused."""
        return error_view(error, _MORE_INFO)

    def authenticate(self, scope: Scope) -> tuple[User, str]:
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
            user = self.service.users.get(token.strip().decode("latin-1"))
            if user is not None:
                return user, ""
        if given:
            raise unauthorized(2408, "Invalid access token.", "Use a token that is known here.")
        raise unauthorized(
            2407,
            "Authentication required.",
            "Send 'Authorization: Bearer TOKEN' or 'X-Access-Token: TOKEN'.",
        )

    def create(self, call: Call) -> Answer:
        """`createSession`."""
        session, warnings = self.service.create(
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

    def get(self, call: Call) -> Answer:
        """`getSession`."""
        return Answer(200, session_view(*self.service.get(call.user, call.id)))

    def extended(self, call: Call) -> Answer:
        """`getSessionExtended`."""
        return Answer(200, extended_view(*self.service.get(call.user, call.id)))

    def session_jobs(self, call: Call) -> Answer:
        """`listSessionJobs`."""
        session, now = self.service.get(call.user, call.id)
        limit, offset = call.query.get("limit", 200), call.query.get("offset", 0)
        oldest_first = call.query.get("sort", "desc").lower() == "asc"
        jobs = self.service.jobs_of(session)
        if not oldest_first:
            jobs.reverse()
        return self._page(jobs, now, limit, offset)

    def jobs(self, call: Call) -> Answer:
        """`listJobs`, which is beyond the contract."""
        query = call.query
        limit, offset = query.get("limit", 200), query.get("offset", 0)
        now = self.service.clock.now()
        try:
            wanted = JobFilter.of(query)
        except ValueError as error:
            raise invalid_query(str(error)) from None
        jobs = [
            job
            for job in self.service.jobs(call.user, query.get("session_id"))
            if wanted.passes(job) and query.get("provider") in {None, job.instance}
        ]
        if query.get("sort") == "ASC":
            jobs.reverse()
        return self._page(jobs, now, limit, offset, params=not query.get("exclude_params", False))

    def _page(
        self, jobs: list[Job], now: int, limit: int, offset: int, *, params: bool = True
    ) -> Answer:
        page = [
            job_view(self.service.known(job), now, params=params)
            for job in jobs[offset : offset + limit]
        ]
        return Answer(200, page_view(page, len(jobs), limit, offset))

    def job(self, call: Call) -> Answer:
        """`getJob`."""
        job, now = self.find_job(call)
        params = not call.query.get("exclude_params", False)
        return Answer(200, job_view(self.service.known(job), now, params=params))

    def metrics(self, call: Call) -> Answer:
        """`getJobMetrics`."""
        job, now = self.find_job(call)
        return Answer(200, metrics_view(self.service.known(job), now))

    def open_usage(self, call: Call) -> Answer:
        """`getOpenUsage`: what the user's instances of the open plan have used."""
        instances: list[dict[str, Any]] = []
        for instance in self.service.config.instances:
            if instance.open_plan and instance.name in call.user.instances:
                used = number(self.service.used(instance.name) / SECOND)
                instances.append(
                    {"instance": instance.name, "quota": instance.usage_limit, "usage": used}
                )
        return Answer(200, {"byInstance": instances})

    def backends(self, call: Call) -> Answer:
        """`listBackends`."""
        del call  # every instance has all of them
        return Answer(200, {"devices": list(self.service.config.backends)})

    def payer(self, call: Call) -> str:
        """The instance that pays for a job outside of sessions."""
        return "/".join(call.body.get(part) or "" for part in ("hub", "group", "project"))
