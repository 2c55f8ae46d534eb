from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.session_mode import SessionMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="SessionRequest")


@_attrs_define
class SessionRequest:
    """What to create.

    Attributes:
        mode (SessionMode): How the jobs of a session run: one at a time (dedicated) or several side by side (batch).
        backend (str | Unset): The name of the system on which the jobs run. A session without one gets that of its
            first job.
        backend_name (str | Unset): As `backend`, which is looked at first.
        instance (str | Unset): The instance that pays, once more. `Service-CRN` decides.
        max_ttl (int | Unset): How long the session may run, in seconds from the start of its first job. The plan may
            limit it. Default: 28800.
    """

    mode: SessionMode
    backend: str | Unset = UNSET
    backend_name: str | Unset = UNSET
    instance: str | Unset = UNSET
    max_ttl: int | Unset = 28800

    def to_dict(self) -> dict[str, Any]:
        mode = self.mode.value

        backend = self.backend

        backend_name = self.backend_name

        instance = self.instance

        max_ttl = self.max_ttl

        field_dict: dict[str, Any] = {}

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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        mode = SessionMode(d.pop("mode"))

        backend = d.pop("backend", UNSET)

        backend_name = d.pop("backend_name", UNSET)

        instance = d.pop("instance", UNSET)

        max_ttl = d.pop("max_ttl", UNSET)

        session_request = cls(
            mode,
            backend,
            backend_name,
            instance,
            max_ttl,
        )

        return session_request
