"""How an answer is read: held to its contract, then made a model of the generated client."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Generic, Protocol, TypeVar, cast

from attrs import frozen
from jsonschema_rs import Draft202012Validator

from runtime_sessions._http import Response


class Answered:
    """What was read from an answer, which it keeps."""

    response: Response
    """The answer, as it came."""


class Model(Protocol):
    """What the generated client makes of JSON."""

    response: Response

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as generated
        """Read parsed JSON."""
        ...


ModelT_co = TypeVar("ModelT_co", bound=Model, covariant=True)


@frozen
class AnswerForm(Generic[ModelT_co]):
    """What an answer is read as: a model, and the schema of the contract that it must keep.

    The schema is open, for a server may know more than its document: fields that it does not name
    are let through, and so are values beside those that an `enum` lists.

    Attributes:
        contract: The name of the contract.
        schema: The name of the schema in it.
        model: What is made of an answer.
        sessions_in: What finds the ids of the sessions that such a model is about.
    """

    contract: str
    schema: str
    model: type[ModelT_co]
    sessions_in: Callable[[Any], Iterable[object]]

    def read(self, response: Response) -> ModelT_co:
        """Read an answer; a ValueError says where it breaks the contract."""
        try:
            value: object = json.loads(response.content)
        except (ValueError, RecursionError) as error:
            came = response.headers.get("Content-Type", "something without a type")
            raise ValueError(f"it has JSON, and {came} came: {error}") from None
        model = self._decoded(value)
        if model is None:
            broken = next(validator_of(self.contract, self.schema, "enum").iter_errors(value))
            place = "/".join(map(str, broken.instance_path))
            raise ValueError(f"at /{place}: {broken.message}")
        model.response = response
        return model

    def _decoded(self, value: object) -> ModelT_co | None:
        """Return what an answer is decoded to; None where it breaks the contract."""
        # A field that is missing is noticed by the model, which takes each that is required:
        # to look for them before is a third of what it takes to check a page.
        if not validator_of(self.contract, self.schema, "enum", "required").is_valid(value):
            return None
        try:
            return cast("ModelT_co", self.model.from_dict(cast("Mapping[str, Any]", value)))
        except KeyError:
            return None


@cache
def validator_of(contract: str, schema: str, *left_out: str) -> Draft202012Validator:
    """Make the validator of one schema of a contract, without some keywords that have lists."""
    file = resources.files("runtime_sessions_api") / f"{contract}.openapi.json"

    def without(value: dict[str, Any]) -> dict[str, Any]:
        # A field that is called as a keyword is has a schema, and no list.
        return {
            key: kept
            for key, kept in value.items()
            if key not in left_out or not isinstance(kept, list)
        }

    document = json.loads(file.read_bytes(), object_hook=without)
    root = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return Draft202012Validator(root, validate_formats=True)
