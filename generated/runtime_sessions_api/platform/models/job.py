from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_status import JobStatus
from ..types import UNSET, Model, Timestamp, Unset

T = TypeVar("T", bound="Job")


@_attrs_define(eq=False, repr=False)
class Job(Model):
    """A job.

    Attributes:
        id (str): The id of the job.
        state (JobState): The status of a job, and why.
        status (JobStatus): The status of a job, and of a cancelled one perhaps the reason.
        program (Program): A program that jobs run.
        created (datetime.datetime): When the job was submitted.
        cost (int): The longest time that the job may take, in seconds, as its submitter gave it.
        backend (str | Unset): The name of the system on which the job runs.
        params (JobParams | Unset): The arguments of the program. Absent unless `exclude_params` is false.
        runtime (str | Unset): The image in which the job runs.
        tags (list[str] | Unset): The tags that its submitter gave it.
        remote_storage (JobRemoteStorage | Unset): Where a channel partner's job reads its arguments and leaves its
            results.
        session_id (str | Unset): The session in which the job runs. Absent outside of sessions.
        user_id (str | Unset): The id of the user who submitted the job.
        usage (JobUsage | Unset): What a job used. Its fields depend on the version of the API that the call asks for.
        private (bool | Unset): Whether parameters and results are hidden. Absent unless true.
        estimated_running_time_seconds (float | Unset): How long the job is expected to run, in seconds.
        calibration_id (str | Unset): The id of the calibration that the job runs with.
    """

    id: str
    state: JobState
    status: JobStatus
    program: Program
    created: datetime.datetime
    cost: int
    backend: str | Unset = UNSET
    params: JobParams | Unset = UNSET
    runtime: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    remote_storage: JobRemoteStorage | Unset = UNSET
    session_id: str | Unset = UNSET
    user_id: str | Unset = UNSET
    usage: JobUsage | Unset = UNSET
    private: bool | Unset = UNSET
    estimated_running_time_seconds: float | Unset = UNSET
    calibration_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        state = self.state.to_dict()

        status = self.status.value

        program = self.program.to_dict()

        created = Timestamp.encode(self.created)

        cost = self.cost

        backend = self.backend

        params: dict[str, Any] | Unset = UNSET
        if not isinstance(self.params, Unset):
            params = self.params.to_dict()

        runtime = self.runtime

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        remote_storage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.remote_storage, Unset):
            remote_storage = self.remote_storage.to_dict()

        session_id = self.session_id

        user_id = self.user_id

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        private = self.private

        estimated_running_time_seconds = self.estimated_running_time_seconds

        calibration_id = self.calibration_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "status": status,
                "program": program,
                "created": created,
                "cost": cost,
            }
        )
        if backend is not UNSET:
            field_dict["backend"] = backend
        if params is not UNSET:
            field_dict["params"] = params
        if runtime is not UNSET:
            field_dict["runtime"] = runtime
        if tags is not UNSET:
            field_dict["tags"] = tags
        if remote_storage is not UNSET:
            field_dict["remote_storage"] = remote_storage
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if usage is not UNSET:
            field_dict["usage"] = usage
        if private is not UNSET:
            field_dict["private"] = private
        if estimated_running_time_seconds is not UNSET:
            field_dict["estimated_running_time_seconds"] = (
                estimated_running_time_seconds
            )
        if calibration_id is not UNSET:
            field_dict["calibration_id"] = calibration_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.id = d.pop("id")

        state = JobState.from_dict(d.pop("state"))
        decoded.state = state

        status = JobStatus.parse(d.pop("status"))
        decoded.status = status

        program = Program.from_dict(d.pop("program"))
        decoded.program = program

        created = Timestamp.parse(d.pop("created"))
        decoded.created = created

        decoded.cost = d.pop("cost")
        decoded.backend = d.pop("backend", UNSET)

        _params = d.pop("params", UNSET)
        params: JobParams | Unset
        if isinstance(_params, Unset):
            params = UNSET
        else:
            params = JobParams.from_dict(_params)
        decoded.params = params

        decoded.runtime = d.pop("runtime", UNSET)

        tags: list[str] | Unset = d.pop("tags", UNSET)
        decoded.tags = tags

        _remote_storage = d.pop("remote_storage", UNSET)
        remote_storage: JobRemoteStorage | Unset
        if isinstance(_remote_storage, Unset):
            remote_storage = UNSET
        else:
            remote_storage = JobRemoteStorage.from_dict(_remote_storage)
        decoded.remote_storage = remote_storage

        decoded.session_id = d.pop("session_id", UNSET)
        decoded.user_id = d.pop("user_id", UNSET)

        _usage = d.pop("usage", UNSET)
        usage: JobUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = JobUsage.from_dict(_usage)
        decoded.usage = usage

        decoded.private = d.pop("private", UNSET)
        decoded.estimated_running_time_seconds = d.pop(
            "estimated_running_time_seconds", UNSET
        )
        decoded.calibration_id = d.pop("calibration_id", UNSET)

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
from ..models.job_remote_storage import JobRemoteStorage
from ..models.job_state import JobState
from ..models.job_usage import JobUsage
from ..models.program import Program
