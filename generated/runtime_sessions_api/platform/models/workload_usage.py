from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.billing_status import BillingStatus
from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="WorkloadUsage")


@_attrs_define(eq=False, repr=False)
class WorkloadUsage(Model):
    """What a workload used.

    Attributes:
        qpu_charge_time_seconds (float | None): What is charged for the workload, in seconds. Null while that is not
            known.
        status (BillingStatus | Unset): Whether the usage is final.
    """

    qpu_charge_time_seconds: float | None
    status: BillingStatus | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        qpu_charge_time_seconds: float | None
        qpu_charge_time_seconds = self.qpu_charge_time_seconds

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "qpu_charge_time_seconds": qpu_charge_time_seconds,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        qpu_charge_time_seconds: float | None = d.pop("qpu_charge_time_seconds")
        decoded.qpu_charge_time_seconds = qpu_charge_time_seconds

        _status = d.pop("status", UNSET)
        status: BillingStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = BillingStatus.parse(_status)
        decoded.status = status

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
