"""Bugs in the clients: in what is generated, and in the overlay."""

from collections.abc import Callable
from typing import Any

from jsonschema_rs import Draft202012Validator

from mutants._mutant import Mutant
from runtime_sessions_api.classic.models import Session
from runtime_sessions_api.classic.types import OpenStrEnum, Timestamp

_whole: Callable[[Session], dict[str, Any]] = Session.to_dict


def _declared(session: Session) -> dict[str, Any]:
    whole = _whole(session)
    return {
        name: value for name, value in whole.items() if name not in session.additional_properties
    }


def _unknown(_: type[OpenStrEnum], __: object) -> None:
    return None


def _lenient(_: str) -> Draft202012Validator:
    return Draft202012Validator({})


CLIENTS = (
    Mutant(
        "client-forgets-text",
        "clients",
        "A time is encoded otherwise than it came.",
        replaces=((Timestamp, "encode", staticmethod(Timestamp.isoformat)),),
    ),
    Mutant(
        "client-knows-all",
        "clients",
        "A value that no document has cannot be decoded.",
        replaces=((OpenStrEnum, "_missing_", classmethod(_unknown)),),
    ),
    Mutant(
        "client-drops",
        "clients",
        "Fields that the contract does not name get lost.",
        replaces=((Session, "to_dict", _declared),),
    ),
    Mutant(
        "overlay-trusts",
        "clients",
        "The overlay believes every answer.",
        replaces=(("runtime_sessions._operations", "_validator", _lenient),),
    ),
)
