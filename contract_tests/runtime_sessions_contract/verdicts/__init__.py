"""Verdicts: what did not hold, what that stands on, and which of it is one and the same fault."""
