from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_status import SessionStatus
from ..types import Model, Timestamp

T = TypeVar("T", bound="SessionEvent")


@_attrs_define(eq=False, repr=False)
class SessionEvent(Model):
    """A change of a session's status.

    Attributes:
        status (SessionStatus): The status of a session, as the extended view tells it.
        date (datetime.datetime): When the status changed.
    """

    status: SessionStatus
    date: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.value

        date = Timestamp.encode(self.date)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "date": date,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        status = SessionStatus.parse(d.pop("status"))
        decoded.status = status

        date = Timestamp.parse(d.pop("date"))
        decoded.date = date

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
