import pytest


@pytest.fixture(params=["classic", "platform"])
def contract(request: pytest.FixtureRequest) -> str:
    """Each contract in turn, by its name."""
    name: str = request.param
    return name
