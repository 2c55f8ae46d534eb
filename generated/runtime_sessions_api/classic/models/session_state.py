from enum import StrEnum


class SessionState(StrEnum):
    ACTIVE = "active"
    CANCELED = "canceled"
    CLOSED = "closed"
    INACTIVE = "inactive"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
