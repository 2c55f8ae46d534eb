"""What the clients of all contracts share"""

from ..client import AuthenticatedClient as AuthenticatedClient
from ..client import Client as Client

__all__ = ["AuthenticatedClient", "Client"]
