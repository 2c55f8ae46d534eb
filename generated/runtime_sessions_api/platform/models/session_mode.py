from ..types import OpenStrEnum


class SessionMode(OpenStrEnum):
    BATCH = "batch"
    DEDICATED = "dedicated"

    def __str__(self) -> str:
        return str(self.value)
