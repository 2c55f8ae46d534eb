from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.workload_mode import WorkloadMode
from ..models.workload_status import WorkloadStatus
from ..types import UNSET, Model, Timestamp, Unset

T = TypeVar("T", bound="Workload")


@_attrs_define(eq=False, repr=False)
class Workload(Model):
    """A session, a batch, or a job that is in neither.

    Attributes:
        id (str): The id of the session or of the job.
        created (datetime.datetime): When it was created.
        backend (None | str): The name of the system. A session that has none yet shows none.
        instance (str): The instance that pays.
        user_id (str): The id of the user who created it.
        mode (WorkloadMode): What a workload is.
            - session: a session in the mode `dedicated`.
            - batch: a session in the mode `batch`.
            - job: a job outside of sessions.
        status (WorkloadStatus): Where a workload stands.
        ended (datetime.datetime | Unset): When it ended. Absent before that.
        accepting_jobs (bool | None | Unset): Whether a session or batch accepts new jobs. Null, or absent, of a job.
        status_reason (str | Unset): Why a job has this status. Of jobs only.
        tags (list[str] | Unset): The tags that its submitter gave a job.
        usage_seconds (float | None | Unset): What was used, in seconds. `usage` has replaced it.
        usage (WorkloadUsage | Unset): What a workload used.
        estimated_running_time_seconds (float | Unset): How long it is expected to run, in seconds.
    """

    id: str
    created: datetime.datetime
    backend: None | str
    instance: str
    user_id: str
    mode: WorkloadMode
    status: WorkloadStatus
    ended: datetime.datetime | Unset = UNSET
    accepting_jobs: bool | None | Unset = UNSET
    status_reason: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    usage_seconds: float | None | Unset = UNSET
    usage: WorkloadUsage | Unset = UNSET
    estimated_running_time_seconds: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        created = Timestamp.encode(self.created)

        backend: None | str
        backend = self.backend

        instance = self.instance

        user_id = self.user_id

        mode = self.mode.value

        status = self.status.value

        ended: str | Unset = UNSET
        if not isinstance(self.ended, Unset):
            ended = Timestamp.encode(self.ended)

        accepting_jobs: bool | None | Unset
        if isinstance(self.accepting_jobs, Unset):
            accepting_jobs = UNSET
        else:
            accepting_jobs = self.accepting_jobs

        status_reason = self.status_reason

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        usage_seconds: float | None | Unset
        if isinstance(self.usage_seconds, Unset):
            usage_seconds = UNSET
        else:
            usage_seconds = self.usage_seconds

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        estimated_running_time_seconds = self.estimated_running_time_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created": created,
                "backend": backend,
                "instance": instance,
                "user_id": user_id,
                "mode": mode,
                "status": status,
            }
        )
        if ended is not UNSET:
            field_dict["ended"] = ended
        if accepting_jobs is not UNSET:
            field_dict["accepting_jobs"] = accepting_jobs
        if status_reason is not UNSET:
            field_dict["status_reason"] = status_reason
        if tags is not UNSET:
            field_dict["tags"] = tags
        if usage_seconds is not UNSET:
            field_dict["usage_seconds"] = usage_seconds
        if usage is not UNSET:
            field_dict["usage"] = usage
        if estimated_running_time_seconds is not UNSET:
            field_dict["estimated_running_time_seconds"] = (
                estimated_running_time_seconds
            )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.id = d.pop("id")

        created = Timestamp.parse(d.pop("created"))
        decoded.created = created

        backend: None | str = d.pop("backend")
        decoded.backend = backend

        decoded.instance = d.pop("instance")
        decoded.user_id = d.pop("user_id")

        mode = WorkloadMode.parse(d.pop("mode"))
        decoded.mode = mode

        status = WorkloadStatus.parse(d.pop("status"))
        decoded.status = status

        _ended = d.pop("ended", UNSET)
        ended: datetime.datetime | Unset
        if isinstance(_ended, Unset):
            ended = UNSET
        else:
            ended = Timestamp.parse(_ended)
        decoded.ended = ended

        def _parse_accepting_jobs(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("bool | None | Unset", data)

        accepting_jobs = _parse_accepting_jobs(d.pop("accepting_jobs", UNSET))
        decoded.accepting_jobs = accepting_jobs

        decoded.status_reason = d.pop("status_reason", UNSET)

        tags: list[str] | Unset = d.pop("tags", UNSET)
        decoded.tags = tags

        def _parse_usage_seconds(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("float | None | Unset", data)

        usage_seconds = _parse_usage_seconds(d.pop("usage_seconds", UNSET))
        decoded.usage_seconds = usage_seconds

        _usage = d.pop("usage", UNSET)
        usage: WorkloadUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = WorkloadUsage.from_dict(_usage)
        decoded.usage = usage

        decoded.estimated_running_time_seconds = d.pop(
            "estimated_running_time_seconds", UNSET
        )

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


from ..models.workload_usage import WorkloadUsage
