"""The queries of requests: what their parameters ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime_sessions_contract.model.life import ENDED
from runtime_sessions_contract.model.moments import moment
from runtime_sessions_contract.openapi.values import Json, as_list, as_object
from runtime_sessions_contract.wire.exchange import Exchange

#: How many jobs a page has at most, and if nobody says otherwise.
LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Page:
    """The page of jobs that a request asks for.

    Attributes:
        oldest_first: Whether it is sorted so; else newest first.
        filters: What else was asked for, by the names of the parameters.
    """

    limit: int
    offset: int
    params: bool
    oldest_first: bool
    filters: Mapping[str, Any]

    def passes(self, job: Json) -> bool:
        """Whether a job that an answer shows passes the filters."""
        wanted = self.filters
        created = moment(job.get("created")) or 0
        ended = str(job.get("status")).partition(" - ")[0] in ENDED
        program = as_object(job.get("program")) or {}
        return (
            wanted.get("pending") in {None, not ended}
            and wanted.get("program") in {None, str(program.get("id"))}
            and wanted.get("backend") in {None, str(job.get("backend"))}
            and set(wanted.get("tags", ())) <= set(map(str, as_list(job.get("tags"))))
            and created >= (moment(wanted.get("created_after")) or 0)
            and created <= (moment(wanted.get("created_before")) or float("inf"))
        )


#: The parameters of a list of jobs that are no filters.
NO_FILTERS: Final = {"limit", "offset", "sort", "exclude_params", "session_id"}


def page_of(exchange: Exchange, *, unknown_ignored: bool) -> Page | None:
    """What the query of a request asks for; None where it is not certainly valid."""
    given = query_of(exchange, unknown_ignored=unknown_ignored)
    if given is None:
        return None
    limit, offset = given.get("limit", LIMIT), given.get("offset", 0)
    filters = {name: value for name, value in given.items() if name not in NO_FILTERS}
    return Page(
        limit=limit if 1 <= limit <= LIMIT else LIMIT,
        offset=max(offset, 0),
        params=given.get("exclude_params") is False,
        oldest_first=str(given.get("sort", "DESC")).upper() == "ASC",
        filters=filters,
    )


def query_of(exchange: Exchange, *, unknown_ignored: bool) -> Json | None:
    """The parsed query parameters of a request; None if one of them may be invalid."""
    if exchange.operation is None:
        return None
    declared = exchange.operation.query
    texts: dict[str, list[str]] = {}
    for name, text in exchange.query:
        if name in declared:
            texts.setdefault(name, []).append(text)
        elif not unknown_ignored:
            return None
    if any("\ufffd" in text for values in texts.values() for text in values):
        return None
    try:
        return {name: declared[name].value(values) for name, values in texts.items()}
    except ValueError:
        return None
