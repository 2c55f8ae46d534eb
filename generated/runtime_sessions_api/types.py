"""Contains some shared types for properties"""

import re
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from reprlib import recursive_repr
from typing import (
    IO,
    Any,
    BinaryIO,
    ClassVar,
    Generic,
    Literal,
    NotRequired,
    Self,
    SupportsIndex,
    TypedDict,
    TypeVar,
    final,
)

from attrs import define

from .http_library import httpx


@final
class Unset:
    """The type of UNSET, which stands for a field that is absent"""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        # By name: a copy, and what comes out of a pickle, is the same object.
        return "UNSET"


UNSET: Unset = Unset()


class Model:
    """What all models have alike: equal if they are of one class and have equal fields, and shown with all of them"""

    __slots__ = ()
    __attrs_attrs__: ClassVar[tuple[Any, ...]]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            getattr(self, field.name) == getattr(other, field.name)
            for field in self.__attrs_attrs__
        )

    @recursive_repr()
    def __repr__(self) -> str:
        shown = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in self.__attrs_attrs__
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class OpenStrEnum(StrEnum):
    """An enum that lets text through that it does not know: a member outside the list, equal to its text"""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the member of a text as calling the enum does, which takes three times as long"""
        members: Any = cls._value2member_map_
        try:
            member: Self = members[text]
        except (KeyError, TypeError):
            member = cls(text)
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    def __reduce_ex__(self, proto: object) -> tuple[type[Self], tuple[str]]:
        # Not by name: a member outside the list cannot be found by it.
        return type(self), (self.value,)


class Timestamp(datetime):
    """A moment in UTC that remembers the text which it was read from"""

    __slots__ = ("_text",)
    _text: str

    @property
    def text(self) -> str | None:
        """The text that the moment was read from; None if it was not, such as the result of arithmetic"""
        return getattr(self, "_text", None)

    # Annotated as models annotate their dates: a list of Timestamp would not do as a list of datetime.
    @classmethod
    def parse(cls, text: str) -> datetime:
        """
        Read RFC 3339, or the same with a space and without a zone, which is UTC then.

        A leap second is the moment after it, and what is finer than a microsecond is cut off; the text keeps both.

        Raises:
            ValueError: If the text is no such moment.
        """
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            plain, leap = re.subn(r"(:\d\d):60", r"\1:59", text.upper())
            read = datetime.fromisoformat(plain) + timedelta(seconds=leap)
        zone = read.tzinfo
        if zone is not UTC and zone is not None:
            try:
                read = read.astimezone(UTC)
            except OverflowError as error:
                raise ValueError(
                    f"{text!r} is outside the years 1 to 9999 in UTC"
                ) from error
        # As a pickle of it is read, with all parts in one: to name the seven of them takes twice as long.
        unpickled: Any = cls
        moment: Self = unpickled(read.__reduce__()[1][0], UTC)
        moment._text = text
        return moment

    @staticmethod
    def encode(moment: datetime) -> str:
        """
        Give back the text that a moment was read from; of any other, RFC 3339 in UTC.

        Raises:
            ValueError: If the moment has no time zone, and so could be any of 24.
        """
        text: str | None = getattr(moment, "_text", None)
        if text is not None:
            return text
        if moment.utcoffset() is None:
            raise ValueError(
                f"{moment!r} has no time zone: give it one, such as datetime.UTC"
            )
        moment = moment.astimezone(UTC).replace(tzinfo=None)
        return (
            moment.isoformat(
                timespec="microseconds" if moment.microsecond % 1000 else "milliseconds"
            )
            + "Z"
        )

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        # What datetime gives has no room for the text.
        state = None if self.text is None else (None, {"_text": self.text})
        return (*super().__reduce_ex__(protocol), state)


def json_body(response: httpx.Response) -> Any:
    """Read the body of an answer; UNSET if it is not JSON, such as the page of a gateway"""
    try:
        return response.json()
    except ValueError:
        return UNSET


# The types that `httpx.Client(files=)` can accept, copied from that library.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    # (filename, file (or bytes), content_type)
    tuple[str | None, FileContent, str | None]
    # (filename, file (or bytes), content_type, headers)
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """Contains information for file uploads"""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return a tuple representation that httpx will accept for multipart/form-data"""
        return self.file_name, self.payload, self.mime_type


class RequestArguments(TypedDict):
    """What `httpx.Client.request` is given to send a request; the URL is only the path, below a base URL"""

    method: str
    url: str
    params: NotRequired[dict[str, Any]]
    headers: NotRequired[dict[str, Any]]
    cookies: NotRequired[dict[str, Any]]
    json: NotRequired[Any]
    content: NotRequired[Any]
    data: NotRequired[Any]
    files: NotRequired[Any]


T = TypeVar("T")


@define
class Response(Generic[T]):
    """A response from an endpoint"""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


__all__ = [
    "UNSET",
    "File",
    "FileTypes",
    "Model",
    "OpenStrEnum",
    "RequestArguments",
    "RequestFiles",
    "Response",
    "Timestamp",
    "Unset",
    "json_body",
]
