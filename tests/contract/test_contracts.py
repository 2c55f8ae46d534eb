"""Each contract says everything that differs, in files of the same names."""

from pathlib import Path

import pytest

from runtime_sessions_contract.contracts import base
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.known import CONTRACTS

ROOM = Path(base.__file__).parents[1]
SUBJECTS = ["credentials", "creation", "answers", "samples", "client"]


def test_every_folder_has_the_same_files(contract: str) -> None:
    files = {file.name for file in (ROOM / contract).glob("*.py")}
    assert files == {"__init__.py", "contract.py", *(f"{subject}.py" for subject in SUBJECTS)}
    assert files <= {file.name for file in (ROOM / "base").glob("*.py")}


@pytest.mark.parametrize("subject", [None, *SUBJECTS])
def test_nothing_is_left_unsaid(contract: str, subject: str | None) -> None:
    said: object = CONTRACTS[contract]
    if subject is not None:
        said = getattr(said, subject)
    declared = type(said).__mro__[1].__annotations__
    assert [name for name in declared if not hasattr(said, name)] == []


def test_what_is_asked_for_is_read_as_it_was_written(contract: str) -> None:
    creation = CONTRACTS[contract].creation
    body = creation.body("b", "h/g/p", {"mode": "batch", "max_ttl": 59.5, "backend": None})
    asked = creation.asked(body, "h/g/p")
    assert (asked.mode, asked.backend, asked.instance) == ("batch", None, "h/g/p")
    assert asked.max_ttl == {"classic": 59.5, "platform": 60}[contract]


def test_there_is_a_contract_for_every_document() -> None:
    assert len(CONTRACTS) >= 2
    for name, contract in CONTRACTS.items():
        assert isinstance(contract, Contract)
        assert contract.document.name == name
        assert contract.client.endpoints.keys() == contract.document.operations.keys()
