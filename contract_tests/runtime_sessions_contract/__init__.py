"""Hold any server to the runtime sessions contract."""

from importlib.util import find_spec

if find_spec("schemathesis") is None:
    # The client is installed without what only the suite needs.
    raise ModuleNotFoundError(
        "The contract suite needs schemathesis: pip install 'runtime-sessions[contract]'",
        name="schemathesis",
    )
