"""Who makes a call, as far as a server can tell."""

from enum import StrEnum


class Caller(StrEnum):
    """Who makes a call."""

    USER = "user"
    OTHER = "other user"
    NOBODY = "nobody"
    ASTRAY = "user in an instance that is not there"
