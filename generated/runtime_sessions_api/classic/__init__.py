"""A client library for accessing Runtime sessions, classic contract"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
