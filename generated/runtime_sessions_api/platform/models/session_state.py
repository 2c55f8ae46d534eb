from ..types import OpenStrEnum


class SessionState(OpenStrEnum):
    ACTIVE = "active"
    CLOSED = "closed"
    INACTIVE = "inactive"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
