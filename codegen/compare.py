"""Compare two versions of a contract, knowing which way each part of it travels.

Every change of a schema narrows what is allowed, widens it, or does both. What a client sends goes
one way and what a server answers goes the other, so the same change breaks different people:

- a request that narrows breaks clients: what they send is refused now;
- a request that widens breaks servers: what they must take now, they refuse;
- an answer that widens breaks clients: they get what they were not built for;
- an answer that narrows breaks servers: what they answer is no longer allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from compare_schemas import (
    Change,
    CompareError,
    Document,
    Effect,
    Json,
    Place,
    Travels,
    keys,
    schema,
)

__all__ = ["Change", "CompareError", "compare"]


def compare(
    old: Json, new: Json, names: tuple[str, str] = ("the old contract", "the new contract")
) -> list[Change]:
    """Every change from the old contract to the new one, in the order of the old.

    Raises:
        CompareError: Something in one of them, which `names` calls, leads nowhere.
    """
    before, after = Document(old, names[0]), Document(new, names[1])
    found: list[Change] = []
    for name in keys(before.operations, after.operations):
        is_was, is_now = name in before.operations, name in after.operations
        place = Place(name, name, Travels.REQUEST)
        if not is_now:
            found.append(place.change("the operation is gone", Effect.NARROWS))
        elif not is_was:
            found.append(place.change("a new operation", Effect.WIDENS))
        else:
            found += operation(place, before, after)
    return list(dict.fromkeys(found))


def operation(place: Place, before: Document, after: Document) -> Iterator[Change]:
    """Compare one operation."""
    old, new = before.operations[place.where], after.operations[place.where]
    if old.get("operationId") != new.get("operationId"):
        yield Change(
            place.where,
            place.subject,
            f"the name {old.get('operationId')} is {new.get('operationId')} now, "
            "and so are the names of generated clients",
            breaks_clients=True,
            breaks_servers=False,
        )
    yield from security(place, old, new)
    yield from parameters(place, before, after)
    yield from body(place.within("request"), before, after, (old, new))
    yield from answers(place, before, after, (old, new))


def security(place: Place, old: Json, new: Json) -> Iterator[Change]:
    """Compare the ways to authenticate: any one of them will do."""
    was = {"+".join(sorted(way)) for way in old.get("security", [])}
    now = {"+".join(sorted(way)) for way in new.get("security", [])}
    for way in sorted(was ^ now):
        gone = way in was
        # Where nothing was asked for, anything that is asked for now is one thing more.
        effect = Effect.NARROWS if gone or not was else Effect.WIDENS
        yield place.change(f"security: {way or 'none'} {'is gone' if gone else 'is new'}", effect)


def parameters(place: Place, before: Document, after: Document) -> Iterator[Change]:
    """Compare the parameters by where they stand and their name."""

    def named(document: Document) -> dict[str, Json]:
        found = map(document.resolved, document.operations[place.where]["parameters"])
        return {f"{each['in']} {each['name']}": each for each in found}

    old, new = named(before), named(after)
    for name in keys(old, new):
        here = place.within(name, name.split()[-1])
        if name not in new:
            yield here.change("the parameter is gone", Effect.NARROWS)
        elif name not in old:
            needed = new[name].get("required", False)
            word = "required" if needed else "optional"
            effect = Effect.REPLACES if needed else Effect.WIDENS
            yield here.change(f"a new {word} parameter", effect)
        else:
            was, now = (each[name].get("required", False) for each in (old, new))
            if was != now:
                effect = Effect.NARROWS if now else Effect.WIDENS
                yield here.change(f"is {'required' if now else 'optional'} now", effect)
            pair = old[name], new[name]
            if ("content" in pair[0]) != ("content" in pair[1]):
                yield here.change("is written in another way now", Effect.REPLACES)
            yield from contents(here, before, after, pair)
            schemas = old[name].get("schema", {}), new[name].get("schema", {})
            yield from schema(here, before, after, schemas)


def body(
    place: Place, before: Document, after: Document, pair: tuple[Json, Json]
) -> Iterator[Change]:
    """Compare the request bodies of two operations."""
    old = before.resolved(pair[0].get("requestBody", {}))
    new = after.resolved(pair[1].get("requestBody", {}))
    was, now = bool(old.get("required")), bool(new.get("required"))
    if was != now:
        effect = Effect.NARROWS if now else Effect.WIDENS
        yield place.change(f"the body is {'required' if now else 'optional'} now", effect)
    yield from contents(place, before, after, (old, new))


def answers(
    place: Place, before: Document, after: Document, pair: tuple[Json, Json]
) -> Iterator[Change]:
    """Compare what is answered, status by status."""
    old, new = (each.get("responses", {}) for each in pair)
    for status in keys(old, new):
        here = Place(f"{place.where} {status}", f"{status}", Travels.ANSWER)
        if status not in new:
            yield here.change("the status is gone", Effect.NARROWS)
        elif status not in old:
            # A client meets any error status anyway, be it a gateway's; a success means something.
            effect = Effect.WIDENS if status.startswith(("2", "3")) else Effect.NONE
            yield here.change("a new status", effect)
        else:
            both = before.resolved(old[status]), after.resolved(new[status])
            yield from contents(here, before, after, both)


def contents(
    place: Place, before: Document, after: Document, pair: tuple[Json, Json]
) -> Iterator[Change]:
    """Compare the bodies of a request or an answer, content type by content type."""
    old, new = (each.get("content", {}) for each in pair)
    for kind in keys(old, new):
        if kind not in new:
            yield place.change(f"{kind} is gone", Effect.NARROWS)
        elif kind not in old:
            yield place.change(f"{kind} is new", Effect.WIDENS)
        else:
            schemas = old[kind].get("schema", {}), new[kind].get("schema", {})
            yield from schema(place, before, after, schemas)
