"""Rent a quantum computer by the session, and be sure to close it."""
