"""The platform contract."""
