from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Model, Unset

T = TypeVar("T", bound="Error")


@_attrs_define(eq=False, repr=False)
class Error(Model):
    """One thing that went wrong.

    Attributes:
        code (int | str): The service's own code for the error.
        message (str): What is wrong.
        more_info (str): Where to read about the error.
        solution (str | Unset): What to do about it.
    """

    code: int | str
    message: str
    more_info: str
    solution: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code: int | str
        code = self.code

        message = self.message

        more_info = self.more_info

        solution = self.solution

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "message": message,
                "more_info": more_info,
            }
        )
        if solution is not UNSET:
            field_dict["solution"] = solution

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)

        def _parse_code(data: object) -> int | str:
            return cast("int | str", data)

        code = _parse_code(d.pop("code"))
        decoded.code = code

        decoded.message = d.pop("message")
        decoded.more_info = d.pop("more_info")
        decoded.solution = d.pop("solution", UNSET)

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
