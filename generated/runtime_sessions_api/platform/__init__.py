"""A client library for accessing Runtime sessions, platform contract"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
