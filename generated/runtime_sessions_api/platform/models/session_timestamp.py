from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_state import SessionState
from ..types import Model, Timestamp

T = TypeVar("T", bound="SessionTimestamp")


@_attrs_define(eq=False, repr=False)
class SessionTimestamp(Model):
    """A change of a session's state.

    Attributes:
        status (SessionState): The state of a session.
            - open: it waits for its first job.
            - active: it has priority on the backend; a job runs, or the next is waited for.
            - inactive: it has no priority, and no job runs.
            - closed: no job runs, and none will.
        timestamp (datetime.datetime): When the session came to that state.
    """

    status: SessionState
    timestamp: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.value

        timestamp = Timestamp.encode(self.timestamp)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "timestamp": timestamp,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        status = SessionState.parse(d.pop("status"))
        decoded.status = status

        timestamp = Timestamp.parse(d.pop("timestamp"))
        decoded.timestamp = timestamp

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
