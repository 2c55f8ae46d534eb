"""What no real service offers: time, jobs, faults, snapshots and the log, under control.

Each method is a method of `Emulator` in Python and a call of the control plane over HTTP.
"""

from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from attrs import asdict

from runtime_sessions_emulator.control.commands import (
    AddFault,
    RemoveFault,
    Reset,
    Restore,
    TakeSnapshot,
)
from runtime_sessions_emulator.control.emulation import Emulation
from runtime_sessions_emulator.control.faults import Fault
from runtime_sessions_emulator.core.choices import hold_known
from runtime_sessions_emulator.core.clock import moment, timestamp
from runtime_sessions_emulator.core.job import Job, micros
from runtime_sessions_emulator.core.job_rule import JobOrder, JobRule
from runtime_sessions_emulator.core.life import Session
from runtime_sessions_emulator.http.log import KEPT


class Control:
    """An emulation under control."""

    def __init__(self, emulation: Emulation) -> None:
        self._service = emulation.service
        self._faults = emulation.faults
        self._log = emulation.log
        self._contract = emulation.contract

    def now(self) -> datetime:
        """The time in the emulator, UTC."""
        with self._service.current():
            return moment(self._service.clock.now()).replace(tzinfo=UTC)

    def about(self) -> dict[str, Any]:
        """What the emulator is, and how a client begins with it.

        Returns:
            The name of the `contract`; its `operations`; whether the clock `stands_still`; and the
            `headers` and the `body` of a request that creates a session. The token in them is that
            of the first user where nothing is configured; a configured one is shown to nobody.
        """
        config = self._service.config
        user = config.users[0]
        token = user.token if config is self._contract.config else "TOKEN"
        instance = next((one.name for one in config.instances if one.name in user.instances), "")
        backend = next(iter(config.backends), "")
        return {
            "contract": self._contract.name,
            "operations": list(self._contract.handlers),
            "stands_still": self._service.clock.stands_still,
            "headers": self._contract.headers(token, instance),
            "body": self._contract.example(backend, instance),
        }

    def advance(self, seconds: float) -> datetime:
        """Move the time forward: what would have happened meanwhile has happened at its moment.

        Raises:
            ValueError: The time would go back, or beyond the year 9999.
        """
        if seconds < 0:
            raise ValueError("Time goes forward only: the seconds must be 0 or more.")
        with self._service.current():
            at = self._service.clock.now() + micros(seconds)
            try:
                moment(at)
            except OverflowError:
                raise ValueError("There is no time after the year 9999.") from None
            self._service.set_time(at)
        return self.now()

    def set_time(self, now: datetime) -> datetime:
        """Make it a later time; without a zone it is UTC.

        Raises:
            ValueError: The time would go back.
        """
        aware = now if now.tzinfo is not None else now.replace(tzinfo=UTC)
        with self._service.current():
            return self.advance((aware - self.now()).total_seconds())

    def submit_job(  # noqa: PLR0913 - as a rule has it
        self,
        session_id: str,
        *,
        duration: float | None = None,
        outcome: str = "completed",
        reason: str | None = None,
        reason_code: int | None = None,
        result: str | dict[str, Any] | None = None,
    ) -> str:
        """Submit a job as the session's owner, and give its id. The arguments are `JobRule`'s.

        It runs on the session's backend, or on the first of all if that has none yet.

        Raises:
            LookupError: There is no such session.
            NotAcceptingError: It accepts no jobs.
            ValueError: There is no such outcome, or a number is out of range.
        """
        rule = JobRule(
            duration=duration,
            outcome=outcome,
            reason=reason,
            reason_code=reason_code,
            result=result,
        )
        order = JobOrder(request={"program_id": "sampler"}, rule=rule)
        with self._service.current():
            owner = self._service.owner(session_id)
            first = next(iter(self._service.config.backends), "")
            job = self._service.submit(
                owner, order, session_id=session_id, instance="", backend=first
            )
        return job.id

    def add_job_rule(self, rule: JobRule) -> None:
        """Say how jobs go that programs submit from now on; the newest rule that applies holds."""
        with self._service.current():
            self._service.add_job_rule(rule)

    def cancel_session(self, session_id: str) -> None:
        """Cancel a session as an operator. Raises LookupError where there is none."""
        with self._service.current():
            self._service.cancel(session_id)

    def drain_session(self, session_id: str) -> None:
        """Drain a session as its owner: it takes no more jobs, and closes when it has none left.

        Raises:
            LookupError: There is no such session.
        """
        with self._service.current():
            owner = self._service.owner(session_id)
            self._service.update(owner, session_id, accepting_jobs=False)

    def close_session(self, session_id: str) -> None:
        """Close a session as its owner. Raises LookupError where there is none."""
        with self._service.current():
            self._service.close(self._service.owner(session_id), session_id)

    def sessions(self, *, limit: int | None = None, search: str = "") -> list[dict[str, Any]]:
        """The sessions of all users, newest first: their history and their jobs.

        Args:
            limit: Only so many; None: all.
            search: Only those with this in their id.
        """
        with self._service.current():
            found = (session for session in self._service.sessions() if search in session.id)
            return [self._shown(session) for session in islice(found, limit)]

    def add_fault(self, fault: Fault) -> str:
        """Let answers go wrong, and give the name by which the fault can be removed.

        Raises:
            ValueError: A fault of that name is on already, or its operation is not one of the
                contract's: it would never strike.
        """
        if fault.operation is not None:
            hold_known("operation", fault.operation, self._contract.handlers)
        with self._service.current():
            return self._service.do(AddFault(fault))

    def remove_fault(self, name: str) -> None:
        """Switch a fault off. Raises LookupError where none of that name is on."""
        with self._service.current():
            self._service.do(RemoveFault(name))

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are on, in the order in which they were switched on."""
        with self._service.current():
            return [asdict(fault) for fault in self._faults]

    def requests(  # noqa: PLR0913 - each narrows, and must be named
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        operation: str | None = None,
        session_id: str | None = None,
        status: int | None = None,
        since: int = 0,
        limit: int = KEPT,
        last: int = KEPT,
    ) -> list[dict[str, Any]]:
        """What clients sent to the API, oldest first; no token is in it.

        Args:
            method: Only requests of this method.
            path: Only requests of this path.
            operation: Only requests of this operation of the contract, such as `createSession`.
            session_id: Only requests about this session, its creation included.
            status: Only requests that were answered so.
            since: Only requests after the one of this number.
            limit: Only so many.
            last: Only so many of the newest of them.
        """
        with self._service.current():
            found = self._log.views(
                since,
                method=method,
                path=path,
                operation=operation,
                session_id=session_id,
                status=status,
            )
            return list(deque(islice(found, limit), maxlen=last))

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        with self._service.current():
            self._log.clear()

    def reset(self) -> None:
        """Be as at the start: nothing is left, and the same calls give the same ids as before."""
        with self._service.current():
            self._service.do(Reset())
            self._log.clear()

    def stop_computing(self) -> None:
        """Compute no job any more, until somebody asks what came of it."""
        with self._service.current():
            self._service.stop_computing()

    def snapshot(self) -> str:
        """Remember everything but the log, and give the name to restore it by."""
        with self._service.current():
            return self._service.do(TakeSnapshot())

    def restore(self, name: str) -> None:
        """Be as at a snapshot, the time included. Raises LookupError where there is none."""
        with self._service.current():
            self._service.do(Restore(name))

    def _shown(self, session: Session) -> dict[str, Any]:
        return {
            "id": session.id,
            "user_id": session.owner,
            "backend": session.backend,
            "instance": session.instance,
            "mode": session.mode.value,
            "state": session.state.value,
            "accepting_jobs": session.accepting_jobs,
            "history": [
                {
                    "at": timestamp(change.at),
                    "state": change.state.value,
                    "reason": change.reason.value,
                }
                for change in session.history
            ],
            "jobs": [self._shown_job(job) for job in self._service.jobs_of(session)],
        }

    def _shown_job(self, lived: Job) -> dict[str, Any]:
        job = self._service.as_far_as_known(lived)
        times = {"created": job.created_at, "started": job.started_at, "ended": job.ended_at}
        return {
            "id": job.id,
            "status": job.status.value,
            "reason": None if job.end is None else job.end.reason,
            "result": self._service.result_stage(lived),
            **{name: None if at is None else timestamp(at) for name, at in times.items()},
        }
