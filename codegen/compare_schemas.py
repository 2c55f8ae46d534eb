"""Compare two schemas: what a change narrows or widens, and whom that breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Our own mark of what the generated client makes of a value.
CLIENT_FORMAT = "x-client-format"
# What says nothing of what is valid.
PROSE = {"description", "summary", "title", "example", "examples", "deprecated", "$comment"}
LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


class Effect(Flag):
    """What a change does to the set of what is allowed."""

    NONE = 0
    NARROWS = auto()
    WIDENS = auto()
    REPLACES = NARROWS | WIDENS


class Travels(Flag):
    """Which way a part of the contract goes."""

    REQUEST = auto()
    ANSWER = auto()


@dataclass(frozen=True)
class Change:
    """A change, and whom it breaks.

    Attributes:
        where: The operation, and the way into its request or answer.
        subject: What a note in the changelog has to name.
        what: What changed there, in words.
    """

    where: str
    subject: str
    what: str
    breaks_clients: bool
    breaks_servers: bool


@dataclass(frozen=True)
class Place:
    """Where in both contracts a comparison stands."""

    where: str
    subject: str
    travels: Travels

    def within(self, name: str, subject: str | None = None) -> Place:
        """A place further in."""
        return Place(f"{self.where} {name}", subject or self.subject, self.travels)

    def change(self, what: str, effect: Effect) -> Change:
        """A change here, and whom its effect breaks."""
        request, answer = Travels.REQUEST in self.travels, Travels.ANSWER in self.travels
        narrows, widens = Effect.NARROWS in effect, Effect.WIDENS in effect
        return Change(
            self.where,
            self.subject,
            what,
            breaks_clients=(request and narrows) or (answer and widens),
            breaks_servers=(request and widens) or (answer and narrows),
        )


class CompareError(Exception):
    """Why two contracts cannot be compared."""


class Document:
    """A contract, and its operations by method and path."""

    def __init__(self, content: Json, name: str = "the contract") -> None:
        self.content = content
        self.name = name
        self.operations: dict[str, Json] = {}
        for path, reference in content.get("paths", {}).items():
            item = self.resolved(reference)
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    of_path = {**item[method]}
                    of_path["parameters"] = [*shared, *item[method].get("parameters", [])]
                    self.operations[f"{method.upper()} {path}"] = of_path

    def resolved(self, node: Json, through: tuple[str, ...] = ()) -> Json:
        """What a local reference stands for, with what stands beside it.

        Raises:
            CompareError: The reference leads to itself, to nothing, or out of the contract.
        """
        if "$ref" not in node:
            return node
        reference = node["$ref"]
        if reference in through:
            raise CompareError(f"in {self.name}, the reference {reference!r} leads to itself")
        found = self.resolved(as_object(self.target(reference)), (*through, reference))
        return {**found, **{k: v for k, v in node.items() if k != "$ref"}}

    def target(self, reference: str) -> Any:  # noqa: ANN401 - a JSON value
        """What stands where a reference leads."""
        if not reference.startswith("#/"):
            raise CompareError(f"in {self.name}, the reference {reference!r} leads out of it")
        target: Any = self.content
        for step in reference.removeprefix("#/").split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or key not in target:
                raise CompareError(f"in {self.name}, the reference {reference!r} leads nowhere")
            target = target[key]
        return target


def as_object(node: Json | bool) -> Json:  # noqa: FBT001 - a schema can be a truth value
    """A schema as an object: `true` allows anything, and `false` nothing."""
    if isinstance(node, bool):
        return {} if node else {"not": {}}
    return node


def schema(
    place: Place,
    before: Document,
    after: Document,
    pair: tuple[Json | bool, Json | bool],
    seen: frozenset[tuple[str, str]] = frozenset(),
) -> Iterator[Change]:
    """Compare two schemas, and all that is in them."""
    pair = as_object(pair[0]), as_object(pair[1])
    names = pair[0].get("$ref", ""), pair[1].get("$ref", "")
    if all(names) and names in seen:
        return
    seen |= {names}
    old, new = before.resolved(pair[0]), after.resolved(pair[1])
    if old.get(CLIENT_FORMAT) != new.get(CLIENT_FORMAT):
        yield Change(
            place.where,
            place.subject,
            "generated clients decode it as another type now",
            breaks_clients=True,
            breaks_servers=False,
        )
    for what, effect in (*types(old, new), *values(old, new), *bounds(old, new), *rest(old, new)):
        yield place.change(what, effect)
    yield from properties(place, before, after, (old, new), seen)
    if "items" in old and "items" in new:
        here = place.within("[]")
        yield from schema(here, before, after, (old["items"], new["items"]), seen)
    if "oneOf" in old and "oneOf" in new:
        yield from forms(place, before, after, (old["oneOf"], new["oneOf"]), seen)


def forms(
    place: Place,
    before: Document,
    after: Document,
    pair: tuple[list[Json], list[Json]],
    seen: frozenset[tuple[str, str]],
) -> Iterator[Change]:
    """Compare the forms of which a value has one, by what they are called."""
    old, new = map(named_forms, pair)
    for name in keys(old, new):
        here = place.within(name, name)
        if name not in new:
            yield here.change("the form is gone", Effect.NARROWS)
        elif name not in old:
            yield here.change("a new form", Effect.WIDENS)
        else:
            yield from schema(here, before, after, (old[name], new[name]), seen)


def named_forms(forms: list[Json]) -> dict[str, Json]:
    """The forms by what they are called, numbered where several are called alike."""
    named: dict[str, Json] = {}
    for form in forms:
        name = form_name(form)
        alike = sum(form_name(other) == name for other in named.values())
        named[f"{name} ({alike + 1})" if alike else name] = form
    return named


def form_name(form: Json | bool) -> str:  # noqa: FBT001 - a schema can be a truth value
    """What a form is called: by the name of its schema, or else by its type."""
    form = as_object(form)
    if "$ref" in form:
        return str(form["$ref"]).rpartition("/")[2]
    return spelled(form.get("type"))


def properties(
    place: Place,
    before: Document,
    after: Document,
    pair: tuple[Json, Json],
    seen: frozenset[tuple[str, str]],
) -> Iterator[Change]:
    """Compare the fields of two objects."""
    old, new = pair
    was, now = old.get("properties", {}), new.get("properties", {})
    for name in keys(was, now):
        here = place.within(name, name)
        if name not in now:
            # Whoever reads it misses it; whoever still answers it is inside an open schema.
            gone = Effect.NARROWS if Travels.REQUEST in place.travels else Effect.WIDENS
            yield here.change("the field is gone", gone)
        elif name not in was:
            closed = old.get("additionalProperties") is False
            effect = Effect.WIDENS if closed else Effect.NONE
            yield here.change("a new field", effect)
        else:
            yield from schema(here, before, after, (was[name], now[name]), seen)
    needed, needs = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(needed ^ needs):
        here = place.within(name, name)
        if name in needs:
            yield here.change("is required now", Effect.NARROWS)
        elif name in now:
            yield here.change("is optional now", Effect.WIDENS)


def types(old: Json, new: Json) -> Iterator[tuple[str, Effect]]:
    """Compare the types: every integer is a number, and no type at all is any."""
    was, now = type_set(old), type_set(new)
    if was == now:
        return
    what = f"the type {spelled(old.get('type'))} is {spelled(new.get('type'))} now"
    if now < was:
        yield what, Effect.NARROWS
    elif was < now:
        yield what, Effect.WIDENS
    else:
        yield what, Effect.REPLACES


def type_set(node: Json) -> set[str]:
    """The types that a schema allows, a number being an integer or a fraction."""
    anything = ["array", "boolean", "null", "number", "object", "string"]
    named = node.get("type", anything)
    found = set([named] if isinstance(named, str) else named)
    return (found - {"number"}) | {"integer", "fraction"} if "number" in found else found


def values(old: Json, new: Json) -> Iterator[tuple[str, Effect]]:
    """Compare the values that are allowed by name."""
    was, now = old.get("enum"), new.get("enum")
    if was is None and now is not None:
        yield f"only {spelled(now)} are allowed now", Effect.NARROWS
    elif was is not None and now is None:
        yield f"other values than {spelled(was)} are allowed now", Effect.WIDENS
    elif was is not None and now is not None:
        for value in was:
            if value not in now:
                yield f"the value {value!r} is gone", Effect.NARROWS
        for value in now:
            if value not in was:
                yield f"the value {value!r} is new", Effect.WIDENS


def bounds(old: Json, new: Json) -> Iterator[tuple[str, Effect]]:
    """Compare the limits of numbers, lengths and counts."""
    for name in (*LOWER_BOUNDS, *UPPER_BOUNDS):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if was is None:
            yield f"{name} {now} is new", Effect.NARROWS
        elif now is None:
            yield f"{name} {was} is gone", Effect.WIDENS
        else:
            tighter = (now > was) == (name in LOWER_BOUNDS)
            yield f"{name} {was} is {now} now", Effect.NARROWS if tighter else Effect.WIDENS


def rest(old: Json, new: Json) -> Iterator[tuple[str, Effect]]:
    """Compare the keywords that no other function reads: added ones narrow, others replace."""
    read = {"$ref", "type", "enum", "properties", "required", "items", *LOWER_BOUNDS, *UPPER_BOUNDS}
    for name in keys(old, new):
        was, now = old.get(name), new.get(name)
        if name in PROSE | read or name.startswith("x-") or was == now:
            continue
        if name == "oneOf" and was and now:
            continue
        if name == "additionalProperties" and not isinstance(was or now, dict):
            effect = Effect.NARROWS if now is False else Effect.WIDENS
        elif name == "default":
            effect = Effect.REPLACES
        elif was is None or now is None:
            effect = Effect.NARROWS if was is None else Effect.WIDENS
        else:
            effect = Effect.REPLACES
        yield f"{name} {spelled(was)} is {spelled(now)} now", effect


def keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The keys of both, in the order of the old, then of the new."""
    return list(dict.fromkeys((*old, *new)))


def spelled(value: object) -> str:
    """A value as a sentence has it."""
    if isinstance(value, list):
        return " or ".join(map(str, value))
    return "(none)" if value is None else str(value)
