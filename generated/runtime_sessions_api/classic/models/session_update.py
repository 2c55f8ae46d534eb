from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import Model

T = TypeVar("T", bound="SessionUpdate")


@_attrs_define(eq=False, repr=False)
class SessionUpdate(Model):
    """What to change.

    Attributes:
        accepting_jobs (bool): Whether the session accepts new jobs.
    """

    accepting_jobs: bool

    def to_dict(self) -> dict[str, Any]:
        accepting_jobs = self.accepting_jobs

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "accepting_jobs": accepting_jobs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        decoded = cls.__new__(cls)
        decoded.accepting_jobs = d.pop("accepting_jobs")

        return decoded
