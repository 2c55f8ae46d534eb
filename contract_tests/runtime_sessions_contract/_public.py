"""What of the package is public, imported only when somebody asks for it."""

from runtime_sessions_contract.suite.parts import PARTS
from runtime_sessions_contract.suite.result import InterruptedRunError, Result
from runtime_sessions_contract.suite.suite import run_suite
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
