from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.version_status import VersionStatus
from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="Version")


@_attrs_define(eq=False, repr=False)
class Version(Model):
    """A dated version of the API.

    Attributes:
        version (str): Its date, as the header `IBM-API-Version` takes it.
        status (VersionStatus): Whether a version is kept up.
        sunset_date (str | Unset): When it goes. Absent while it is live.
    """

    version: str
    status: VersionStatus
    sunset_date: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        status = self.status.value

        sunset_date = self.sunset_date

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "version": version,
                "status": status,
            }
        )
        if sunset_date is not UNSET:
            field_dict["sunset_date"] = sunset_date

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.version = d.pop("version")

        status = VersionStatus.parse(d.pop("status"))
        decoded.status = status

        decoded.sunset_date = d.pop("sunset_date", UNSET)

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
