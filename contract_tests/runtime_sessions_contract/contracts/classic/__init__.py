"""The classic contract."""
