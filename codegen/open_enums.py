"""Parameters that are enums of texts take other texts, too: what a service knows may be more."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from attrs import AttrsInstance, define, fields
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import EnumProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonCode


@define
class OpenEnum(EnumProperty):
    """A member of an enum, or a text."""

    template: ClassVar[str] = "open_enum_property.py.jinja"

    def get_base_type_string(self) -> PythonCode:
        """How it is annotated."""
        return PythonCode(f"{self.class_info.name} | str")


@define
class OpenEnums(ListProperty):
    """A list of members of an enum, or of texts, which may be members among others."""

    def get_base_type_string(self) -> PythonCode:
        """How it is annotated: as two lists, for a list of members is no list of texts."""
        inner = cast("OpenEnum", self.inner_property)
        return PythonCode(f"list[{inner.class_info.name}] | list[str]")


def take_text(endpoint: Endpoint) -> None:
    """Let each parameter that is an enum of texts, or a list of them, take texts."""
    for parameters in (
        endpoint.path_parameters,
        endpoint.query_parameters,
        endpoint.header_parameters,
        endpoint.cookie_parameters,
    ):
        parameters[:] = map(opened, parameters)


def opened(parameter: Any) -> Any:  # noqa: ANN401 - the generator has two types for it
    """The parameter, as one that takes texts if it is an enum of them."""
    if isinstance(parameter, EnumProperty) and parameter.value_type is str:
        return OpenEnum(**values(parameter))
    if isinstance(parameter, ListProperty):
        inner = opened(parameter.inner_property)
        if isinstance(inner, OpenEnum):
            return OpenEnums(**{**values(parameter), "inner_property": inner})
    if isinstance(parameter, UnionProperty):
        parameter.inner_properties = [opened(each) for each in parameter.inner_properties]
    return parameter


def values(each: AttrsInstance) -> dict[str, Any]:
    """The attributes of a property, by name."""
    return {field.name: getattr(each, field.name) for field in fields(type(each))}
