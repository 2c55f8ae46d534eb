import pytest

from runtime_sessions_emulator import ContractName


@pytest.fixture(params=["classic", "platform"])
def contract(request: pytest.FixtureRequest) -> ContractName:
    """Each contract in turn, by its name."""
    name: ContractName = request.param
    return name
