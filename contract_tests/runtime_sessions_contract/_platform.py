"""The current contract's skin."""

from collections.abc import Mapping
from math import ceil
from typing import Final, cast

from runtime_sessions import BearerToken
from runtime_sessions_api.platform import models
from runtime_sessions_api.platform.api.jobs import list_jobs
from runtime_sessions_api.platform.api.sessions import (
    close_session,
    create_session,
    get_session,
    update_session,
)
from runtime_sessions_api.platform.client import AuthenticatedClient
from runtime_sessions_contract._contract import Json
from runtime_sessions_contract._dialect import NOWHERE, Asked, Dialect, Encodes, Endpoint
from runtime_sessions_contract._life import Rules, State
from runtime_sessions_contract._wire import Caller, Secrets

CRN: Final = "Service-CRN"
#: What `max_ttl` is by the contract when a caller does not say it.
MAX_TTL: Final = 28800


def _headers(token: str | None, instance: str) -> dict[str, str]:
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return bearer | ({CRN: instance} if instance else {})


def _caller(headers: Mapping[str, str], secrets: Secrets, known: frozenset[str]) -> Caller | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    caller = secrets.caller(credentials if scheme.lower() == "bearer" else "")
    crn = headers.get(CRN.lower(), NOWHERE)
    if crn in known:
        return caller
    # Of a CRN that was not made up here nobody knows whether it is the caller's too.
    return Caller.NOBODY if caller is Caller.NOBODY or crn.startswith(NOWHERE) else None


def _asked(body: Json, instance: str) -> Asked:
    return Asked(
        mode=str(body.get("mode")),
        backend=body.get("backend", body.get("backend_name")),
        instance=instance,
        max_ttl=body.get("max_ttl", MAX_TTL),
        active_ttl=body.get("active_ttl"),
        interactive_ttl=body.get("interactive_ttl"),
    )


def _form(body: Json) -> Encodes:
    partner = "interactive_ttl" in body
    kind = models.PartnerSessionRequest if partner else models.SessionRequest
    return kind.from_dict(body)


PLATFORM: Final = Dialect(
    name="platform",
    rules=Rules(cancelled=State.CLOSED, unused_ttl=1800, flag_moves=True),
    backend="ibm_backend",
    instance="crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:standard::",
    client=AuthenticatedClient,
    models=models,
    endpoints={
        "createSession": cast("Endpoint", create_session),
        "getSession": cast("Endpoint", get_session),
        "updateSession": cast("Endpoint", update_session),
        "closeSession": cast("Endpoint", close_session),
        "listJobs": cast("Endpoint", list_jobs),
    },
    parameters={"IBM-API-Version": "2026-04-15"},
    headers=(_headers,),
    caller=_caller,
    instance_header=CRN.lower(),
    named=lambda backend, _: {"mode": "dedicated", "backend": backend},
    whole=ceil,
    asked=_asked,
    form=_form,
    requests=lambda backend: [
        {"backend": None},
        {"backend": None, "backend_name": backend},
        {"backend_name": f"{NOWHERE}backend"},
        {"instance": f"{NOWHERE}instance"},
        {"interactive_ttl": 7},
        {"interactive_ttl": 9, "active_ttl": 300, "max_ttl": 400, "mode": "batch"},
        {"interactive_ttl": 60, "active_ttl": 60, "max_ttl": 60},
        {"interactive_ttl": 61, "active_ttl": 60},
        {"interactive_ttl": 5, "active_ttl": 500, "max_ttl": 400},
        {"interactive_ttl": 401, "max_ttl": 400},
    ],
    unknown_backend=400,
    foreign_instance=401,
    open_plan_code=1352,
    strangers_page=True,
    unprovoked={
        ("listJobs", "403"): "an instance that is not the caller's is answered with 401",
        ("listJobs", "404"): "of a session that there is not, the page is empty",
    },
    id_form="[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    traced=True,
    wrong_fields=(
        *({"max_ttl": wrong} for wrong in (0, -1, 1.5, 2**31, "60", True, None, [60])),
        *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
        *({"interactive_ttl": wrong} for wrong in (0, 0.5, "60", None, 28801)),
        *({"interactive_ttl": 60, "active_ttl": wrong} for wrong in (0, 59, 28801, None)),
        {"active_ttl": 60},
        {"backend": 1},
        {"backend_name": None},
        {"max_session_ttl": 60},
    ),
    wrong_bodies=lambda backend, _: [{"backend": backend}, {}, [{"mode": "batch"}]],
    wrong_pages=(
        "limit=x",
        "limit=",
        "limit=1.5",
        "offset=x",
        "limit=1&limit=2",
        "exclude_params=perhaps",
        "state=closed",
    ),
    lenient=(
        *({"limit": limit} for limit in (0, -1, 201, 2**31)),
        {"offset": -1},
        {"limit": 0, "offset": 2},
        {"exclude_params": False},
        {"exclude_params": True, "limit": 3},
    ),
    checks={
        # TTLs can be out of order, and the open plan refuses: the model knows when.
        "createSession": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400]}},
        # Submitting jobs is another part of the service.
        "listJobs": {
            "allow_header_conformance": {"enabled": False},
            "unsupported_method": {"enabled": False},
        },
    },
    overlay={"contract": "platform", "auth": BearerToken},
    looks={
        "Session": lambda client, name: client.get(name),
        "JobPage": lambda client, name: next(iter(client.pages(name, page_size=3))),
    },
)
