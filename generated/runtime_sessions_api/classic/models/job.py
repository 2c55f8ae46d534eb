from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import Model, Timestamp

T = TypeVar("T", bound="Job")


@_attrs_define(eq=False, repr=False)
class Job(Model):
    """A job that was submitted into a session.

    Attributes:
        id (str): The id of the job.
        hub (str): The first part of the instance.
        group (str): The second part of the instance.
        project (str): The third part of the instance.
        backend (str): The name of the system on which the job runs.
        state (JobState): The status of a job, and why.
        status (str): The status of the job; of a cancelled one it may carry the reason ("Cancelled - Ran too long").
        params (JobParams): The arguments of the program.
        program (JobProgram): The program that the job runs.
        created (datetime.datetime): When the job was submitted.
        ended (datetime.datetime | None): When the job ended; null before that.
        runtime (str): The image in which the job runs.
        cost (float): The longest time that the job may take, in seconds, as its submitter gave it.
        tags (list[str]): The tags that its submitter gave it.
        session_id (str): The session in which the job runs.
        usage (JobUsage): What the job used.
        estimated_running_time_seconds (float): How long the job is expected to run, in seconds.
        estimated_max_running_time_seconds (float): How long the job may run at most, in seconds.
        private (bool): Whether parameters and results are hidden.
        user_id (str): The id of the user who submitted the job.
    """

    id: str
    hub: str
    group: str
    project: str
    backend: str
    state: JobState
    status: str
    params: JobParams
    program: JobProgram
    created: datetime.datetime
    ended: datetime.datetime | None
    runtime: str
    cost: float
    tags: list[str]
    session_id: str
    usage: JobUsage
    estimated_running_time_seconds: float
    estimated_max_running_time_seconds: float
    private: bool
    user_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        hub = self.hub

        group = self.group

        project = self.project

        backend = self.backend

        state = self.state.to_dict()

        status = self.status

        params = self.params.to_dict()

        program = self.program.to_dict()

        created = Timestamp.encode(self.created)

        ended: None | str
        if isinstance(self.ended, datetime.datetime):
            ended = Timestamp.encode(self.ended)
        else:
            ended = self.ended

        runtime = self.runtime

        cost = self.cost

        tags = self.tags

        session_id = self.session_id

        usage = self.usage.to_dict()

        estimated_running_time_seconds = self.estimated_running_time_seconds

        estimated_max_running_time_seconds = self.estimated_max_running_time_seconds

        private = self.private

        user_id = self.user_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "hub": hub,
                "group": group,
                "project": project,
                "backend": backend,
                "state": state,
                "status": status,
                "params": params,
                "program": program,
                "created": created,
                "ended": ended,
                "runtime": runtime,
                "cost": cost,
                "tags": tags,
                "session_id": session_id,
                "usage": usage,
                "estimated_running_time_seconds": estimated_running_time_seconds,
                "estimated_max_running_time_seconds": estimated_max_running_time_seconds,
                "private": private,
                "user_id": user_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.id = d.pop("id")
        decoded.hub = d.pop("hub")
        decoded.group = d.pop("group")
        decoded.project = d.pop("project")
        decoded.backend = d.pop("backend")

        state = JobState.from_dict(d.pop("state"))
        decoded.state = state

        decoded.status = d.pop("status")

        params = JobParams.from_dict(d.pop("params"))
        decoded.params = params

        program = JobProgram.from_dict(d.pop("program"))
        decoded.program = program

        created = Timestamp.parse(d.pop("created"))
        decoded.created = created

        _ended = d.pop("ended")
        ended: datetime.datetime | None = None
        if _ended is not None:
            ended_type_0 = Timestamp.parse(_ended)

            ended = ended_type_0
        decoded.ended = ended

        decoded.runtime = d.pop("runtime")
        decoded.cost = d.pop("cost")

        tags: list[str] = d.pop("tags")
        decoded.tags = tags

        decoded.session_id = d.pop("session_id")

        usage = JobUsage.from_dict(d.pop("usage"))
        decoded.usage = usage

        decoded.estimated_running_time_seconds = d.pop("estimated_running_time_seconds")
        decoded.estimated_max_running_time_seconds = d.pop(
            "estimated_max_running_time_seconds"
        )
        decoded.private = d.pop("private")
        decoded.user_id = d.pop("user_id")

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


from ..models.job_params import JobParams
from ..models.job_program import JobProgram
from ..models.job_state import JobState
from ..models.job_usage import JobUsage
