"""What the clients of all contracts share"""

from ..errors import UnexpectedStatus as UnexpectedStatus

__all__ = ["UnexpectedStatus"]
