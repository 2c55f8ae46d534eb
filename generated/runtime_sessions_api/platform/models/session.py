from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_mode import SessionMode
from ..models.session_state import SessionState
from ..types import UNSET, Model, Timestamp, Unset

T = TypeVar("T", bound="Session")


@_attrs_define(eq=False, repr=False)
class Session(Model):
    """A session.

    Attributes:
        id (str): The id of the session. Opaque; a UUID of version 4 as the service makes them.
        backend_name (None | str): The name of the system on which the jobs run. An open session may have none yet; the
            service of 2024 showed that as an empty text.
        mode (None | SessionMode): What the session is. Null was seen in sessions that were created without one.
        started_at (datetime.datetime | Unset): When the first job of the session started. Absent before that.
        activated_at (datetime.datetime | Unset): When the session last became active. Absent before that.
        closed_at (datetime.datetime | Unset): When the session was closed. Absent before that; it never moves.
        last_job_started (datetime.datetime | Unset): When the newest of the session's started jobs started. Absent
            before the first.
        last_job_completed (datetime.datetime | Unset): When a job of the session last ended. Absent before the first.
        interactive_ttl (int | Unset): How long the session stays active between jobs, in seconds.
        max_ttl (int | Unset): How long the session may run, in seconds from the start of its first job.
        active_ttl (int | Unset): How long the session may be active at most, in seconds: a setting, which stays the
            same when the session has run, and when it is closed. What remains is `activated_at` and this time, less now.
        state (SessionState | Unset): The state of a session.
            - open: it waits for its first job.
            - active: it has priority on the backend; a job runs, or the next is waited for.
            - inactive: it has no priority, and no job runs.
            - closed: no job runs, and none will.
        state_reason (str | Unset): Why the session has this state.
        accepting_jobs (bool | Unset): Whether new jobs are queued. If false, new jobs are refused, and the session
            closes as soon as it has none
            left.
        timestamps (list[SessionTimestamp] | Unset): Every change of the state, oldest first.
        user_id (str | Unset): The id of the user who created the session.
        elapsed_time (float | None | Unset): What was used of the session, in seconds. May be null while the session
            lives.
    """

    id: str
    backend_name: None | str
    mode: None | SessionMode
    started_at: datetime.datetime | Unset = UNSET
    activated_at: datetime.datetime | Unset = UNSET
    closed_at: datetime.datetime | Unset = UNSET
    last_job_started: datetime.datetime | Unset = UNSET
    last_job_completed: datetime.datetime | Unset = UNSET
    interactive_ttl: int | Unset = UNSET
    max_ttl: int | Unset = UNSET
    active_ttl: int | Unset = UNSET
    state: SessionState | Unset = UNSET
    state_reason: str | Unset = UNSET
    accepting_jobs: bool | Unset = UNSET
    timestamps: list[SessionTimestamp] | Unset = UNSET
    user_id: str | Unset = UNSET
    elapsed_time: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        backend_name: None | str
        backend_name = self.backend_name

        mode: None | str
        if isinstance(self.mode, SessionMode):
            mode = self.mode.value
        else:
            mode = self.mode

        started_at: str | Unset = UNSET
        if not isinstance(self.started_at, Unset):
            started_at = Timestamp.encode(self.started_at)

        activated_at: str | Unset = UNSET
        if not isinstance(self.activated_at, Unset):
            activated_at = Timestamp.encode(self.activated_at)

        closed_at: str | Unset = UNSET
        if not isinstance(self.closed_at, Unset):
            closed_at = Timestamp.encode(self.closed_at)

        last_job_started: str | Unset = UNSET
        if not isinstance(self.last_job_started, Unset):
            last_job_started = Timestamp.encode(self.last_job_started)

        last_job_completed: str | Unset = UNSET
        if not isinstance(self.last_job_completed, Unset):
            last_job_completed = Timestamp.encode(self.last_job_completed)

        interactive_ttl = self.interactive_ttl

        max_ttl = self.max_ttl

        active_ttl = self.active_ttl

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        state_reason = self.state_reason

        accepting_jobs = self.accepting_jobs

        timestamps: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.timestamps, Unset):
            timestamps = []
            for timestamps_item_data in self.timestamps:
                timestamps_item = timestamps_item_data.to_dict()
                timestamps.append(timestamps_item)

        user_id = self.user_id

        elapsed_time: float | None | Unset
        if isinstance(self.elapsed_time, Unset):
            elapsed_time = UNSET
        else:
            elapsed_time = self.elapsed_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "backend_name": backend_name,
                "mode": mode,
            }
        )
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if activated_at is not UNSET:
            field_dict["activated_at"] = activated_at
        if closed_at is not UNSET:
            field_dict["closed_at"] = closed_at
        if last_job_started is not UNSET:
            field_dict["last_job_started"] = last_job_started
        if last_job_completed is not UNSET:
            field_dict["last_job_completed"] = last_job_completed
        if interactive_ttl is not UNSET:
            field_dict["interactive_ttl"] = interactive_ttl
        if max_ttl is not UNSET:
            field_dict["max_ttl"] = max_ttl
        if active_ttl is not UNSET:
            field_dict["active_ttl"] = active_ttl
        if state is not UNSET:
            field_dict["state"] = state
        if state_reason is not UNSET:
            field_dict["state_reason"] = state_reason
        if accepting_jobs is not UNSET:
            field_dict["accepting_jobs"] = accepting_jobs
        if timestamps is not UNSET:
            field_dict["timestamps"] = timestamps
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if elapsed_time is not UNSET:
            field_dict["elapsed_time"] = elapsed_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.id = d.pop("id")

        backend_name: None | str = d.pop("backend_name")
        decoded.backend_name = backend_name

        _mode = d.pop("mode")
        mode: None | SessionMode = None
        if _mode is not None:
            mode_type_0 = SessionMode.parse(_mode)

            mode = mode_type_0
        decoded.mode = mode

        _started_at = d.pop("started_at", UNSET)
        started_at: datetime.datetime | Unset
        if isinstance(_started_at, Unset):
            started_at = UNSET
        else:
            started_at = Timestamp.parse(_started_at)
        decoded.started_at = started_at

        _activated_at = d.pop("activated_at", UNSET)
        activated_at: datetime.datetime | Unset
        if isinstance(_activated_at, Unset):
            activated_at = UNSET
        else:
            activated_at = Timestamp.parse(_activated_at)
        decoded.activated_at = activated_at

        _closed_at = d.pop("closed_at", UNSET)
        closed_at: datetime.datetime | Unset
        if isinstance(_closed_at, Unset):
            closed_at = UNSET
        else:
            closed_at = Timestamp.parse(_closed_at)
        decoded.closed_at = closed_at

        _last_job_started = d.pop("last_job_started", UNSET)
        last_job_started: datetime.datetime | Unset
        if isinstance(_last_job_started, Unset):
            last_job_started = UNSET
        else:
            last_job_started = Timestamp.parse(_last_job_started)
        decoded.last_job_started = last_job_started

        _last_job_completed = d.pop("last_job_completed", UNSET)
        last_job_completed: datetime.datetime | Unset
        if isinstance(_last_job_completed, Unset):
            last_job_completed = UNSET
        else:
            last_job_completed = Timestamp.parse(_last_job_completed)
        decoded.last_job_completed = last_job_completed

        decoded.interactive_ttl = d.pop("interactive_ttl", UNSET)
        decoded.max_ttl = d.pop("max_ttl", UNSET)
        decoded.active_ttl = d.pop("active_ttl", UNSET)

        _state = d.pop("state", UNSET)
        state: SessionState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = SessionState.parse(_state)
        decoded.state = state

        decoded.state_reason = d.pop("state_reason", UNSET)
        decoded.accepting_jobs = d.pop("accepting_jobs", UNSET)

        _timestamps = d.pop("timestamps", UNSET)
        timestamps: list[SessionTimestamp] | Unset = UNSET
        if _timestamps is not UNSET:
            timestamps = []
            for timestamps_item_data in _timestamps:
                timestamps_item = SessionTimestamp.from_dict(timestamps_item_data)

                timestamps.append(timestamps_item)
        decoded.timestamps = timestamps

        decoded.user_id = d.pop("user_id", UNSET)

        def _parse_elapsed_time(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("float | None | Unset", data)

        elapsed_time = _parse_elapsed_time(d.pop("elapsed_time", UNSET))
        decoded.elapsed_time = elapsed_time

        decoded.additional_properties = d
        return decoded

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


from ..models.session_timestamp import SessionTimestamp
