"""The classic contract's skin."""

from collections.abc import Mapping
from typing import Final, cast

from runtime_sessions_api.classic import models
from runtime_sessions_api.classic.api.sessions import (
    close_session,
    create_session,
    get_session,
    get_session_extended,
    list_session_jobs,
    update_session,
)
from runtime_sessions_api.classic.client import AuthenticatedClient
from runtime_sessions_contract.contracts.base import Dialect, Endpoint
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.life import Rules, State
from runtime_sessions_contract.openapi.values import Json
from runtime_sessions_contract.wire.secrets import Caller, Secrets


def _bearer(token: str | None, _: str) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def _access_token(token: str | None, _: str) -> dict[str, str]:
    return {} if token is None else {"X-Access-Token": token}


def _caller(headers: Mapping[str, str], secrets: Secrets, _: frozenset[str]) -> Caller | None:
    tokens = set[str]()
    if (value := headers.get("authorization")) is not None:
        scheme, _scheme, credentials = value.partition(" ")
        tokens.add(credentials if scheme.lower() == "bearer" else "")
    if (value := headers.get("x-access-token")) is not None:
        tokens.add(value)
    if len(tokens) > 1:
        return None
    return secrets.caller(tokens.pop() if tokens else "")


def _asked(body: Json, _: str) -> Asked:
    return Asked(
        mode=str(body.get("mode", "dedicated")),
        backend=body.get("backend"),
        instance=str(body.get("instance")),
        max_ttl=body.get("max_session_ttl"),
    )


CLASSIC: Final = Dialect(
    name="classic",
    rules=Rules(cancelled=State.CANCELED, flag_moves=False, unrun=4001),
    backend="ibmq_wellington",
    instance="hub/group/project",
    client=AuthenticatedClient,
    models=models,
    endpoints={
        "createSession": cast("Endpoint", create_session),
        "getSession": cast("Endpoint", get_session),
        "getSessionExtended": cast("Endpoint", get_session_extended),
        "updateSession": cast("Endpoint", update_session),
        "closeSession": cast("Endpoint", close_session),
        "listSessionJobs": cast("Endpoint", list_session_jobs),
    },
    headers=(_bearer, _access_token),
    caller=_caller,
    named=lambda backend, instance: {"backend": backend, "instance": instance},
    renamed={"max_ttl": "max_session_ttl"},
    whole=lambda seconds: seconds,
    asked=_asked,
    form=models.SessionRequest.from_dict,
    unknown_backend=404,
    unknown_backend_rule="unknown-backend",
    newest_first_rule="session-jobs-newest-first",
    foreign_instance=403,
    open_plan=lambda instance: instance.startswith("ibm-q/open/"),
    id_form="[0-9a-hjkmnp-tv-z]{20}",
    wrong_fields=(
        *({"max_session_ttl": wrong} for wrong in (0, -1, "60", True, None, [60])),
        *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
        {"backend": 1},
        {"instance": None},
        {"max_ttl": 60},
    ),
    wrong_bodies=lambda backend, instance: [
        {"backend": backend},
        {"instance": "a/b/c"},
        [{"backend": backend, "instance": instance}],
    ],
    wrong_updates=({}, {"accepting_jobs": False, "state": "closed"}, [], None, True),
    wrong_pages=(
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "offset=-1",
        "offset=x",
        "limit=1&limit=2",
        "offset=2147483648",
        "sort=newest",
        "state=closed",
    ),
    lenient=({"sort": "asc"}, {"sort": "DESC", "limit": 3}, {"sort": "ASC", "offset": 2}),
    overlay={"contract": "classic"},
    looks={
        "Session": lambda client, name: client.get(name),
        "ExtendedSession": lambda client, name: client.extended(name),
        "JobPage": lambda client, name: next(iter(client.pages(name, page_size=3))),
    },
)
