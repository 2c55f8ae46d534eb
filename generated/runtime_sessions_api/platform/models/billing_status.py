from ..types import OpenStrEnum


class BillingStatus(OpenStrEnum):
    COMPLETE = "complete"
    PENDING = "pending"

    def __str__(self) -> str:
        return str(self.value)
