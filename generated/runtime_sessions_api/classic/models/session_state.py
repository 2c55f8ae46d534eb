from ..types import OpenStrEnum


class SessionState(OpenStrEnum):
    ACTIVE = "active"
    CANCELED = "canceled"
    CLOSED = "closed"
    INACTIVE = "inactive"
    OPEN = "open"

    def __str__(self) -> str:
        return str(self.value)
