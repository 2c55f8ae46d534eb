"""Verdicts: violations, what they stand on, and which of them have the same cause."""
