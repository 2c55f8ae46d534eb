"""Hold any server to the runtime sessions contract.

What is imported here is public; the rooms of the package are not.
"""

from importlib.util import find_spec

if find_spec("schemathesis") is None:
    # The client is installed without what only the suite needs.
    raise ModuleNotFoundError(
        "The contract suite needs schemathesis: pip install 'runtime-sessions[contract]'",
        name="schemathesis",
    )

from runtime_sessions_contract.suite.result import InterruptedRunError, Result
from runtime_sessions_contract.suite.suite import PARTS, run_suite
from runtime_sessions_contract.target.target import CannotRunError, Target
from runtime_sessions_contract.verdicts.findings import Finding, Gravity
from runtime_sessions_contract.verdicts.grounds import Ground
from runtime_sessions_contract.verdicts.violation import Violation

__all__ = [
    "PARTS",
    "CannotRunError",
    "Finding",
    "Gravity",
    "Ground",
    "InterruptedRunError",
    "Result",
    "Target",
    "Violation",
    "run_suite",
]
