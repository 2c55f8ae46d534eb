from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_mode import SessionMode
from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="SessionRequest")


@_attrs_define(eq=False, repr=False)
class SessionRequest(Model):
    """What to create. `interactive_ttl` and `active_ttl` are a channel partner's to set, the first with the second or
    alone.

        Attributes:
            mode (SessionMode): What a session is. In both modes its jobs run side by side.
                - batch: each job is charged for its own time, and the backend is not held between them.
                - dedicated: the backend is held, and charged for, from the first job to the end of the session's activity.
            backend (str | Unset): The name of the system on which the jobs run. A session without one gets that of its
                first job.
            backend_name (str | Unset): As `backend`, which is looked at first.
            instance (str | Unset): Not read; `Service-CRN` decides. Some clients send it all the same.
            max_ttl (int | Unset): How long the session may run, in seconds from the start of its first job. The plan may
                limit it. Default: 28800.
            interactive_ttl (int | Unset): How long the session stays active between jobs, in seconds. At most `active_ttl`.
            active_ttl (int | Unset): How long the session may be active, in seconds. At most `max_ttl`, which is the
                default.
    """

    mode: SessionMode
    backend: str | Unset = UNSET
    backend_name: str | Unset = UNSET
    instance: str | Unset = UNSET
    max_ttl: int | Unset = 28800
    interactive_ttl: int | Unset = UNSET
    active_ttl: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mode = self.mode.value

        backend = self.backend

        backend_name = self.backend_name

        instance = self.instance

        max_ttl = self.max_ttl

        interactive_ttl = self.interactive_ttl

        active_ttl = self.active_ttl

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "mode": mode,
            }
        )
        if backend is not UNSET:
            field_dict["backend"] = backend
        if backend_name is not UNSET:
            field_dict["backend_name"] = backend_name
        if instance is not UNSET:
            field_dict["instance"] = instance
        if max_ttl is not UNSET:
            field_dict["max_ttl"] = max_ttl
        if interactive_ttl is not UNSET:
            field_dict["interactive_ttl"] = interactive_ttl
        if active_ttl is not UNSET:
            field_dict["active_ttl"] = active_ttl

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        mode = SessionMode.parse(d.pop("mode"))
        decoded.mode = mode

        decoded.backend = d.pop("backend", UNSET)
        decoded.backend_name = d.pop("backend_name", UNSET)
        decoded.instance = d.pop("instance", UNSET)
        decoded.max_ttl = d.pop("max_ttl", UNSET)
        decoded.interactive_ttl = d.pop("interactive_ttl", UNSET)
        decoded.active_ttl = d.pop("active_ttl", UNSET)

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
