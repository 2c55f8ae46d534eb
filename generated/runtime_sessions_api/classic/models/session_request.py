from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.session_mode import SessionMode
from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="SessionRequest")


@_attrs_define(eq=False, repr=False)
class SessionRequest(Model):
    """What to create.

    Attributes:
        backend (str): The name of the system on which the jobs run.
        instance (str): The instance that pays, as hub/group/project.
        max_session_ttl (float | Unset): How long the session may run, in seconds from the start of its first job. The
            service's own limit when absent.
        mode (SessionMode | Unset): What a session is. In both modes its jobs run side by side.
            - batch: each job is charged for its own time, and the backend is not held between them.
            - dedicated: the backend is held, and charged for, from the first job to the end of the session's activity.
    """

    backend: str
    instance: str
    max_session_ttl: float | Unset = UNSET
    mode: SessionMode | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        backend = self.backend

        instance = self.instance

        max_session_ttl = self.max_session_ttl

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "backend": backend,
                "instance": instance,
            }
        )
        if max_session_ttl is not UNSET:
            field_dict["max_session_ttl"] = max_session_ttl
        if mode is not UNSET:
            field_dict["mode"] = mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.backend = d.pop("backend")
        decoded.instance = d.pop("instance")
        decoded.max_session_ttl = d.pop("max_session_ttl", UNSET)

        _mode = d.pop("mode", UNSET)
        mode: SessionMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = SessionMode.parse(_mode)
        decoded.mode = mode

        return decoded
