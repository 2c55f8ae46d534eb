from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="WorkloadPage")


@_attrs_define(eq=False, repr=False)
class WorkloadPage(Model):
    """A page of workloads.

    Attributes:
        workloads (list[Workload]): The workloads of this page, in the order that was asked for.
        total_count (int): How many workloads there are on all pages.
        limit (int): The limit of this page.
        previous (PageLink | Unset): The way to another page.
        next_ (PageLink | Unset): The way to another page.
    """

    workloads: list[Workload]
    total_count: int
    limit: int
    previous: PageLink | Unset = UNSET
    next_: PageLink | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        workloads = []
        for workloads_item_data in self.workloads:
            workloads_item = workloads_item_data.to_dict()
            workloads.append(workloads_item)

        total_count = self.total_count

        limit = self.limit

        previous: dict[str, Any] | Unset = UNSET
        if not isinstance(self.previous, Unset):
            previous = self.previous.to_dict()

        next_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.next_, Unset):
            next_ = self.next_.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "workloads": workloads,
                "total_count": total_count,
                "limit": limit,
            }
        )
        if previous is not UNSET:
            field_dict["previous"] = previous
        if next_ is not UNSET:
            field_dict["next"] = next_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        workloads = []
        _workloads = d.pop("workloads")
        for workloads_item_data in _workloads:
            workloads_item = Workload.from_dict(workloads_item_data)

            workloads.append(workloads_item)
        decoded.workloads = workloads

        decoded.total_count = d.pop("total_count")
        decoded.limit = d.pop("limit")

        _previous = d.pop("previous", UNSET)
        previous: PageLink | Unset
        if isinstance(_previous, Unset):
            previous = UNSET
        else:
            previous = PageLink.from_dict(_previous)
        decoded.previous = previous

        _next_ = d.pop("next", UNSET)
        next_: PageLink | Unset
        if isinstance(_next_, Unset):
            next_ = UNSET
        else:
            next_ = PageLink.from_dict(_next_)
        decoded.next_ = next_

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


from ..models.page_link import PageLink
from ..models.workload import Workload
