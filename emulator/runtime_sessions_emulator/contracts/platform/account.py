"""Stand-ins for the services of IBM Cloud that tell what instances a user has.

The official client asks Global Search which there are, the Global Catalog of which plan each is,
and in older versions the Resource Controller for the CRN of the one that has a name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from runtime_sessions_emulator.contracts.platform.login import Iam
from runtime_sessions_emulator.core.config import Instance, User
from runtime_sessions_emulator.core.service import Service

SEARCH: Final = "/_search"
CATALOG: Final = "/_catalog"
RESOURCES: Final = "/_resources"
#: The plans, by the ids that the instances name: what each is called, and how it is paid for.
_PLANS: Final[Mapping[str, tuple[str, str]]] = {
    "emulator-open": ("Open", "free"),
    "emulator-standard": ("Standard", "paid"),
}


def name_of(crn: str) -> str:
    """What an instance is called: the part of its CRN that says which one it is."""
    parts = crn.split(":")
    return parts[7] if len(parts) > 7 else crn  # noqa: PLR2004 - where a CRN has it


class Account:
    """What a user has on IBM Cloud."""

    def __init__(self, service: Service, iam: Iam) -> None:
        self._service = service
        self._iam = iam

    def app(self) -> ASGIApp:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route(f"{SEARCH}/v3/resources/search", self._search, methods=["POST"]),
                Route(f"{CATALOG}/api/v1/{{plan}}", self._plan),
                Route(f"{RESOURCES}/v2/resource_instances", self._resources),
            ]
        )

    async def _search(self, request: Request) -> JSONResponse:
        user = self._user(request)
        if user is None:
            return _refused(401, "The token is missing, not valid, or no longer valid.")
        items: list[dict[str, Any]] = [
            {
                "crn": instance.name,
                "name": name_of(instance.name),
                "service_plan_unique_id": _plan_id(instance),
                # Without any, the client takes the instance for one that can run nothing.
                "doc": {"extensions": {"backends": list(self._service.config.backends)}},
                "tags": [],
            }
            for instance in self._instances(user)
        ]
        return JSONResponse({"items": items, "limit": 100})

    async def _plan(self, request: Request) -> JSONResponse:
        plan = request.path_params["plan"]
        if plan not in _PLANS:
            return _refused(404, f"There is no plan {plan!r}.")
        name, pricing = _PLANS[plan]
        body: dict[str, Any] = {
            "id": plan,
            "name": name.lower(),
            "overview_ui": {"en": {"display_name": name}},
            "metadata": {"pricing": {"type": pricing}},
        }
        return JSONResponse(body)

    async def _resources(self, request: Request) -> JSONResponse:
        user = self._user(request)
        if user is None:
            return _refused(401, "The token is missing, not valid, or no longer valid.")
        wanted = request.query_params.get("name")
        found = [
            {"crn": instance.name, "name": name_of(instance.name)}
            for instance in self._instances(user)
            if wanted in {None, name_of(instance.name)}
        ]
        return JSONResponse({"rows_count": len(found), "resources": found})

    def _instances(self, user: User) -> Iterable[Instance]:
        return (one for one in self._service.config.instances if one.name in user.instances)

    def _user(self, request: Request) -> User | None:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        return self._iam.user(token)


def _plan_id(instance: Instance) -> str:
    return "emulator-open" if instance.open_plan else "emulator-standard"


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"errors": [{"code": str(status), "message": message}]}, status)
