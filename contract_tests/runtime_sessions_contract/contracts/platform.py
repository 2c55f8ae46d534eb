"""What the platform contract says in its own way."""

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
from runtime_sessions_api.platform.api.versions import list_versions
from runtime_sessions_api.platform.api.workloads import list_workloads
from runtime_sessions_api.platform.client import AuthenticatedClient
from runtime_sessions_contract.contracts.base import NOWHERE, Dialect, Endpoint
from runtime_sessions_contract.model.asked import Asked
from runtime_sessions_contract.model.life import Rules, State
from runtime_sessions_contract.openapi.values import Json
from runtime_sessions_contract.wire.secrets import Caller, Secrets

CRN: Final = "Service-CRN"


def _headers(token: str | None, instance: str) -> dict[str, str]:
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return bearer | ({CRN: instance} if instance else {})


def _by_key(api_key: str, instance: str) -> dict[str, str]:
    return {"Authorization": f"apikey {api_key}", CRN: instance}


def _caller(headers: Mapping[str, str], secrets: Secrets, known: frozenset[str]) -> Caller | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    caller = secrets.caller(credentials if scheme.lower() == "bearer" else "")
    if scheme.lower() == "apikey" and credentials and credentials == secrets.api_key:
        caller = Caller.USER
    crn = headers.get(CRN.lower(), "")
    if caller is Caller.NOBODY or not crn:
        return Caller.NOBODY
    if crn in known:
        return caller
    # Of a CRN that was not made up here nobody knows whether it is the caller's too.
    return Caller.ASTRAY if crn.startswith(NOWHERE) else None


def _asked(body: Json, instance: str) -> Asked:
    return Asked(
        mode=str(body.get("mode")),
        backend=body.get("backend", body.get("backend_name")),
        instance=instance,
        max_ttl=body.get("max_ttl"),
        active_ttl=body.get("active_ttl"),
        interactive_ttl=body.get("interactive_ttl"),
    )


PLATFORM: Final = Dialect(
    name="platform",
    rules=Rules(cancelled=State.CLOSED, flag_moves=True, unrun=1217),
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
        "listWorkloads": cast("Endpoint", list_workloads),
        "listVersions": cast("Endpoint", list_versions),
    },
    parameters={"IBM-API-Version": "2026-04-15"},
    headers=(_headers,),
    by_key=_by_key,
    caller=_caller,
    instance_header=CRN.lower(),
    named=lambda backend, _: {"mode": "dedicated", "backend": backend},
    whole=ceil,
    asked=_asked,
    form=models.SessionRequest.from_dict,
    requests=lambda backend: [
        {"backend": None},
        {"backend": None, "backend_name": backend},
        {"backend_name": f"{NOWHERE}backend"},
        {"instance": f"{NOWHERE}instance"},
        {"unheard_of": {"of": "anybody"}},
        {"interactive_ttl": 7},
        {"interactive_ttl": 9, "active_ttl": 300, "max_ttl": 400, "mode": "batch"},
        {"interactive_ttl": 60, "active_ttl": 60, "max_ttl": 60},
        {"interactive_ttl": 61, "active_ttl": 60},
        {"interactive_ttl": 5, "active_ttl": 500, "max_ttl": 400},
        {"interactive_ttl": 401, "max_ttl": 400},
    ],
    unknown_backend=400,
    unknown_backend_rule="unknown-backend-on-the-platform",
    newest_first_rule="jobs-newest-first",
    foreign_instance=404,
    no_instance_code=1279,
    open_max_ttl=600,
    unknown_ignored=True,
    open_plan_code=1352,
    strangers_page=True,
    unprovoked={
        ("listJobs", "403"): "an instance that is not the caller's is answered with 404",
    },
    id_form="[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    traced=True,
    wrong_fields=(
        *({"max_ttl": wrong} for wrong in (0, -1, 1.5, 2**31, "60", True, None, [60])),
        *({"mode": wrong} for wrong in ("turbo", "", "BATCH", None, 1)),
        *({"interactive_ttl": wrong} for wrong in (0, 0.5, "60", None, 28801)),
        *({"interactive_ttl": 60, "active_ttl": wrong} for wrong in (0, 59, 28801, None)),
        {"backend": 1},
        {"backend_name": None},
    ),
    wrong_bodies=lambda backend, _: [{"backend": backend}, {}, [{"mode": "batch"}]],
    wrong_pages=(
        "limit=x",
        "limit=",
        "limit=1.5",
        "offset=x",
        "limit=1&limit=2",
        "exclude_params=perhaps",
        "sort=newest",
        "pending=perhaps",
        "program=",
        "created_after=yesterday",
    ),
    wrong_lists=(
        *("limit=0", "limit=51", "limit=x", "sort=created", "user=you", "search=ab"),
        *("status=open", "mode=dedicated", "created_after=yesterday", "limit=1&limit=2"),
    ),
    lenient=(
        *({"limit": limit} for limit in (0, -1, 201, 2**31 - 1)),
        {"offset": -1},
        {"sort": models.ListJobsSort.ASC},
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
        # Cursors are opaque: one that nobody gave is refused, and no schema can say which that is.
        "listWorkloads": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400]}},
    },
    overlay={"contract": "platform", "auth": BearerToken},
    looks={
        "Session": lambda client, name: client.get(name),
        "JobPage": lambda client, name: next(iter(client.pages(name, page_size=3))),
    },
)
