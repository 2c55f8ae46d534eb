"""The HTTP library, by the name that all else here has for it."""

import httpx as httpx

__all__ = ["LIBRARY", "httpx"]

#: What the library is called where it is installed from.
LIBRARY = "httpx"
