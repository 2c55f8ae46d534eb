"""Bugs in the clients: in what is generated, and in the overlay."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

from jsonschema_rs import Draft202012Validator

from mutants._meddling import BOTH, PLANTED
from mutants._mutant import Mutant
from runtime_sessions import ContractName


class _Model(Protocol):
    @property
    def additional_properties(self) -> Mapping[str, Any]: ...


def _declared(whole: Callable[[_Model], dict[str, Any]]) -> Callable[[_Model], dict[str, Any]]:
    def declared(session: _Model) -> dict[str, Any]:
        beyond = session.additional_properties
        return {name: value for name, value in whole(session).items() if name not in beyond}

    return declared


def _unknown(_: type[Any], __: object) -> None:
    return None


def _lenient(*_: str) -> Draft202012Validator:
    return Draft202012Validator({})


def _broken(name: str, says: str, *where: tuple[Any, str, object], contract: ContractName) -> None:
    PLANTED.append(Mutant(name, "clients", says, replaces=where, contract=contract))


for contract in BOTH:
    package = f"runtime_sessions_api.{contract}"
    types, session = import_module(f"{package}.types"), import_module(f"{package}.models").Session
    _broken(
        "client-forgets-text",
        "A time is encoded otherwise than it came.",
        (types.Timestamp, "encode", staticmethod(types.Timestamp.isoformat)),
        contract=contract,
    )
    _broken(
        "client-knows-all",
        "A value that no document has cannot be decoded.",
        (types.OpenStrEnum, "_missing_", classmethod(_unknown)),
        contract=contract,
    )
    _broken(
        "client-drops",
        "Fields that the contract does not name get lost.",
        (session, "to_dict", _declared(session.to_dict)),
        contract=contract,
    )
    _broken(
        "overlay-trusts",
        "The overlay believes every answer.",
        ("runtime_sessions._answers", "validator_of", _lenient),
        contract=contract,
    )
