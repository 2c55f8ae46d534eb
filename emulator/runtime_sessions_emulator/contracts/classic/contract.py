"""The classic contract."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.base import Call, Contract, unauthorized
from runtime_sessions_emulator.contracts.beyond import CANCEL_JOB, GET_JOB, LIST_JOBS, submit_job
from runtime_sessions_emulator.contracts.classic.login import PREFIX, Login
from runtime_sessions_emulator.contracts.classic.views import extended_view, job_view, session_view
from runtime_sessions_emulator.contracts.views import error_view, page_view
from runtime_sessions_emulator.core.config import Config, User
from runtime_sessions_emulator.core.job import IN_CLOSED_SESSION
from runtime_sessions_emulator.core.rules import Rules, short_id
from runtime_sessions_emulator.core.service import Service
from runtime_sessions_emulator.http.messages import Answer, HttpError, Scope

_MORE_INFO = "https://docs.quantum-computing.ibm.com/errors"


class Classic(Contract):
    """The classic contract."""

    name = "classic"
    rules = Rules(
        session_id=short_id, open_plan_refuses=False, flag_moves=False, unrun=IN_CLOSED_SESSION
    )
    config = Config()
    beyond = (submit_job(), LIST_JOBS, GET_JOB, CANCEL_JOB)

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.handlers["getSessionExtended"] = self.extended
        self.handlers["listSessionJobs"] = self.session_jobs

    @property
    def beside(self) -> Mapping[str, ASGIApp]:
        """What is served beside the API, by the paths that it is under."""
        return {PREFIX: Login(self.service).app()}

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
        jobs = session.jobs if oldest_first else session.jobs[::-1]
        page = jobs[offset : offset + limit]
        return Answer(
            200, page_view([job_view(job, now) for job in page], len(session.jobs), limit, offset)
        )

    def jobs(self, call: Call) -> Answer:
        """`listJobs`, which is beyond the contract."""
        limit, offset = call.query.get("limit", 200), call.query.get("offset", 0)
        now = self.service.clock.now()
        jobs = list(self.service.jobs(call.user, call.query.get("session_id")))
        page = jobs[offset : offset + limit]
        return Answer(
            200, page_view([job_view(job, now) for job in page], len(jobs), limit, offset)
        )

    def job(self, call: Call) -> Answer:
        """`getJob`."""
        return Answer(200, job_view(*self.service.job(call.user, call.id)))

    def backends(self, call: Call) -> Answer:
        """`listBackends`."""
        del call  # every instance has all of them
        return Answer(200, {"devices": list(self.service.config.backends)})

    def payer(self, call: Call) -> str:
        """The instance that pays for a job outside of sessions."""
        return "/".join(call.body.get(part) or "" for part in ("hub", "group", "project"))
