"""What a contract says of one operation: its parameters, its answers, its links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs

from runtime_sessions_contract.openapi.values import Json


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the contract: what an answer gives for a next call."""

    source: str
    status: str
    name: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} [{self.status}] -> {self.target}"


#: The query parameter that names a session, where the path does not.
SESSION: Final = "session_id"
#: With more digits nobody has to read a number.
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, in its query or in a header."""

    name: str
    kind: str
    validator: jsonschema_rs.Validator

    def value(self, texts: list[str]) -> Any:  # noqa: ANN401 - any JSON value
        """The value of the parameter, parsed from the texts that were given for it.

        Raises:
            ValueError: It is certainly or perhaps not valid.
        """
        value: Any = texts
        if self.kind != "array":
            if len(texts) > 1:
                raise ValueError(f"{self.name} is given {len(texts)} times")
            value = self._one(texts[0])
        if not self.validator.is_valid(value):
            raise ValueError(f"{self.name}: {texts}")
        return value

    def _one(self, text: str) -> object:
        """The value that one text stands for."""
        if self.kind == "integer":
            return int(text) if _WHOLE.fullmatch(text) else text
        if self.kind == "boolean":
            return {"true": True, "false": False}.get(text, text)
        return text


@dataclass(frozen=True)
class Operation:
    """One operation: its name, where it is, what it takes and what it may answer.

    Attributes:
        query: Its query parameters, by name.
        headers: The header parameters that it requires.
        public: Whether it takes no credentials.
    """

    name: str
    method: str
    path: str
    definition: Json
    responses: Mapping[str, Json]
    pattern: re.Pattern[str]
    query: Mapping[str, Parameter]
    headers: Mapping[str, Parameter]
    public: bool = False

    @property
    def label(self) -> str:
        """The operation as the contract's readers know it."""
        return f"{self.method.upper()} {self.path}"

    @property
    def pointer(self) -> str:
        """Where it is in the contract."""
        return f"#/paths/{self.path.replace('/', '~1')}/{self.method}"

    @property
    def in_path(self) -> bool:
        """Whether the session that it is about stands in its path."""
        return "{id}" in self.path

    @property
    def about_session(self) -> bool:
        """Whether it is about one session: any operation but that which creates one."""
        return self.in_path or SESSION in self.query

    @property
    def success(self) -> int:
        """The status of success: every operation of these contracts has one."""
        return next(int(status) for status in self.responses if status.startswith("2"))
