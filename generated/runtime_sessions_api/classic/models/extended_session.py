from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_mode import SessionMode
from ..models.session_status import SessionStatus
from ..types import UNSET, Model, Timestamp, Unset

T = TypeVar("T", bound="ExtendedSession")


@_attrs_define(eq=False, repr=False)
class ExtendedSession(Model):
    """A session with its owner, its status and the history of it.

    Attributes:
        id (str): The id of the session.
        user_id (str): The id of the user who created the session.
        backend_name (str): The name of the system on which the jobs run.
        instance (str): The instance that pays, as hub/group/project.
        interactive_ttl (float): How long the session stays active with no job queued or running, in seconds.
        max_ttl (float): How long the session may run, in seconds from the start of its first job.
        active_ttl (float): How long the session may be active at most, in seconds: a setting, which stays the same when
            the session has run, and when it is closed.
        status (SessionStatus): The status of a session, as the extended view tells it.
        accepting_jobs (bool): Whether new jobs are queued. If false, new jobs are refused, and the session closes as
            soon as it has none
            left.
        started_at (datetime.datetime | Unset): When the first job of the session started. Absent before that.
        created_at (datetime.datetime | Unset): When the session was created.
        activated_at (datetime.datetime | Unset): When the session last became active. Absent before that.
        closed_at (datetime.datetime | Unset): When the session was closed. Absent before that; it never moves.
        last_job_started (datetime.datetime | Unset): When the newest of the session's started jobs started. Absent
            before the first.
        last_job_completed (datetime.datetime | Unset): When a job of the session last ended. Absent before the first.
        status_reason (str | Unset): Why the session has this status.
        mode (SessionMode | Unset): What a session is. In both modes its jobs run side by side.
            - batch: each job is charged for its own time, and the backend is not held between them.
            - dedicated: the backend is held, and charged for, from the first job to the end of the session's activity.
        elapsed_time (float | Unset): What was used of the session, in seconds. 0 in a session that never ran a job.
        session_remaining_time_seconds (float | Unset): What remains of the session's time, in seconds.
        timestamps (list[SessionEvent] | Unset): Every change of the status, oldest first.
    """

    id: str
    user_id: str
    backend_name: str
    instance: str
    interactive_ttl: float
    max_ttl: float
    active_ttl: float
    status: SessionStatus
    accepting_jobs: bool
    started_at: datetime.datetime | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    activated_at: datetime.datetime | Unset = UNSET
    closed_at: datetime.datetime | Unset = UNSET
    last_job_started: datetime.datetime | Unset = UNSET
    last_job_completed: datetime.datetime | Unset = UNSET
    status_reason: str | Unset = UNSET
    mode: SessionMode | Unset = UNSET
    elapsed_time: float | Unset = UNSET
    session_remaining_time_seconds: float | Unset = UNSET
    timestamps: list[SessionEvent] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        user_id = self.user_id

        backend_name = self.backend_name

        instance = self.instance

        interactive_ttl = self.interactive_ttl

        max_ttl = self.max_ttl

        active_ttl = self.active_ttl

        status = self.status.value

        accepting_jobs = self.accepting_jobs

        started_at: str | Unset = UNSET
        if not isinstance(self.started_at, Unset):
            started_at = Timestamp.encode(self.started_at)

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = Timestamp.encode(self.created_at)

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

        status_reason = self.status_reason

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        elapsed_time = self.elapsed_time

        session_remaining_time_seconds = self.session_remaining_time_seconds

        timestamps: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.timestamps, Unset):
            timestamps = []
            for timestamps_item_data in self.timestamps:
                timestamps_item = timestamps_item_data.to_dict()
                timestamps.append(timestamps_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "user_id": user_id,
                "backend_name": backend_name,
                "instance": instance,
                "interactive_ttl": interactive_ttl,
                "max_ttl": max_ttl,
                "active_ttl": active_ttl,
                "status": status,
                "accepting_jobs": accepting_jobs,
            }
        )
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if activated_at is not UNSET:
            field_dict["activated_at"] = activated_at
        if closed_at is not UNSET:
            field_dict["closed_at"] = closed_at
        if last_job_started is not UNSET:
            field_dict["last_job_started"] = last_job_started
        if last_job_completed is not UNSET:
            field_dict["last_job_completed"] = last_job_completed
        if status_reason is not UNSET:
            field_dict["status_reason"] = status_reason
        if mode is not UNSET:
            field_dict["mode"] = mode
        if elapsed_time is not UNSET:
            field_dict["elapsed_time"] = elapsed_time
        if session_remaining_time_seconds is not UNSET:
            field_dict["session_remaining_time_seconds"] = (
                session_remaining_time_seconds
            )
        if timestamps is not UNSET:
            field_dict["timestamps"] = timestamps

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.id = d.pop("id")
        decoded.user_id = d.pop("user_id")
        decoded.backend_name = d.pop("backend_name")
        decoded.instance = d.pop("instance")
        decoded.interactive_ttl = d.pop("interactive_ttl")
        decoded.max_ttl = d.pop("max_ttl")
        decoded.active_ttl = d.pop("active_ttl")

        status = SessionStatus.parse(d.pop("status"))
        decoded.status = status

        decoded.accepting_jobs = d.pop("accepting_jobs")

        _started_at = d.pop("started_at", UNSET)
        started_at: datetime.datetime | Unset
        if isinstance(_started_at, Unset):
            started_at = UNSET
        else:
            started_at = Timestamp.parse(_started_at)
        decoded.started_at = started_at

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = Timestamp.parse(_created_at)
        decoded.created_at = created_at

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

        decoded.status_reason = d.pop("status_reason", UNSET)

        _mode = d.pop("mode", UNSET)
        mode: SessionMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = SessionMode.parse(_mode)
        decoded.mode = mode

        decoded.elapsed_time = d.pop("elapsed_time", UNSET)
        decoded.session_remaining_time_seconds = d.pop(
            "session_remaining_time_seconds", UNSET
        )

        _timestamps = d.pop("timestamps", UNSET)
        timestamps: list[SessionEvent] | Unset = UNSET
        if _timestamps is not UNSET:
            timestamps = []
            for timestamps_item_data in _timestamps:
                timestamps_item = SessionEvent.from_dict(timestamps_item_data)

                timestamps.append(timestamps_item)
        decoded.timestamps = timestamps

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


from ..models.session_event import SessionEvent
