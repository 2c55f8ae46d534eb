"""Answers made from the contract's schemas: legal ones, and ones in which one rule is broken."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.values import Json, as_list, as_object

Path = tuple[str | int, ...]
#: Stands for the absence of a field where one is taken away.
ABSENT: Any = object()

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2)
    ),
    max_leaves=4,
)
ZONES = st.just(UTC) | st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)


@st.composite
def moments(draw: st.DrawFn, *, spaced: bool = False) -> str:
    """A timestamp as RFC 3339 allows it; `spaced`, also with a space and without a zone."""
    at = draw(st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1), timezones=ZONES))  # noqa: DTZ001 - timezones= gives one
    text = at.isoformat(timespec="seconds")
    text, zone = text[:19], text[19:].replace("+00:00", "Z")
    if digits := draw(st.text("0123456789", max_size=9)):
        text += "." + digits
    if spaced and draw(st.booleans()):
        return text.replace("T", " ")
    return text + zone


def legal(document: Document, node: Json) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a type each
    """Values that a client must accept: legal ones, also with unknown fields and enum values."""
    node = document.resolve(node)
    if "oneOf" in node:
        return st.one_of(*(legal(document, form) for form in node["oneOf"]))
    if isinstance(node.get("type"), list):
        return st.one_of(*(legal(document, {**node, "type": kind}) for kind in node["type"]))
    match node.get("type"):
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer" | "number" as kind:
            least, most = node.get("minimum"), node.get("maximum", 2**53)
            whole = st.integers(0 if least is None else least, most)
            return (
                whole
                if kind == "integer"
                else whole | st.floats(-1e12 if least is None else least, min(1e12, most))
            )
        case "array":
            return st.lists(
                legal(document, node["items"]), min_size=node.get("minItems", 0), max_size=3
            )
        case "object":
            return _object(document, node)
        case _:
            return _text(node)


def _text(node: Json) -> st.SearchStrategy[str]:
    """Texts that a schema allows, and values that a later version of the contract may add."""
    if "enum" in node:
        return st.sampled_from(node["enum"]) | st.sampled_from(
            ["pending_closed", "pending_inactive", "", "ünbekannt"]
        )
    if node.get("format") == "date-time" or node.get("x-client-format") == "date-time":
        # The pattern of a job's times would let a thirteenth month pass.
        return moments(spaced="pattern" in node)
    if node.get("format") == "uuid":
        return st.uuids().map(str)
    if "pattern" in node:
        pattern: str = node["pattern"]
        return st.from_regex(pattern, fullmatch=True)
    return st.text(min_size=node.get("minLength", 0), max_size=12)


def _object(document: Document, node: Json) -> st.SearchStrategy[Json]:
    """Objects that a schema allows, with unknown fields."""
    properties = node.get("properties", {})
    required = node.get("required", ())
    named = st.fixed_dictionaries(
        {name: legal(document, child) for name, child in properties.items() if name in required},
        optional={
            name: legal(document, child)
            for name, child in properties.items()
            if name not in required
        },
    )
    beyond = st.dictionaries(
        st.text(max_size=8).filter(lambda name: name not in properties), ANYTHING, max_size=2
    )
    return st.tuples(named, beyond).map(lambda both: {**both[1], **both[0]})


#: A value of each kind.
KINDS: dict[str, Any] = {
    "null": None,
    "string": "text",
    "object": {},
    "array": [],
    "boolean": True,
    "number": 0.5,
}


def _kinds(document: Document, node: Json) -> set[str]:
    """The types that a schema allows."""
    if "oneOf" in node:
        forms = map(document.resolve, node["oneOf"])
        return {kind for form in forms for kind in _kinds(document, form)}
    kinds = node.get("type")
    return {kinds} if isinstance(kinds, str) else set[str](kinds or ())


def breaks(  # noqa: C901 - a rule of JSON Schema each
    document: Document, node: Json, value: object, at: Path = ()
) -> Iterator[tuple[str, Path, Any]]:
    """All ways to break one rule of a schema: a description, the place, the wrong value."""
    node = document.resolve(node)
    kinds = _kinds(document, node)
    for kind, wrong in KINDS.items():
        if kind not in kinds and not (kind == "number" and "integer" in kinds):
            yield f"{kind} for {' or '.join(sorted(kinds))}", at, wrong
    if "minimum" in node:
        yield "below the minimum", at, node["minimum"] - 1
    if "maximum" in node:
        yield "above the maximum", at, node["maximum"] + 1
    if node.get("format") == "date-time" or "pattern" in node:
        yield "no such text", at, "no such text"
    if node.get("minLength") or node.get("minItems"):
        yield "too short", at, "" if "string" in kinds else []
    if (found := as_object(value)) is not None:
        for name, child in node.get("properties", {}).items():
            if name in found:
                if name in node.get("required", ()):
                    yield f"{name} missing", (*at, name), ABSENT
                yield from breaks(document, child, found[name], (*at, name))
    for entry in as_list(value)[:1]:
        yield from breaks(document, node["items"], entry, (*at, 0))


def broken(value: Any, at: Path, wrong: Any) -> Any:  # noqa: ANN401
    """A copy of the value with one thing in it changed."""
    if not at:
        return wrong
    changed = copy.deepcopy(value)
    place = changed
    for step in at[:-1]:
        place = place[step]
    if wrong is ABSENT:
        del place[at[-1]]
    else:
        place[at[-1]] = wrong
    return changed


def same(left: Any, right: Any) -> bool:  # noqa: ANN401
    """Whether two JSON values are exactly the same: 1, 1.0 and true are three different ones."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
